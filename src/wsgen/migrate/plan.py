"""One module's migration: both files as they would be, or the reasons why not."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from wsgen.config import Config
from wsgen.current import template_of
from wsgen.diagnostics import Diagnostic, Span, has_errors, in_order
from wsgen.errors import FilesError, GenerationError
from wsgen.load.declaration import FileDeclaration
from wsgen.load.importable import importable_name
from wsgen.load.module import Loaded, load_module, united
from wsgen.load.python_module import load_python
from wsgen.load.sourcetext import UnreadableError, decode_utf8, read_source
from wsgen.load.yaml_module import load_yaml
from wsgen.migrate.aliases import find_aliases, without_aliases
from wsgen.migrate.comments import alias_comments
from wsgen.migrate.yaml_text import yaml_text
from wsgen.model import ModuleSpec
from wsgen.pipeline import render_module
from wsgen.result import FileChange
from wsgen.source import YAML_NAME, ModuleSource

_MARK = "WsRouter"


@dataclass(frozen=True, slots=True)
class Migration:
    """What migrating one module would write; nothing if it has no aliases or a diagnostic is an error."""

    source: ModuleSource
    routers: Mapping[str, str]
    changes: tuple[FileChange, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def migrate_module(source: ModuleSource, config: Config, *, remove_aliases: bool) -> Migration:
    """Plan the ws.yaml of a module that has legacy aliases; write nothing.

    With `remove_aliases`, its Python file imports the generated classes instead of declaring them.
    """
    python = next((file for file in source.files if file.name != YAML_NAME), None)
    if python is None:
        return Migration(source, {})
    legacy = replace(source, files=(python,))
    before = load_module(legacy, models=config.models, roots=config.sources)
    if before.spec is None:
        return Migration(source, {}, diagnostics=_named(before.diagnostics, source))
    if not before.spec.routers:
        return Migration(source, {})
    routers = {router.class_name: router.route for router in before.spec.routers}
    try:
        changes = _changes(source, python, before, before.spec, config, remove_aliases)
    except (UnreadableError, GenerationError) as error:
        found = [replace(item, span=item.span or Span(python)) for item in error.diagnostics]
        return Migration(source, routers, diagnostics=_named(tuple(found), source))
    return Migration(source, routers, changes, _named(before.diagnostics, source))


def write_migration(migration: Migration) -> None:
    """Write the files of `migration`, each atomically, the ws.yaml first.

    Raises FilesError, with what was not written as it was.
    """
    for change in migration.changes:
        temporary = change.path.with_name(f".wsgen-{os.getpid()}-{change.path.name}.tmp")
        try:
            temporary.write_bytes((change.after or "").encode())
            if change.path.exists():
                temporary.chmod(change.path.stat().st_mode & 0o7777)
            temporary.replace(change.path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            message = f"cannot write {change.path}: {error.strerror or error}"
            advice = "Make the folder writable and migrate again."
            raise FilesError(
                message, [Diagnostic("WSG405", message, Span(change.path), help=advice)]
            ) from error


def _changes(
    source: ModuleSource,
    python: Path,
    before: Loaded,
    spec: ModuleSpec,
    config: Config,
    remove_aliases: bool,
) -> tuple[FileChange, ...]:
    """Return the files to write. Raises GenerationError, UnreadableError."""
    text = decode_utf8(python, read_source(python)).removeprefix("\ufeff")
    lines = [(name, before.positions[name].line) for name in _in_order(spec, before)]
    aliases = find_aliases(text, lines)
    file = source.directory / YAML_NAME
    if file in source.files:
        yaml, changes = _existing(file, spec, config), []
    else:
        made = yaml_text(
            spec, [name for name, _ in lines], alias_comments(aliases.text, aliases.lines)
        )
        yaml, changes = made, [FileChange(file, None, made)]
    rest = without_aliases(aliases, _package(source, python, config)) if remove_aliases else text
    if rest != text:
        changes.append(FileChange(python, text, rest))
    files = (file, python) if _MARK in rest else (file,)
    _prove(replace(source, files=files), yaml, rest, replace(source, files=(python,)), spec, config)
    return tuple(changes)


def _in_order(spec: ModuleSpec, loaded: Loaded) -> list[str]:
    names = [router.class_name for router in spec.routers]
    return sorted(names, key=lambda name: (loaded.positions[name].line, name))


def _existing(file: Path, spec: ModuleSpec, config: Config) -> str:
    """Return the text of a ws.yaml that is there already and declares all routers of `spec`."""
    data = read_source(file)
    found: list[Diagnostic] = []
    declared = {router.class_name for router in load_yaml(file, data, config.models, found).routers}
    missing = [router.class_name for router in spec.routers if router.class_name not in declared]
    if missing and not has_errors(found):
        message = f"{file.name} exists already and lacks {', '.join(missing)}"
        advice = "Declare them there, or remove the file and migrate again."
        found.append(Diagnostic("WSG430", message, Span(file), help=advice))
    if has_errors(found):
        raise GenerationError(found[0].message, found)
    return decode_utf8(file, data)


def _prove(
    after: ModuleSource,
    yaml: str,
    python: str,
    before: ModuleSource,
    spec: ModuleSpec,
    config: Config,
) -> None:
    """Render the module as it is and as it would be. Raises GenerationError if the routers differ."""
    found: list[Diagnostic] = []
    declared = load_yaml(after.files[0], yaml.encode(), config.models, found)
    rest = FileDeclaration()
    if len(after.files) > 1:
        rest = load_python(after.files[1], python.encode(), config.sources, found)
    loaded = united(after, declared, rest, found)
    if loaded.spec is None:
        raise GenerationError("the new files are not valid", loaded.diagnostics)
    new = _comparable(loaded.spec, spec)
    if template_of(after, config) != template_of(before, config):
        reason = "the generic class would not be found any more"
        advice = 'Name it: `template = "..."` in [tool.wsgen].'
    elif render_module(before, new, config) != render_module(before, spec, config):
        differing = [
            old.class_name
            for old, other in zip(spec.routers, new.routers, strict=False)
            if old != other
        ]
        names = ", ".join(differing) or f"{len(new.routers)} instead of {len(spec.routers)} routers"
        reason = f"not the same as in {before.files[0].name}: {names}"
        advice = "Compare what both files say; ws.py goes on working as it is."
    else:
        return
    message = f"`{after.name}` was not migrated: {reason}"
    raise GenerationError(
        message, [Diagnostic("WSG431", message, Span(before.files[0]), help=advice)]
    )


def _comparable(new: ModuleSpec, old: ModuleSpec) -> ModuleSpec:
    """Return `new` without what only a ws.yaml can say: texts, deliveries, and where it is mounted."""
    known = {router.class_name: router for router in old.routers}
    routers = tuple(
        router.model_copy(
            update={
                "summary": "",
                "description": "",
                "deprecated": False,
                "delivery": known[router.class_name].delivery,
            }
        )
        for router in new.routers
        if router.class_name in known
    )
    return new.model_copy(update={"description": "", "endpoint": old.endpoint, "routers": routers})


def _package(source: ModuleSource, python: Path, config: Config) -> str:
    """Return the name of the generated package as the Python file imports it."""
    if source.output.parent == python.parent:
        return f".{source.output.name}"
    name = importable_name(source.output / "__init__.py", config.sources)
    if name is None:
        message = f"it is not known how {source.output.name} of `{source.name}` is imported"
        advice = "Name the importable folder in [tool.wsgen] sources."
        raise GenerationError(message, [Diagnostic("WSG431", message, Span(python), help=advice)])
    return ".".join(name)


def _named(found: tuple[Diagnostic, ...], source: ModuleSource) -> tuple[Diagnostic, ...]:
    return in_order(replace(item, module=source.name) for item in found)
