"""Determine the ws.yaml of a migrated module: a new one, or an existing one that declares the routers already."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Span, has_errors
from wsgen.errors import refuse
from wsgen.files import read_file
from wsgen.load.sentences import problem_of
from wsgen.load.sourcetext import decode_utf8, read_source
from wsgen.load.yaml.reader import load_yaml
from wsgen.migrate.python_file import PythonFile
from wsgen.migrate.python_hints import endpoint_of, remarks_on
from wsgen.migrate.ws_yaml_text import yaml_text
from wsgen.model import ModuleSpec
from wsgen.settings.config import Config
from wsgen.source import YAML_NAMES, ModuleSource

_SCHEMA = re.compile(rb"#\s*yaml-language-server:\s*\$schema=(\S+)")


def planned_yaml(
    source: ModuleSource, python: PythonFile, spec: ModuleSpec, config: Config
) -> tuple[str, bool]:
    """Return the text of the ws.yaml, and whether it has yet to be written."""
    if more := [router.class_name for router in spec.routers if router.further]:
        message = f"a ws.yaml gives a router two types; {', '.join(more)} has more"
        help_text = "Keep the aliases of this module: they continue to work."
        raise refuse(Diagnostic("WSG431", message, help=help_text))
    file = source.yaml_file
    if file.exists() or file.is_symlink():
        return _existing(file, spec, config), False
    order = list(dict.fromkeys(name for name, _ in python.aliases))
    remarks = remarks_on(python.text, python.lines)
    text = yaml_text(
        spec,
        order,
        remarks,
        default=config.models,
        schema=_schema_of(source, config),
        endpoint=mounted_at(python),
    )
    return text, True


def mounted_at(python: PythonFile) -> str | None:
    """Return the path that the Python file mounts its routers at, if a ws.yaml may have it."""
    path = endpoint_of(python.tree)
    return None if path is None or problem_of(("endpoint",), path) else path


def _existing(file: Path, spec: ModuleSpec, config: Config) -> str:
    """Return the text of an existing ws.yaml that declares all routers of `spec`."""
    data = read_source(file)
    found: list[Diagnostic] = []
    declared = {router.class_name for router in load_yaml(file, data, config.models, found).routers}
    missing = [router.class_name for router in spec.routers if router.class_name not in declared]
    if missing and not has_errors(found):
        message = f"{file.name} exists already and lacks {', '.join(missing)}"
        help_text = "Declare them there, or remove the file and migrate again."
        found.append(Diagnostic("WSG430", message, Span(file), help=help_text))
    if has_errors(found):
        raise refuse(*found)
    return decode_utf8(file, data)


def lines_told(file: Path, yaml: str, config: Config) -> frozenset[str]:
    """Return the lines of text in the comments and descriptions of a ws.yaml."""
    routers = load_yaml(file, yaml.encode(), config.models, []).routers
    texts = [router.fields.get(key, "") for router in routers for key in ("summary", "description")]
    lines = [line.partition("#")[2] for line in yaml.splitlines()]
    return frozenset(
        line.strip() for text in (*lines, *texts) for line in (text, *text.splitlines())
    )


def _schema_of(source: ModuleSource, config: Config) -> str | None:
    """Return the JSON Schema that other ws.yaml files of the project name, relative to the folder of `source`."""
    for file in _neighbours(source, config):
        try:
            found = _SCHEMA.match(read_file(file)[:1000])
        except OSError:
            continue
        if found and (schema := found[1].decode("utf-8", "replace")):
            if "://" in schema or Path(schema).is_absolute():
                return schema
            return Path(os.path.relpath(file.parent / schema, source.directory)).as_posix()
    return None


def _neighbours(source: ModuleSource, config: Config) -> Iterator[Path]:
    """Yield the ws.yaml of the modules beside that of `source`, then those below the configured paths."""
    folders = [source.directory.parent, *(path for path in config.paths if path != config.root)]
    for folder in folders:
        for name in YAML_NAMES:
            yield from sorted(folder.glob(f"*/{name}"))
