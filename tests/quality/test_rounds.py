"""What happens when tools misbehave: fake ones stand in for the real."""

import os
from pathlib import Path

import pytest

from wsgen.errors import ToolError
from wsgen.quality import command_lines

from .conftest import Project, Tool

CHECKING = "check = '--check' in sys.argv or '--check-only' in sys.argv\n"
FILES = "import glob\nfiles = [f for a in sys.argv for f in glob.glob(a + '/*.py')]\n"


def test_rounds_go_on_until_nothing_changes(project: Project, tool: Tool) -> None:
    # Each run adds one line up to four: no single pass is enough.
    step = FILES + CHECKING
    step += "short = [f for f in files if open(f).read().count('\\n') < 4]\n"
    step += "[open(f, 'a').write('# more\\n') for f in short if not check]\nsys.exit(check and bool(short))"
    tool("isort", step)
    module = project.module(router="# one\n", init="# one\n# two\n")
    result = project.run(module, steps=("isort",))
    assert result.diagnostics == ()
    assert result.files[module.output]["barwsrouter.py"] == "# one\n# more\n# more\n# more\n"


def test_a_step_that_never_settles_fails_its_modules_only(project: Project, tool: Tool) -> None:
    step = FILES + CHECKING + "bad = [f for f in files if 'grow' in open(f).read()]\n"
    step += (
        "[open(f, 'a').write('# more\\n') for f in bad if not check]\nsys.exit(check and bool(bad))"
    )
    tool("isort", step)
    growing = project.module(router="# grow\n", init="")
    quiet = project.module("broker", router="# quiet\n", init="")
    result = project.run(growing, quiet, steps=("isort",))
    assert set(result.files) == {quiet.output}
    (found,) = result.diagnostics
    assert found.code == "WSG503"
    assert "isort in module `datafeed` never settles on one text of barwsrouter.py" in found.message


def test_a_step_that_wants_a_change_but_makes_none_does_not_loop(
    project: Project, tool: Tool
) -> None:
    tool("isort", CHECKING + "print('specs/datafeed/ws_generated/x.py is wrong')\nsys.exit(check)")
    module, other = project.module(router="", init=""), project.module("broker", router="", init="")
    result = project.run(module, other, steps=("isort",))
    assert [(found.code, found.module) for found in result.diagnostics] == [("WSG503", "datafeed")]
    assert set(result.files) == {other.output}


def test_linters_see_what_the_fixers_left(project: Project, tool: Tool) -> None:
    tool(
        "isort",
        FILES
        + CHECKING
        + "bad = [f for f in files if open(f).read() != '# right\\n']\n"
        + "[open(f, 'w').write('# right\\n') for f in bad if not check]\nsys.exit(check and bool(bad))",
    )
    tool(
        "flake8",
        FILES
        + "bad = [f for f in files if open(f).read() != '# right\\n']\n"
        + "[print(f + ':1:1: E100 wrong') for f in bad]\nsys.exit(bool(bad))",
    )
    module = project.module(router="# wrong\n", init="# right\n")
    result = project.run(module, steps=("flake8", "isort"))
    assert result.diagnostics == ()
    assert set(result.files[module.output].values()) == {"# right\n"}


@pytest.mark.parametrize(
    ("step", "name", "code"),
    [
        ("black", "black", "sys.exit('Error: Could not open file')"),
        ("black", "black", "sys.stderr.write('python: No module named black.x')\nsys.exit(1)"),
        ("isort", "isort", "raise ValueError('crash')"),
        ("flake8", "flake8", "print('There was a critical error')\nsys.exit(1)"),
        ("ruff-check", "ruff", "print('{}')\nsys.exit(1)"),
        ("ruff-check", "ruff", "print('[{\"filename\": 1}]')\nsys.exit(1)"),
        ("mypy", "mypy", "sys.exit('INTERNAL ERROR')"),
        ("mypy", "mypy", "print('usage: mypy')\nsys.exit(2)"),
    ],
)
def test_a_tool_that_breaks_is_a_tool_error_with_its_words(
    project: Project, tool: Tool, step: str, name: str, code: str
) -> None:
    tool(
        name,
        code.replace(
            "sys.exit('", "sys.stderr.write('Traceback (most recent call last)')\nsys.exit('"
        ),
    )
    with pytest.raises(ToolError, match=f"{step} failed with exit code") as caught:
        project.run(project.module(), steps=(step,))
    assert caught.value.diagnostics[0].code == "WSG501"
    assert caught.value.diagnostics[0].output


def test_a_formatter_that_cannot_read_one_file_fails_its_module(
    project: Project, tool: Tool
) -> None:
    tool(
        "black",
        "if not any('datafeed' in a for a in sys.argv): sys.exit(0)\n"
        "sys.stderr.write('error: cannot format ' + os.getcwd() + "
        "'/specs/datafeed/ws_generated/barwsrouter.py: Cannot parse: 3:1: no\\n')\nsys.exit(123)",
    )
    wrong, right = project.module(), project.module("broker")
    result = project.run(wrong, right, steps=("black",))
    assert set(result.files) == {right.output}
    (found,) = result.diagnostics
    assert (found.code, found.step, found.module) == ("WSG510", "black", "datafeed")


def test_command_lines_stay_below_the_systems_limit(
    project: Project, tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    tool("flake8", f"open({str(log)!r}, 'a').write(' '.join(sys.argv[-2:]) + '\\n')")
    monkeypatch.setattr(command_lines, "_ARGUMENT_LIMIT", 60)
    modules = [project.module(name, router="", init="") for name in ("a", "b", "c")]
    assert len(project.run(*modules, steps=("flake8",)).files) == 3
    assert sorted(line.split()[-1] for line in log.read_text().splitlines()) == [
        "specs/b/ws_generated",
        "specs/c/ws_generated",
    ]


def test_mypy_finds_the_sources_and_keeps_its_cache_where_it_may(
    project: Project, tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    tool(
        "mypy",
        f"open({str(log)!r}, 'a').write(os.environ['MYPYPATH'] + '\\n' + repr(sys.argv) + '\\n')",
    )
    monkeypatch.setenv("MYPYPATH", "/of/the/user")
    (tmp_path / "file").write_text("")
    for cache in (tmp_path / "new" / "cache", tmp_path / "file" / "cache"):
        made = Project(project.root, cache)
        made.run(made.module(router="", init=""), steps=("mypy",))
    lines = log.read_text().splitlines()
    source, user = lines[0].split(os.pathsep)
    assert source.endswith("/project/src")
    assert not source.startswith(str(project.root))
    assert user == "/of/the/user"
    assert f"'{tmp_path}/new/cache/strict/mypy'" in lines[1]
    assert "'/dev/null'" in lines[3]


def test_mypy_that_its_cache_crashes_is_run_without_it(
    project: Project, tool: Tool, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    tool(
        "mypy",
        f"open({str(log)!r}, 'a').write('run\\n')\n"
        "if '/dev/null' not in sys.argv: print('error: INTERNAL ERROR', file=sys.stderr); sys.exit(2)",
    )
    made = Project(project.root, tmp_path / "cache")
    assert made.run(made.module(router="", init=""), steps=("mypy",)).files
    assert log.read_text() == "run\nrun\n"
