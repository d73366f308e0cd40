"""Plan the migration of one module: the new texts of both files, or the reasons against it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from wsgen.commit.single_file import write_file
from wsgen.diagnostics import Diagnostic, Note, Span, in_order
from wsgen.errors import GenerationError, refuse
from wsgen.load.module import load_module
from wsgen.load.sourcetext import UnreadableError
from wsgen.migrate.importers import Importers
from wsgen.migrate.planned_ws_yaml import lines_told, mounted_at, planned_yaml
from wsgen.migrate.proof import prove
from wsgen.migrate.python_file import PythonFile, read_python
from wsgen.migrate.removal import without_aliases
from wsgen.quality.settings_files import tool_table
from wsgen.result import FileChange
from wsgen.settings.config import Config
from wsgen.source import ModuleSource, is_yaml
from wsgen.syntax.module_names import importable_name

_USUAL_WIDTH = 88


@dataclass(frozen=True, slots=True)
class Migration:
    """The files that the migration of one module writes; none if it has no aliases or a diagnostic is an error.

    `changes` are the files' texts and `data` their bytes, both in the order in which to write them.
    `assumed_endpoint` is the default path of a new ws.yaml if the Python file names none.
    """

    source: ModuleSource
    routers: Mapping[str, str]
    changes: tuple[FileChange, ...] = ()
    data: tuple[bytes, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    assumed_endpoint: str | None = None


def migrate_module(
    source: ModuleSource, config: Config, *, importers: Importers | None = None
) -> Migration:
    """Plan the ws.yaml of a module that has legacy aliases; write nothing.

    With `importers`, which are the imports of the project's files from it, the aliases are removed.
    """
    file = next((file for file in source.files if not is_yaml(file)), None)
    if file is None:
        return Migration(source, {})
    before = replace(source, files=(file,))
    loaded = load_module(before, config)
    if loaded.spec is None:
        return Migration(source, {}, diagnostics=_named(loaded.diagnostics, source))
    if not loaded.spec.routers:
        return Migration(source, {})
    routers = loaded.spec.routes
    try:
        python = read_python(file)
        yaml, made = planned_yaml(source, python, loaded.spec, config)
        rest = python.written
        if importers is not None:
            told = lines_told(source.yaml_file, yaml, config)
            rest = _without_aliases(before, python, told, importers, config)
        prove(before, source.yaml_file, yaml, python, rest, loaded.spec, config)
    except (UnreadableError, GenerationError) as error:
        found = tuple(replace(item, span=item.span or Span(file)) for item in error.diagnostics)
        return Migration(source, routers, diagnostics=_named(found, source))
    changes, data = [], []
    if made:
        changes.append(FileChange(source.yaml_file, None, yaml))
        data.append(yaml.encode())
    if rest != python.written:
        changes.append(FileChange(file, python.written, rest))
        data.append(python.to_bytes(rest))
    found = _named(loaded.diagnostics, source)
    assumed = loaded.spec.endpoint if made and mounted_at(python) is None else None
    return Migration(source, routers, tuple(changes), tuple(data), found, assumed)


def write_migration(migration: Migration, config: Config) -> None:
    """Write the files of `migration`; the project's lock is held.

    The ws.yaml is written first. Until the other file is replaced, both declare the same routers, which is valid,
    and another run completes the migration. Raises FilesError; files that were not written are unchanged.
    """
    for change, data in zip(migration.changes, migration.data, strict=True):
        write_file(
            change.path,
            data,
            config.root,
            locked=True,
            what=f"cannot write {change.path.name}",
            writable="Make its folder writable and migrate again.",
        )


def _without_aliases(
    source: ModuleSource,
    python: PythonFile,
    told: frozenset[str],
    importers: Importers,
    config: Config,
) -> str:
    """Return the Python text without aliases. Raises GenerationError if other code needs them."""
    name = importable_name(python.path, config.sources)
    used = {
        what: span for (module, what), span in importers.items() if module == ".".join(name or ())
    }
    package = _package(source, python.path, config)
    found = [
        Diagnostic(
            "WSG432",
            f"`{alias}` is imported from {python.path.name} here",
            used[alias],
            help=f"Import it from the package {source.output.name}, then migrate again.",
            notes=(Note("the alias to remove", Span(python.path, stmt.lineno)),),
        )
        for alias, stmt in dict(python.aliases).items()
        if alias in used
    ]
    if found:
        raise refuse(*found)
    return without_aliases(python, package, told=told, kept=used, width=_line_width(config))


def _package(source: ModuleSource, python: Path, config: Config) -> str:
    """Return the name of the generated package as the Python file imports it."""
    if source.output.parent == python.parent:
        return f".{source.output.name}"
    name = importable_name(source.output / "__init__.py", config.sources)
    if name is None:
        message = f"it is not known how {source.output.name} of `{source.name}` is imported"
        help_text = "Name the importable folder in [tool.wsgen] sources."
        raise refuse(Diagnostic("WSG431", message, Span(python), help=help_text))
    return ".".join(name)


def _line_width(config: Config) -> int:
    """Return the maximum line length that pyproject.toml sets for black, ruff and isort."""
    file = config.root / "pyproject.toml"
    keys = (("black", "line-length"), ("ruff", "line-length"), ("isort", "line_length"))
    found = [tool_table(file, tool).get(key) for tool, key in keys]
    return min((width for width in found if isinstance(width, int)), default=_USUAL_WIDTH)


def _named(found: tuple[Diagnostic, ...], source: ModuleSource) -> tuple[Diagnostic, ...]:
    return in_order(replace(item, module=source.name) for item in found)
