"""Follows a page of the docs from top to bottom in a project, as a reader does.

- A block whose first line is a comment with a path is that file: `# src/app/main.py`. With `in` before the path,
  it is added at the end of the file: `# in pyproject.toml`. A `diff` of such a file replaces lines of it.
- The commands of a console block, which stand behind a `$`, are run, and what stands below one has to be printed
  by it, but for times and versions. A line `...` stands for lines that are left out.
- All other Python is run, from block to block, with the names of `live.main` and of those before. It may await.
- `text` is output, or is for another program.
"""

import ast
import asyncio
import importlib
import inspect
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import Outcome
from wsgen.cli.main import run

from .known_commands import check
from .pages import Block, blocks, without_comment

# What another test runs: test_ci.py, test_site.py, and test_reference.py of the corpus.
ELSEWHERE = {
    ("docs/how-to/ci.md", "yaml"),
    ("README.md", "py"),
    ("docs/reference/typescript.md", "typescript"),
}

_FILE = re.compile(r"(?:#|//|\{#|<!--) (?P<added>in )?(?P<name>[\w./-]+\.\w+)(?: #\}| -->)?")
_VARYING = re.compile(r"\d+(\.\d+)+( s\b)?")


@dataclass
class PageRun:
    """A page and the folder in which it is followed.

    `failing` has the exit codes of commands that fail on it, and `before` is called with each command.
    """

    page: str
    root: Path
    failing: Mapping[tuple[str, str], int] = field(default_factory=dict)
    before: Callable[[str], None] = lambda command: None
    names: dict[str, object] = field(default_factory=dict)

    def follow(self) -> None:
        """Do what each block says. Raises AssertionError, or what the block raises, where it is not true."""
        with project_at(self.root):
            asyncio.run(self._follow())

    async def _follow(self) -> None:
        for block in blocks(self.page):
            first, _, rest = block.text.partition("\n")
            named = _FILE.fullmatch(first)
            if named is not None and block.language == "diff":
                self._edit(named["name"], rest)
            elif named is not None:
                self._write(named["name"], rest, added=bool(named["added"]))
            elif block.language == "console":
                self._console(block)
            elif block.language == "python":
                await self._python(block)
            elif (self.page, block.language) not in ELSEWHERE:
                assert block.language == "text", f"{self.page}:{block.line}: nothing runs this"

    def _write(self, name: str, text: str, *, added: bool) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        before = f"{file.read_text('utf-8').rstrip()}\n\n" if added else ""
        file.write_text((before + text).lstrip("\n"), "utf-8")

    def _edit(self, name: str, diff: str) -> None:
        file = self.root / name
        old, new = (
            "".join(line[1:] for line in diff.splitlines(keepends=True) if line[0] in kinds)
            for kinds in (" -", " +")
        )
        text = file.read_text("utf-8")
        assert text.count(old) == 1, f"{self.page}: {name} does not have once:\n{old}"
        file.write_text(text.replace(old, new), "utf-8")

    def _console(self, block: Block) -> None:
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            command = without_comment(line)
            self.before(command)
            outcome = self.run(command)
            if outcome is None:
                continue
            printed = outcome.stdout + outcome.stderr
            wanted = self.failing.get((self.page, command), 0)
            assert outcome.code == wanted, f"{self.page}: {command}\n{printed[-2000:]}"
            said = [_plain(line) for line in printed.splitlines()]
            for expected in map(_plain, shown.splitlines()):
                assert expected in ("", "...", *said), (
                    f"{self.page}: `{command}` does not print {expected!r}, but\n{printed[-2000:]}"
                )

    def run(self, command: str) -> Outcome | None:
        """Run `command` and return its outcome, None if that is not to be compared with the page."""
        words = shlex.split(command)
        if words[0] == "wsgen":
            return wsgen([name for word in words[1:] for name in self._expanded(word)])
        self._other(words)
        return None

    def _other(self, words: list[str]) -> None:
        if words[0] == "rm":
            (self.root / words[1]).unlink()
        elif words[0] in ("mkdir", "cd"):
            assert words[1:] == [self.root.name]
        elif words[:3] == ["python", "-m", "pytest"]:
            subprocess.run([sys.executable, *words[1:], "-q", "-p", "no:cacheprovider"], check=True)
        else:
            check(words)

    def _expanded(self, word: str) -> list[str]:
        """Return the files that a shell would put in the place of `word`."""
        word = re.sub(r"[\[\]]", "", word)  # what is optional
        if "*" not in word:
            return [word]
        return sorted(file.relative_to(self.root).as_posix() for file in self.root.glob(word))

    async def _python(self, block: Block) -> None:
        if not self.names and (self.root / "live/main.py").exists():
            self.names |= vars(importlib.import_module("live.main"))
        where = f"{self.page}:{block.line}"
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        result = eval(
            compile(block.text, where, "exec", flags, dont_inherit=True), self.names
        )  # as exec, but it returns what is to be awaited
        if inspect.isawaitable(result):
            await result


def wsgen(arguments: list[str]) -> Outcome:
    """Run the command line in this process and return what it printed."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = run(arguments)
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return Outcome(code, *texts)


@contextmanager
def project_at(root: Path) -> Iterator[None]:
    """Work in `root` and import from it and its `src`; forget afterwards what was imported from there."""
    root.mkdir(exist_ok=True)
    folders = [str(root / "src"), str(root)]
    known = set(sys.modules)
    sys.path[:0] = folders
    try:
        with chdir(root):
            yield
    finally:
        for folder in folders:
            sys.path.remove(folder)
        for name in set(sys.modules) - known:
            file = getattr(sys.modules[name], "__file__", None)
            if file is None or Path(file).is_relative_to(root):
                del sys.modules[name]


def _plain(line: str) -> str:
    """Return what a line says on every machine and with every version."""
    return " ".join(_VARYING.sub("N", line).split())
