"""The commands, as a user types them: what they print, where, and how they end."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import Project

import wsgen.__main__
from wsgen.codes import CODES

OUT = "specs/datafeed/ws_generated"


def test_render_says_what_it_did_on_stdout_and_nothing_else(project: Project) -> None:
    first = project.wsgen("render")
    assert (first.code, first.stderr) == (0, "")
    assert "datafeed  written  BarWsRouter, QuoteWsRouter" in first.stdout
    second = project.wsgen("render")
    assert "datafeed  current  BarWsRouter, QuoteWsRouter" in second.stdout
    assert "1 module, 2 routers: 1 current" in second.stdout
    assert "\x1b" not in first.stdout


@pytest.mark.parametrize(
    "command", [("check",), ("render", "--check"), ("diff",), ("render", "--diff")]
)
def test_drift_is_found_and_nothing_is_written(project: Project, command: tuple[str, ...]) -> None:
    project.wsgen("render")
    assert project.wsgen(*command).code == 0
    project.write(
        "specs/datafeed/ws.yaml", project.read("specs/datafeed/ws.yaml").replace("bars", "barz")
    )
    before = project.snapshot()
    outcome = project.wsgen(*command)
    assert outcome.code == 1
    assert project.snapshot() == before
    if "diff" in command[-1]:
        assert '-        route: str = "bars",' in outcome.stdout
        assert '+        route: str = "barz",' in outcome.stdout
    else:
        assert "specs/datafeed/ws.yaml:1:1: error[WSG408]" in outcome.stderr


def test_check_finds_one_changed_character_in_a_generated_file(project: Project) -> None:
    project.wsgen("render")
    project.write(
        f"{OUT}/barwsrouter.py", project.read(f"{OUT}/barwsrouter.py").replace("bars", "barz", 1)
    )
    outcome = project.wsgen("check")
    assert outcome.code == 1
    assert "barwsrouter.py:1:1: error[WSG407]" in outcome.stderr


def test_check_finds_a_comment_added_to_a_source(project: Project) -> None:
    project.wsgen("render")
    project.write("specs/datafeed/ws.yaml", project.read("specs/datafeed/ws.yaml") + "# later\n")
    assert project.wsgen("check").code == 1
    assert project.wsgen("render").code == 0
    assert project.wsgen("check").code == 0


def test_one_bad_module_does_not_stop_the_others(project: Project) -> None:
    project.write("specs/broker/ws.yaml", "version: 1\nrouters: {A: {rute: a}}\n")
    outcome = project.wsgen("render")
    assert outcome.code == 1
    assert "specs/broker/ws.yaml:2:" in outcome.stderr
    assert "error[WSG111]" in outcome.stderr
    assert (project.root / OUT / "barwsrouter.py").exists()


def test_schema_is_the_one_in_the_repository(project: Project) -> None:
    schema = (Path(__file__).parents[2] / "schemas/ws.schema.json").read_text("utf-8")
    assert project.wsgen("schema").stdout == schema
    settings = (Path(__file__).parents[2] / "schemas/settings.schema.json").read_text("utf-8")
    assert project.wsgen("schema", "--settings").stdout == settings


def test_every_code_is_explained(project: Project) -> None:
    listed = project.wsgen("explain").stdout
    for code, entry in CODES.items():
        assert f"{code}  {entry.title}" in listed
        assert entry.why.endswith((".", "?"))
        assert entry.fix.endswith(".")
    assert "What to do:" in project.wsgen("explain", "wsg408").stdout


def test_codes_in_the_source_are_exactly_those_in_the_table() -> None:
    import re

    source = Path(__file__).parents[2] / "src/wsgen"
    used = {
        code
        for file in (*source.rglob("*.py"), source.parents[1] / "schemas/ws.schema.json")
        if file.parent.name != "codes"
        for code in re.findall(r'"(WSG\d{3})"', file.read_text("utf-8"))
    }
    assert used == CODES.keys()


def test_a_run_that_is_stopped_says_what_to_do(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("wsgen.cli.render.run", interrupted)
    stopped = project.wsgen("render")
    assert (stopped.code, stopped.stdout) == (130, "")
    assert stopped.stderr.strip() == (
        "Stopped. Files already written are complete; run it again for the rest."
    )


def test_missing_tool_is_one_message_with_two_ways_out(project: Project, tmp_path: Path) -> None:
    """A virtual environment without the tools: nothing beside the interpreter, nothing on PATH."""
    project.write("pyproject.toml", '[tool.wsgen]\npaths = ["specs"]\n[tool.black]\n[tool.mypy]\n')
    code = """\
import sys
import wsgen.installed as installed
installed.installed_version = lambda tool, *_: "" if tool == "black" else "x"
sys.executable = "/nowhere/python"
from wsgen.cli.main import run
sys.exit(run(["render"]))
"""
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PATH": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2, ended.stderr
    assert "black" in ended.stderr
    assert "needs it: [tool.black] in pyproject.toml" in ended.stderr
    assert "`pip install black`" in ended.stderr
    assert '`steps = ["mypy"]` in [tool.wsgen.quality]' in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (project.root / OUT).exists()


def imported(code: str) -> set[str]:
    ended = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ended.stdout.split())


HEAVY = {"pydantic", "jinja2", "jsonschema", "yaml", "click", "filelock", "wsgen.codes"}


def test_import_wsgen_loads_nothing_heavy() -> None:
    assert not imported("import wsgen") & HEAVY


def test_nothing_changed_loads_nothing_heavy(project: Project) -> None:
    project.wsgen("render")
    start = f"import wsgen; assert wsgen.generate_module_routers('datafeed', root={str(project.root)!r})"
    assert not imported(start) & HEAVY
    command = "from wsgen.cli.main import run; assert run(['render', '-q']) == 0"
    assert not imported(command) & (HEAVY - {"click"})


def test_import_of_the_runtime_loads_nothing_of_wsgen() -> None:
    loaded = imported(
        "import wsgen_runtime; wsgen_runtime.WsApp; wsgen_runtime.WsRouter; wsgen_runtime.Delivery"
    )
    assert not loaded & {"wsgen", "jinja2", "yaml", "jsonschema", "click", "redis"}


def test_a_run_that_is_stopped_before_it_began_has_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("wsgen.cli.unchanged.begin_plain", interrupted)
    monkeypatch.setattr("gc.set_threshold", lambda *_: None)
    monkeypatch.setattr("wsgen.__main__._end_at_interrupt", lambda: None)
    with pytest.raises(SystemExit) as stopped:
        wsgen.__main__.main()
    assert stopped.value.code == 130
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with pytest.raises(SystemExit):
        wsgen.__main__.main()
    assert capsys.readouterr() == ("", "\n")  # after `^C`


INTERRUPTED = """
import os, runpy, signal, sys

class Interrupting:
    def find_spec(name, *_):
        if name == "{name}":
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Interrupting)
sys.argv = ["wsgen", "list"]
"""
SCRIPT = "from wsgen.__main__ import main; main()"
MODULE = "runpy.run_module('wsgen', run_name='__main__', alter_sys=True)"


@pytest.mark.skipif(os.name == "nt", reason="no process can interrupt itself alone there")
@pytest.mark.parametrize("start", [SCRIPT, MODULE])
@pytest.mark.parametrize("name", ["wsgen.cli.ending", "wsgen.cli.main", "wsgen.cli.inspect"])
def test_an_interrupt_of_an_import_shows_no_traceback(
    name: str, start: str, project: Project
) -> None:
    command = [sys.executable, "-c", f"{INTERRUPTED.format(name=name)}{start}"]
    stopped = subprocess.run(command, capture_output=True, text=True, check=False)
    assert stopped.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in stopped.stderr
    assert stopped.stdout == ""


def test_a_folder_that_is_no_project_is_searched_up_to_a_limit(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsgen.discovery.modules.FOLDERS", 5)
    for number in range(6):
        project.write(f"more/{number}/file", "")
    assert project.wsgen("validate").code == 0
    (project.root / "pyproject.toml").unlink()
    for path in ((), (".",)):
        outcome = project.wsgen("validate", *path)
        assert outcome.code == 2
        assert "is not a project, and has more than 5 folders" in outcome.stderr
        assert "Name the folders of its modules" in outcome.stderr
    assert project.wsgen("validate", "specs").code == 0
    (project.root / ".git").mkdir()
    assert project.wsgen("validate").code == 0


def test_the_whole_disk_is_not_searched(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    for command in ("render", "validate"):
        outcome = project.wsgen(command)
        assert outcome.code == 2
        assert "is the whole disk" in outcome.stderr
        assert "name the folders of its modules" in outcome.stderr


def test_a_byte_order_mark_in_a_template_is_none_of_its_text(project: Project) -> None:
    project.write(
        "pyproject.toml",
        '[tool.wsgen]\npaths = ["specs"]\ntemplates = "t"\n[tool.wsgen.quality]\nsteps = []\n',
    )
    project.write("t/router.py.jinja", "\ufeff{% include 'part.jinja' %}\n")
    project.write("t/part.jinja", "\ufeffclass {{ class_name }}: ...")
    assert project.wsgen("render").code == 0
    assert project.read("specs/datafeed/ws_generated/barwsrouter.py") == "class BarWsRouter: ..."


def test_a_tuple_of_any_length_goes_into_code_and_documents(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(project.root / "src")
    source = project.read("specs/datafeed/ws.yaml").replace("data: Bar", "data: 'tuple[Bar, ...]'")
    project.write("specs/datafeed/ws.yaml", source)
    assert project.wsgen("render").code == 0
    assert "data_type=tuple[Bar, ...]" in project.read("specs/datafeed/ws_generated/barwsrouter.py")
    outcome = project.wsgen("asyncapi", "export", "--format", "json")
    assert outcome.code == 0, outcome.stderr
    payload = json.loads(outcome.stdout)
    assert '"items": {"$ref"' in json.dumps(payload)
