"""Golden cases: a folder is a project, with what wsgen must make of it beside it.

`tests/cases/<name>/` holds a project; `args` the arguments (default: `validate`, or `render --no-quality`
where there is an `expected` folder); `expected/` the files that must then be there; `stderr.txt` what must
be printed. `make update-cases` rewrites `expected` and `stderr.txt`; review the diff like code.
"""

import os
import shlex
import shutil
from pathlib import Path

import pytest

from wsgen.cli.main import run

CASES = Path(__file__).parent / "cases"
OWN = ("args", "stderr.txt", "expected")
_LOCAL = {
    ".wsgen_cache",
    "__pycache__",
}  # what a run, or a look with Python, leaves on this machine
UPDATE = bool(os.environ.get("UPDATE_CASES"))


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_case(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case, work = CASES / name, tmp_path / "project"
    shutil.copytree(case, work, ignore=shutil.ignore_patterns(*OWN))
    (work / "wsgen.toml").touch()  # the root, unless the case brings its own
    monkeypatch.chdir(work)
    renders = (case / "expected").is_dir()
    default = "render --no-quality" if renders else "validate"
    args = shlex.split((case / "args").read_text()) if (case / "args").exists() else default.split()
    before = _files(work)

    code = run(args)

    stderr = capsys.readouterr().err
    written = {path: text for path, text in _files(work).items() if path not in before}
    if UPDATE:
        _update(case, stderr, written if renders else {})
    wanted = case / "stderr.txt"
    assert stderr == (wanted.read_text("utf-8") if wanted.exists() else "")
    assert code == (1 if "error[WSG" in stderr else 0) or "error[WSG9" in stderr
    assert "Traceback" not in stderr
    assert written == (_files(case / "expected") if renders else {})


def _files(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes().decode("utf-8", "surrogateescape")
        for file in folder.rglob("*")
        if file.is_file() and not _LOCAL & set(file.parts) and file.name != ".wsgen.json"
    }


def _update(case: Path, stderr: str, written: dict[str, str]) -> None:
    (case / "stderr.txt").unlink(missing_ok=True)
    if stderr:
        (case / "stderr.txt").write_text(stderr, "utf-8")
    if (case / "expected").is_dir():
        shutil.rmtree(case / "expected")
        (case / "expected").mkdir()
        for path, text in written.items():
            file = case / "expected" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
