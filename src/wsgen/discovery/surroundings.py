"""Warnings about where generated packages go: in folders that Python cannot import, or that git ignores."""

import keyword
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Severity, Span
from wsgen.files import repository_of
from wsgen.manifest import MANIFEST
from wsgen.settings.config import Config
from wsgen.source import ModuleSource

_CHECK_IGNORE = ("-c", "core.fsmonitor=", "check-ignore", "-z", "-v", "--stdin")
"""Arguments of git; without the program that the repository's own configuration may start."""

_SECONDS = 10.0

_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")

_IN_EVERY_PACKAGE = ("__init__.py", MANIFEST)


def unimportable(sources: Iterable[ModuleSource], config: Config) -> Iterator[Diagnostic]:
    """Warn of each package that no import statement can name, from any of the project's source folders."""
    for source in sources:
        part = _wrong_part(source.output, config) if source.files else None
        if part is None:
            continue
        kind = "a Python keyword" if keyword.iskeyword(part) else "not a Python name"
        yield Diagnostic(
            "WSG411",
            f"the package of module `{source.name}` cannot be imported: the folder `{part}` is {kind}",
            Span(source.files[0]),
            help="Rename the folder, or set [tool.wsgen] output to a place that can be imported.",
            severity=Severity.WARNING,
            module=source.name,
        )


def ignored_by_git(
    packages: Mapping[ModuleSource, Iterable[str]], config: Config
) -> list[Diagnostic]:
    """Return a warning for each rule by which git ignores files of `packages`, which are to be committed.

    Files that are committed all the same are not ignored. A project that is in no repository yet is judged as one
    that is to become one. Without the program there is nothing to say.
    """
    top = repository_of(config.root)
    modules = {
        os.fspath(source.output / name): source
        for source, files in packages.items()
        if source.files
        for name in {*_IN_EVERY_PACKAGE, *files}
    }
    outputs = {source.output for source in modules.values()}
    if top is None and not any(_has_rules(output, config.root) for output in outputs):
        return []
    hidden: dict[tuple[str, str, str], dict[str, list[ModuleSource]]] = {}
    for file, line, rule, path in _rules(modules, config.root, in_repository=top is not None):
        if path in modules and not rule.startswith("!"):
            files = hidden.setdefault((file, line, rule), {})
            name = Path(path).relative_to(modules[path].output).as_posix()
            files.setdefault(name, []).append(modules[path])
    return [_hidden(rule, files, top or config.root) for rule, files in sorted(hidden.items())]


def _wrong_part(output: Path, config: Config) -> str | None:
    """Return the first folder in the name of the package in `output` that cannot be in such a name."""
    if not any(map(_is_not_name, output.relative_to(config.root).parts)):
        return None  # as nearly always, and without a look at any folder
    parts: list[str] = []
    for folder in (output, *output.parents):
        if folder == config.root or folder in config.sources:
            break
        if folder != output and _is_import_root(folder, parts, config.root):
            break
        parts.append(folder.name)
    return next(filter(_is_not_name, reversed(parts)), None)


def _is_not_name(part: str) -> bool:
    return keyword.iskeyword(part) or not part.isidentifier()


def _is_import_root(folder: Path, below: list[str], root: Path) -> bool:
    """Return whether modules are surely imported from `folder`, though the settings do not say it.

    It is a project of its own, or called `src`, or holds a package and is in none itself; `below` are the names
    of the folders from the package up to it.
    """
    if any((folder / name).is_file() for name in _PROJECT_FILES):
        return True
    above = (each for each in (folder, *folder.parents) if each.is_relative_to(root))
    if any((each / "__init__.py").is_file() for each in above):
        return False
    holds_package = len(below) > 1 and (folder / below[-1] / "__init__.py").is_file()
    return folder.name == "src" or holds_package


def _has_rules(output: Path, root: Path) -> bool:
    """Return whether a `.gitignore` in the project may contain rules for the files in `output`."""
    folders = (folder for folder in output.parents if folder.is_relative_to(root))
    return any((folder / ".gitignore").is_file() for folder in folders)


def _rules(
    paths: Iterable[str], root: Path, *, in_repository: bool
) -> Iterator[tuple[str, str, str, str]]:
    """Yield for each of `paths` that a rule of git matches: the rule's file, its line, the rule, the path."""
    from tempfile import TemporaryDirectory

    asked = b"\0".join(map(os.fsencode, paths))
    try:
        if in_repository:
            answer = _ask_git((), root, asked)
        else:
            with TemporaryDirectory() as folder:
                _make_repository(Path(folder))
                where = (f"--git-dir={folder}", f"--work-tree={root}")
                answer = _ask_git(where, root, asked)
    except OSError:  # there is no git, or no room
        return
    fields = [os.fsdecode(field) for field in answer.split(b"\0")]
    for start in range(0, len(fields) - 3, 4):
        file, line, rule, path = fields[start : start + 4]
        yield file, line, rule, path


def _ask_git(where: Sequence[str], root: Path, asked: bytes) -> bytes:
    """Return the rules of git that match the paths in `asked`, nothing if git does not answer. Raises OSError."""
    import subprocess  # nearly half of the time of a run in which nothing changed

    command = ["git", *where, *_CHECK_IGNORE]
    try:
        return subprocess.run(
            command, cwd=root, input=asked, capture_output=True, timeout=_SECONDS, check=False
        ).stdout
    except subprocess.TimeoutExpired:
        return b""


def _make_repository(folder: Path) -> None:
    """Make a minimal git repository in the empty `folder`. Raises OSError."""
    for name in ("objects", "refs"):
        (folder / name).mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/main\n", "ascii")


def _hidden(
    rule: tuple[str, str, str], files: dict[str, list[ModuleSource]], top: Path
) -> Diagnostic:
    file, line, pattern = rule
    if "__init__.py" in files:
        what, sources = "the package", files["__init__.py"]
    else:
        name = min(files)
        what, sources = f"`{name}` in the package", files[name]
    names = ", ".join(f"`{source.name}`" for source in sources[:4])
    more = f" and {len(sources) - 4} more" if len(sources) > 4 else ""
    plural = "s" if len(sources) > 1 else ""
    number = int(line) if line.isdigit() else 1
    return Diagnostic(
        "WSG412",
        f"git ignores {what}{plural} of module{plural} {names}{more}: the rule is `{pattern}`",
        Span(top / file, number, 1, number, 1),
        help="Remove the rule and commit the package, which `wsgen check` looks for in a fresh clone.",
        severity=Severity.WARNING,
    )
