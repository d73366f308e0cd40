"""Packages whose source is gone: reported by check, removed by render and clean, and only if they are ours."""

import shutil

import pytest
from tests.conftest import DATAFEED, Project

from wsgen import generate_module_routers

OUT = "specs/broker/ws_generated"


@pytest.fixture
def orphaned(project: Project) -> Project:
    """The project after a second module, `broker`, was rendered and lost its source."""
    project.write("specs/broker/ws.yaml", DATAFEED)
    assert project.wsgen("render").code == 0
    (project.root / "specs/broker/ws.yaml").unlink()
    return project


def test_check_and_diff_say_what_render_removes(orphaned: Project) -> None:
    before = orphaned.snapshot()
    outcome = orphaned.wsgen("check")
    assert outcome.code == 1
    assert f"{OUT}: error[WSG409]" in outcome.stderr
    diff = orphaned.wsgen("diff")
    assert diff.code == 1
    assert f"--- a/{OUT}/barwsrouter.py\n+++ /dev/null" in diff.stdout
    assert orphaned.snapshot() == before


@pytest.mark.parametrize(
    "command", [("render",), ("clean", "specs/broker"), ("clean", "--module", "broker")]
)
def test_render_and_clean_remove_it(orphaned: Project, command: tuple[str, ...]) -> None:
    outcome = orphaned.wsgen(*command)
    assert (outcome.code, outcome.stderr) == (0, "")
    assert "broker" in outcome.stdout
    assert "removed" in outcome.stdout
    assert not (orphaned.root / OUT).exists()
    assert (orphaned.root / "specs/datafeed/ws_generated").exists()
    assert orphaned.wsgen("check").code == 0


def test_what_was_edited_in_it_is_kept_unless_forced(orphaned: Project) -> None:
    edited = orphaned.write(f"{OUT}/barwsrouter.py", "# mine\n")
    for command in ("render", "clean"):
        outcome = orphaned.wsgen(command)
        assert outcome.code == 1
        assert "WSG407" in outcome.stderr
        assert edited.read_text() == "# mine\n"
        assert (orphaned.root / OUT / "quotewsrouter.py").exists()
        orphaned.wsgen("render", "specs/datafeed")
    foreign = orphaned.write(f"{OUT}/notes.py", "# mine too\n")
    assert orphaned.wsgen("render", "--force").code == 0
    assert [*(orphaned.root / OUT).iterdir()] == [foreign]


def test_other_commands_do_without_it(orphaned: Project) -> None:
    assert orphaned.wsgen("validate").code == 0
    assert "broker" not in orphaned.wsgen("list").stdout
    assert orphaned.wsgen("asyncapi", "export").code == 0
    assert generate_module_routers("broker", root=orphaned.root) is False
    assert (orphaned.root / OUT).exists()


def test_a_source_that_moved_takes_its_package_along(orphaned: Project) -> None:
    orphaned.write("specs/orders/ws.yaml", DATAFEED)
    assert orphaned.wsgen("render").code == 0
    assert not (orphaned.root / OUT).exists()
    (orphaned.root / "specs/orders").rename(orphaned.root / "specs/moved")
    assert "specs/moved" in orphaned.wsgen("check").stderr
    assert orphaned.wsgen("render").code == 0
    assert orphaned.wsgen("check").code == 0


def test_a_source_without_any_alias_leaves_an_orphan(project: Project) -> None:
    alias = (
        "from typing import TypeAlias\nfrom app.models import Bar, BarRequest\n"
        "from wsgen_runtime import WsRouter\nA: TypeAlias = WsRouter[BarRequest, Bar]\n"
    )
    project.write("specs/broker/ws.py", alias)
    assert project.wsgen("render").code == 0
    project.write("specs/broker/ws.py", "x = 1\n")
    assert "specs/broker/ws.py no longer declares it" in project.wsgen("check").stderr
    assert project.wsgen("render").code == 0
    assert not (project.root / OUT).exists()


def test_packages_far_from_their_sources_are_found_too(project: Project) -> None:
    (project.root / "pyproject.toml").unlink()
    output = '"src/made/{module}/{version}/x"'
    project.write("wsgen.toml", f'paths = ["specs"]\noutput = {output}\nquality.steps = []\n')
    project.write("specs/broker/ws/v1/ws.yaml", DATAFEED)
    project.write("specs/broker/ws.yaml", DATAFEED + "module: orders\n")
    assert project.wsgen("render").code == 0
    shutil.rmtree(project.root / "specs/broker")
    assert project.wsgen("check").stderr.count("WSG409") == 2
    assert project.wsgen("render").code == 0
    assert [path.name for path in (project.root / "src/made").rglob("barwsrouter.py")] == [
        "barwsrouter.py"
    ]


def test_packages_of_others_are_left_alone(orphaned: Project) -> None:
    shutil.copytree(orphaned.root / OUT, orphaned.root / "specs/copied/ws_generated")
    shutil.copytree(orphaned.root / "specs", orphaned.root / "specs/fixtures/specs")
    shutil.rmtree(orphaned.root / OUT)
    assert orphaned.wsgen("render").code == 0
    assert (orphaned.root / "specs/copied/ws_generated/barwsrouter.py").exists()
    assert (orphaned.root / "specs/fixtures" / OUT / "barwsrouter.py").exists()


def test_a_path_below_the_source_does_not_make_an_orphan(project: Project) -> None:
    assert project.wsgen("render").code == 0
    project.wsgen("render", "specs/datafeed/ws_generated")
    project.wsgen("clean", "specs/datafeed/ws_generated")
    assert (project.root / "specs/datafeed/ws_generated/barwsrouter.py").exists()


@pytest.mark.parametrize(
    "before", ["{source_dir}/routes", "generated/{module}", "src/gen/{module}"]
)
@pytest.mark.parametrize("after", ["{source_dir}/ws_generated", "made/{module}"])
def test_what_another_output_setting_has_left_is_found_and_removed(
    project: Project, before: str, after: str
) -> None:
    settings = project.read("pyproject.toml")

    def set_output(value: str) -> None:
        project.write(
            "pyproject.toml", settings.replace("[tool.wsgen]", f'[tool.wsgen]\noutput = "{value}"')
        )

    set_output(before)
    assert project.wsgen("render").code == 0
    old = before.format(source_dir="specs/datafeed", module="datafeed")
    shutil.copytree(project.root / old, project.root / "copy")
    set_output(after)
    outcome = project.wsgen("check")
    assert outcome.code == 1
    assert f"{old}: error[WSG409]" in outcome.stderr
    assert "the package of specs/datafeed/ws.yaml goes elsewhere now" in outcome.stderr
    outcome = project.wsgen("render")
    assert (outcome.code, outcome.stderr) == (0, "")
    assert not (project.root / old).exists()
    assert (project.root / "copy/__init__.py").exists()
    assert project.wsgen("check").code == 0


def test_clean_removes_what_another_output_setting_has_left(project: Project) -> None:
    project.wsgen("render")
    settings = project.read("pyproject.toml")
    project.write(
        "pyproject.toml", settings.replace("[tool.wsgen]", '[tool.wsgen]\noutput = "made/{module}"')
    )
    assert project.wsgen("clean").code == 0
    assert not (project.root / "specs/datafeed/ws_generated").exists()
