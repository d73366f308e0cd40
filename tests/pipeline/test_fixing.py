"""`--fix`: what it corrects in a ws.yaml, what it leaves alone, and that all else stays as it is."""

import json
from pathlib import Path

import pytest
from tests.conftest import DATAFEED, Project

from wsgen.names import mistyped
from wsgen.pipeline import fixing
from wsgen.pipeline.fixing import corrected

CASES = Path(__file__).parents[1] / "cases"
HEAD = "version: 1\n"
ROUTER = "routers:\n  BarWsRouter:\n    request: a:B\n    data: a:C\n"


def fixed(text: str) -> str:
    return corrected(Path("ws.yaml"), text.encode(), None)[0].decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"# first\n\n{ROUTER}", f"# first\n\n{HEAD}{ROUTER}"),
        (f"---\n{ROUTER}", f"---\n{HEAD}{ROUTER}"),
        ("{routers: {}}", "{version: 1, routers: {}}"),
        (f"\ufeff{ROUTER}", f"\ufeff{HEAD}{ROUTER}"),
        (ROUTER.replace("\n", "\r\n"), (HEAD + ROUTER).replace("\n", "\r\n")),
        (f"verison: 1  # Ä\n{ROUTER}", f"version: 1  # Ä\n{ROUTER}"),
        (f"version: '1'\n{ROUTER}", f"version: 1\n{ROUTER}"),
        (f"{HEAD}{ROUTER}    rout: bars\n", f"{HEAD}{ROUTER}    route: bars\n"),
        (f"{HEAD}{ROUTER}    rotue:   no # x\n", f'{HEAD}{ROUTER}    route:   "no" # x\n'),
        (f"{HEAD}tags: [on, 2024-01-01]\n{ROUTER}", f'{HEAD}tags: ["on", "2024-01-01"]\n{ROUTER}'),
        (f"{HEAD}{ROUTER}    deprecated: off\n", f"{HEAD}{ROUTER}    deprecated: false\n"),
        (f"{HEAD}{ROUTER}    deprecated: 'true'\n", f"{HEAD}{ROUTER}    deprecated: true\n"),
        (
            f"{HEAD}{ROUTER}    delivery: {{overflow: latset}}\n",
            f"{HEAD}{ROUTER}    delivery: {{overflow: latest}}\n",
        ),
        (f"{HEAD}modles: a.b\n{ROUTER}", f"{HEAD}models: a.b\n{ROUTER}"),
    ],
)
def test_what_leaves_no_doubt_is_corrected(before: str, after: str) -> None:
    assert fixed(before) == after
    assert fixed(after) == after


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}{ROUTER}    route: bars\n    rout: bars\n",  # the right key is there too
        f"{HEAD}{ROUTER}    rout: bars\n    rote: bars\n",  # which of the two?
        f"{HEAD}{ROUTER}    colour: red\n",
        f"{HEAD}{ROUTER}    route: null\n",
        f"{HEAD}{ROUTER}    route: ~\n",
        f"{HEAD}{ROUTER}    summary:\n",
        f"{HEAD}{ROUTER}    tags: [!!int 1]\n",
        f"{HEAD}{ROUTER}    delivery: {{queue: '00'}}\n",
        f"{HEAD}{ROUTER}    route: Bars\n",  # a name on the wire
        "- a list\n",
        "\x00",
        "",
    ],
)
def test_what_a_person_has_to_decide_is_left(text: str) -> None:
    assert fixed(text) == text


def test_an_edit_that_does_not_cure_is_not_made() -> None:
    # The tag is the same text as the number of the queue.
    text = f"{HEAD}tags: [&n 5]\n{ROUTER}    delivery: {{queue: *n}}\n"
    assert fixed(text) == text


@pytest.mark.parametrize(
    "file", sorted(CASES.glob("*/**/ws.yaml")), ids=lambda file: str(file)[-40:]
)
def test_nothing_is_left_to_fix_after_a_fix(file: Path) -> None:
    data = file.read_bytes()
    once, done = corrected(file, data, None)
    assert (once == data) is not bool(done)
    assert corrected(file, once, None) == (once, ())


def test_render_corrects_and_goes_on(project: Project) -> None:
    file = project.write("specs/datafeed/ws.yaml", DATAFEED.replace("models:", "modles:"))
    file.chmod(0o640)
    found = project.wsgen("validate")
    assert " errors, 1 fixable with `wsgen validate --fix` (" in found.stdout
    shown = project.wsgen("render", "--fix")
    assert shown.code == 0
    assert shown.stdout.startswith("fixed 1 problem in specs/datafeed/ws.yaml\ndatafeed  written")
    assert project.read("specs/datafeed/ws.yaml") == DATAFEED
    assert file.stat().st_mode & 0o777 == 0o640
    again = project.wsgen("render", "--fix", "--exit-non-zero-on-change")
    assert (again.code, "fixed" in again.stdout) == (0, False)


def test_a_format_for_programs_has_the_edits_and_only_these(project: Project) -> None:
    project.write("specs/datafeed/ws.yaml", DATAFEED.replace("models:", "modles:"))
    (found, *_) = json.loads(project.wsgen("validate", "--format", "json").stdout)["diagnostics"]
    assert found["fix"]["text"] == "models"
    assert found["fix"]["location"] == found["location"]
    shown = project.wsgen("validate", "--fix", "--format", "json")
    assert json.loads(shown.stdout)["ok"]
    assert shown.stderr == "fixed 1 problem in specs/datafeed/ws.yaml\n"


def test_a_corrected_source_is_a_change_for_hooks(project: Project) -> None:
    project.wsgen("render")
    project.write("specs/datafeed/ws.yaml", DATAFEED.removeprefix("version: 1\n"))
    assert project.wsgen("render", "--fix", "--exit-non-zero-on-change").code == 1


@pytest.mark.parametrize("option", ["--check", "--diff", "--watch"])
def test_a_command_that_must_not_edit_sources_refuses_it(project: Project, option: str) -> None:
    assert "--fix edits sources" in project.wsgen("render", "--fix", option).stderr


def test_a_link_out_of_the_project_is_not_followed(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wrong = DATAFEED.replace("models:", "modles:")
    outside = tmp_path_factory.mktemp("outside") / "ws.yaml"
    outside.write_text(wrong)
    link = project.root / "specs/datafeed/ws.yaml"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(outside)
    shown = project.wsgen("validate", "--fix")
    assert (shown.code, outside.read_text()) == (2, wrong)
    assert "leads out of the project" in shown.stderr


def test_a_file_that_has_changed_meanwhile_is_kept(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = project.write("specs/datafeed/ws.yaml", DATAFEED.replace("models:", "modles:"))
    real = fixing.corrected

    def edited_meanwhile(*arguments: object) -> object:
        file.write_text(DATAFEED)
        return real(*arguments)  # type: ignore[arg-type]  # what it is called with

    monkeypatch.setattr(fixing, "corrected", edited_meanwhile)
    assert "fixed" not in project.wsgen("validate", "--fix").stdout
    assert file.read_text() == DATAFEED


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("modles", "models"),
        ("model", "models"),
        ("modelss", "models"),
        ("Models", "models"),
        ("models", None),
        ("moddel", None),
        ("ta", None),
        ("", None),
    ],
)
def test_a_slip_of_the_keyboard(name: str, meant: str | None) -> None:
    assert mistyped(name, ["models", "module", "tags"]) == meant
