"""Describe the modules of a project by one document, whose parts are declared in sources and models."""

from collections.abc import Iterator, Mapping

from wsgen.asyncapi.export.loaded_modules import export_modules
from wsgen.clients.described import Described
from wsgen.clients.model_places import ModelPlaces
from wsgen.diagnostics import Diagnostic, Span
from wsgen.load import Loaded
from wsgen.outputs.clients.contract import Owner, Problem
from wsgen.settings.config import Config
from wsgen.source import ModuleSource


def describe_modules(
    loaded: Mapping[ModuleSource, Loaded], config: Config, timeout: float
) -> tuple[Described | None, tuple[Diagnostic, ...]]:
    """Return the document of `loaded` modules, None if there are errors or no routes, and what is wrong.

    A type that cannot be imported is a diagnostic at the line of the source that names it.

    Raises ConfigError for wrong settings of documents, ToolError if no models can be imported.
    """
    exported = export_modules(loaded, config, timeout=timeout)
    if not exported.documents:
        return None, exported.diagnostics
    places = dict(_places(loaded))
    models = ModelPlaces(loaded.values(), config.sources)

    def place(problem: Problem) -> Span | None:
        return _place(problem.owner, places)

    def model(name: str, owner: Owner | None) -> Span | None:
        return models.of(name) or _place(owner, places)

    (document,) = exported.documents.values()
    return Described(document, place, model), exported.diagnostics


def _places(loaded: Mapping[ModuleSource, Loaded]) -> Iterator[tuple[Owner, Span]]:
    """Yield where each type, route and command is declared; the latter two have no field."""
    for item in loaded.values():
        if (spec := item.spec) is None:
            continue
        names = {router.class_name: router.route for router in spec.routers}
        names |= {f"commands.{command.class_name}": command.command for command in spec.commands}
        for key, span in item.positions.items():
            owner, _, field = (key, "", "") if key in names else key.rpartition(".")
            if owner in names:
                yield Owner(spec.endpoint, names[owner], field), span


def _place(owner: Owner | None, places: Mapping[Owner, Span]) -> Span | None:
    if owner is None:
        return None
    return places.get(owner) or places.get(owner._replace(field=""))
