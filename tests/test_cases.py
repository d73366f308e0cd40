"""Golden cases: a folder in `tests/cases` is a project, with what wsgen must make of it beside it.

The files of a case that do not belong to its project:

`commands`     What is run, one command a line; `#` starts a comment. Without it: `wsgen validate`, or, where
               there is an `expected` folder, `wsgen render --no-quality`. A command must end with 1 if it
               reports an error and with 0 otherwise, unless a comment says `# exits 2`. Between two runs of
               wsgen, `replace FILE OLD NEW` (`\\n` is a line end), `cp FILE TO` and `rm FILE` edit the project.
`stderr.txt`   What must be printed on stderr; without it, nothing.
`stdout.txt`   What must be printed on stdout; without it, stdout is not compared.
`expected/`    The files that the last command must write or change; without it, none. A package may leave out its
               `asyncapi.json`, which is long: delete it once, and `make update-cases` does not add it again.
`removed.txt`  The files that the last command must remove, one a line; without it, none.

Where wsgen runs several times, what it prints follows a line `$ wsgen ...`. What is different on every machine or
for every version is replaced: the project's folder by `/project`, seconds by `0.00`, Python's version by `3.x`,
wsgen's by `0.0.0`.

`make update-cases` rewrites `stderr.txt` and `removed.txt`, and also `stdout.txt` and `expected/` where there
is one, even an empty one. Review the diff like code.
"""

import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from wsgen import __version__
from wsgen.cli.main import run

CASES = Path(__file__).parent / "cases"
UPDATE = bool(os.environ.get("UPDATE_CASES"))
_OWN = ("commands", "stderr.txt", "stdout.txt", "removed.txt", "expected")
# What a run, or Python, leaves on this machine.
_LOCAL = {".wsgen_cache", "__pycache__"}
_EXITS = re.compile(r"# exits (\d+)$")
_SECONDS = re.compile(r"\(\d+\.\d\d s\)")
_INSTALLED = re.compile(r"^wsgen( +)\S+  in .+  Python \S+$", re.MULTILINE)
_PYTHON = f"Python 3.{sys.version_info.minor}"

Files = dict[str, str]


@dataclass
class Outcome:
    """What the commands of a case printed, and what the last of them did to the project."""

    stdout: str
    stderr: str
    written: Files
    removed: list[str]


@pytest.mark.usefixtures("warm_exports")
@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_case(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case, work = CASES / name, tmp_path / "project"
    shutil.copytree(case, work, ignore=shutil.ignore_patterns(*_OWN))
    (work / "wsgen.toml").touch()  # the root, unless the case brings its own
    monkeypatch.chdir(work)

    outcome = _run_commands(_commands(case), work, capsys.readouterr)

    expected = _files(case / "expected")
    outcome.written = _compared(outcome.written, expected)
    if UPDATE:
        _update(case, outcome)
        expected = _files(case / "expected")
    assert not re.search("^Traceback", outcome.stderr, re.MULTILINE)
    assert outcome.stderr == _text(case / "stderr.txt")
    if (case / "stdout.txt").exists():
        assert outcome.stdout == _text(case / "stdout.txt")
    assert outcome.written == expected
    assert outcome.removed == _text(case / "removed.txt").splitlines()


def _commands(case: Path) -> list[str]:
    if (case / "commands").exists():
        return (case / "commands").read_text("utf-8").splitlines()
    if (case / "expected").is_dir():
        return ["wsgen render --no-quality"]
    return ["wsgen validate"]


def _run_commands(
    commands: list[str], work: Path, captured: Callable[[], tuple[str, str]]
) -> Outcome:
    several = sum(line.startswith("wsgen ") for line in commands) > 1
    outcome = Outcome("", "", {}, [])
    for line in commands:
        words = shlex.split(line, comments=True)
        if not words:
            continue
        program, *arguments = words
        if program != "wsgen":
            _edit(program, *arguments)
            continue
        before = _files(work)
        captured()
        code = run(arguments)
        stdout, stderr = (_repeatable(text, work) for text in captured())
        told = _EXITS.search(line)
        assert code == (int(told[1]) if told else int("error[WSG" in stderr)), (line, stderr)
        title = f"$ {line}\n" if several else ""
        outcome.stdout += title + stdout
        outcome.stderr += title + stderr if stderr else ""
        after = _files(work)
        outcome.written = {path: text for path, text in after.items() if before.get(path) != text}
        outcome.removed = sorted(before.keys() - after.keys())
    return outcome


def _edit(program: str, file: str, *arguments: str) -> None:
    path = Path(file)
    if program == "replace":
        old, new = (argument.replace("\\n", "\n") for argument in arguments)
        text = path.read_text("utf-8")
        assert old in text, f"{old} is not in {file}"
        path.write_text(text.replace(old, new), "utf-8")
    elif program == "cp":
        (to,) = arguments
        Path(to).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)
    else:
        assert program == "rm", f"`{program}` is neither wsgen, nor replace, cp or rm"
        path.unlink()


def _repeatable(text: str, work: Path) -> str:
    """Return `text` as it is for every machine and run."""
    text = text.replace(str(work), "/project").replace(_PYTHON, "Python 3.x")
    text = text.replace(f"{Path(sys.executable).parent}{os.sep}", "")  # of commands outside of PATH
    text = _INSTALLED.sub(r"wsgen\g<1>0.0.0  in /environment  Python 3.x", text)
    text = text.replace(f'"version": "{__version__}"', '"version": "0.0.0"')
    return _SECONDS.sub("(0.00 s)", text)


def _files(folder: Path) -> Files:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes().decode("utf-8", "surrogateescape")
        for file in folder.rglob("*")
        if file.is_file() and not _LOCAL & set(file.parts) and file.name != ".wsgen.json"
    }


def _compared(written: Files, expected: Files) -> Files:
    """Return `written` without the documents of packages of which `expected` holds the other files only."""
    packages = {Path(path).parent for path in expected}
    return {
        path: text
        for path, text in written.items()
        if path in expected
        or Path(path).name != "asyncapi.json"
        or Path(path).parent not in packages
    }


def _text(file: Path) -> str:
    return file.read_text("utf-8") if file.exists() else ""


def _update(case: Path, outcome: Outcome) -> None:
    removed = "".join(f"{path}\n" for path in outcome.removed)
    for name, text in (("stderr.txt", outcome.stderr), ("removed.txt", removed)):
        (case / name).unlink(missing_ok=True)
        if text:
            (case / name).write_text(text, "utf-8")
    if (case / "stdout.txt").exists():
        (case / "stdout.txt").write_text(outcome.stdout, "utf-8")
    if (case / "expected").is_dir():
        shutil.rmtree(case / "expected")
        (case / "expected").mkdir()
        for path, text in outcome.written.items():
            file = case / "expected" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
