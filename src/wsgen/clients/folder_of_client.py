"""Tell whose the folder of a client is: it may hide no sources, and replace no package and no other client."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.discovery.walk import walk
from wsgen.errors import ConfigError, refuse
from wsgen.files import real
from wsgen.manifest import Manifest, read_manifest
from wsgen.report.display import display_path
from wsgen.settings.config import ClientSettings, Config
from wsgen.settings.key_places import SettingPlaces
from wsgen.settings.project_file import load_config
from wsgen.source import PYTHON_NAME, YAML_NAMES

_SOURCES = (*YAML_NAMES, PYTHON_NAME)
_FOLDERS = 10_000
"""How many folders are searched: of a front end, or what somebody has named in error."""


def check_folder(settings: ClientSettings) -> None:
    """Raise GenerationError if a client would be in a package of routers, among sources, or in another's place.

    Below a folder with a manifest no source is found, so that a client among sources would end their modules.
    """
    output = settings.output
    manifest = read_manifest(output)
    if manifest is not None:
        if manifest.package and not manifest.client:
            raise refuse(_taken("is a package that wsgen generates", output))
        other = project_in(manifest, output)
        if other is not None and other != settings.project:
            _leave_to(other, settings)
        return
    for folder in walk(output, _FOLDERS).folders:
        for name in _SOURCES:
            if (folder / name).is_file():
                source = folder / name
                what = f"holds a source, {source.relative_to(output).as_posix()}"
                raise refuse(_taken(what, source))


def project_in(manifest: Manifest, output: Path) -> Path | None:
    """Return the project whose settings named the folder `output` of a client when its manifest was written.

    That is None for a package, for a client that no settings named, and for a copy of a client.
    """
    if not manifest.client or not manifest.project or "\0" in manifest.project:
        return None
    project = real(output / manifest.project)
    return project if place_in(project, output) == manifest.package else None


def place_in(project: Path, output: Path) -> str:
    """Return the path of the folder `output` from the folder of its `project`, with forward slashes."""
    return PurePath(os.path.relpath(output, project)).as_posix()


def shared_folders(configs: Iterable[Config]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each client of one project that is in the folder of one of another, or around it."""
    seen: list[tuple[Config, ClientSettings]] = []
    for config in configs:
        for client in config.clients:
            for other, first in seen:
                if other is not config and _overlap(client.output, first.output):
                    yield _shared(config, client, other, first)
            seen.append((config, client))


def _leave_to(project: Path, settings: ClientSettings) -> None:
    """Raise GenerationError if the settings of another `project` name the folder of a client."""
    try:
        other = load_config(project)
    except ConfigError:
        return
    first = next((each for each in other.clients if each.output == settings.output), None)
    if first is None:
        return
    if settings.project is not None:
        raise refuse(_shared(load_config(settings.project), settings, other, first))
    span = _place(other, first) or Span(settings.output)
    raise refuse(_taken(f"is that of the project {display_path(project)}", span))


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def _shared(
    config: Config, client: ClientSettings, other: Config, first: ClientSettings
) -> Diagnostic:
    """Return the diagnostic that the clients of two projects would replace each other."""
    names = " and ".join(f"`{display_path(each.root)}`" for each in (other, config))
    where = f"have the same folder, {display_path(client.output)}"
    if client.output != first.output:
        folders = " and ".join(display_path(each.output) for each in (first, client))
        where = f"are in one another: {folders}"
    message = f"the clients of the projects {names} {where}"
    help_text = "Give one of them another `path`, of a folder that only it is in."
    place = _place(other, first)
    notes = (Note("the other one is here", place),) if place else ()
    return Diagnostic("WSG705", message, _place(config, client), help=help_text, notes=notes)


def _place(config: Config, client: ClientSettings) -> Span | None:
    """Return where the settings of a project name the folder of a client."""
    if config.file is None:
        return None
    return SettingPlaces(config.file).of(("clients", client.language, "path"))


def _taken(what: str, place: Path | Span) -> Diagnostic:
    message = f"the folder of the client {what}"
    help_text = "Name a folder that only the client is in, such as `web/src/feed`."
    span = place if isinstance(place, Span) else Span(place)
    return Diagnostic("WSG705", message, span, help=help_text)
