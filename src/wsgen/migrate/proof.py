"""Prove that a migration does not change the routers: render the module before and after it."""

from dataclasses import replace
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Span
from wsgen.discovery.inputs import template_of
from wsgen.errors import GenerationError, refuse
from wsgen.load.declaration import FileDeclaration
from wsgen.load.module import united
from wsgen.load.python.aliases import load_python
from wsgen.load.yaml.reader import load_yaml
from wsgen.migrate.python_file import PythonFile
from wsgen.model import ModuleSpec
from wsgen.pipeline.drafts import render_module
from wsgen.settings.config import Config
from wsgen.source import ModuleSource

_MARK = b"WsRouter"


def prove(
    before: ModuleSource,
    file: Path,
    yaml: str,
    python: PythonFile,
    rest: str,
    spec: ModuleSpec,
    config: Config,
) -> None:
    """Render `before` with its `spec`, and what the ws.yaml `file` and the `rest` of the Python file declare.

    Raises GenerationError if the routers differ.
    """
    found: list[Diagnostic] = []
    declared, remaining = load_yaml(file, yaml.encode(), config.models, found), FileDeclaration()
    data = python.to_bytes(rest)
    after = replace(before, files=(file, python.path) if _MARK in data else (file,))
    if len(after.files) > 1:
        remaining = load_python(python.path, data, config.sources, found)
    loaded = united(after, declared, remaining, found)
    if loaded.spec is None:
        raise GenerationError("the new files are not valid", loaded.diagnostics)
    new = _comparable(loaded.spec, spec)
    if template_of(after, config) != template_of(before, config):
        reason = "the generic class would no longer be found"
        help_text = 'Name it: `template = "..."` in [tool.wsgen].'
    elif render_module(before, new, config) != render_module(before, spec, config):
        pairs = zip(spec.routers, new.routers, strict=False)
        differing = ", ".join(old.class_name for old, other in pairs if old != other)
        counts = f"{len(new.routers)} instead of {len(spec.routers)} routers"
        reason = f"the routers would not be those of {python.path.name}: {differing or counts}"
        help_text = "Compare both files; ws.py continues to work as it is."
    else:
        return
    message = f"`{after.name}` was not migrated: {reason}"
    raise refuse(Diagnostic("WSG431", message, Span(python.path), help=help_text))


def _comparable(new: ModuleSpec, old: ModuleSpec) -> ModuleSpec:
    """Return `new` without the fields that only a ws.yaml has: texts, deliveries and the endpoint.

    Its routers are in the order of `old`.
    """
    known = {router.class_name: number for number, router in enumerate(old.routers)}
    routers = [
        router.model_copy(
            update={
                "summary": "",
                "description": "",
                "deprecated": False,
                "delivery": old.routers[known[router.class_name]].delivery,
            }
        )
        for router in new.routers
        if router.class_name in known
    ]
    routers.sort(key=lambda router: known[router.class_name])
    update = {"description": "", "endpoint": old.endpoint, "routers": tuple(routers)}
    return new.model_copy(update=update)
