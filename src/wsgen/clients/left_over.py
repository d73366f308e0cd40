"""Find the clients that the settings of a project no longer name: their files would stay for ever.

Only a client whose own manifest says that this project named its folder is one of them. They are looked for where
this machine has made clients, and among the files that git has: no folder outside of the project is searched.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from wsgen.clients.folder_of_client import project_in
from wsgen.discovery.modules import FOLDERS
from wsgen.discovery.walk import walk
from wsgen.files import real, repository_of
from wsgen.manifest import MANIFEST, digest, read_manifest
from wsgen.settings.cache_folder import read_entry, write_entry
from wsgen.settings.config import CLIENT_FOLDERS, LANGUAGES, ClientSettings, Config

_LIST = ("-c", "core.fsmonitor=", "ls-files", "-z", "--", f":(glob)**/{MANIFEST}")
"""Arguments of git; without the program that the repository's own configuration may start."""
_SECONDS = 30.0


def left_over(config: Config, *, thorough: bool) -> tuple[ClientSettings, ...]:
    """Return the clients that the settings in `config` named once and no longer name, in order of their folders.

    With `thorough`, also those that this machine has not made: what git has is looked at, which starts a process.
    """
    folders = set(_remembered(config.cache))
    if thorough:
        folders.update(_with_manifests(config.root))
    folders -= {client.output for client in config.clients}
    return tuple(filter(None, (_of_project(folder, config) for folder in sorted(folders))))


def has_clients(config: Config, *, thorough: bool) -> bool:
    """Return whether there are clients that a run over the whole project has to make or remove."""
    return bool(config.clients or left_over(config, thorough=thorough))


def remember_folder(client: ClientSettings, config: Config) -> None:
    """Remember that a client is in its folder, should the settings no longer name it one day."""
    folder = os.fspath(client.output)
    write_entry(config.cache, CLIENT_FOLDERS, digest(os.fsencode(folder)), folder)


def forget_folder(client: ClientSettings, config: Config) -> None:
    """Forget the folder of a client that was removed."""
    folder = config.cache / CLIENT_FOLDERS
    with suppress(OSError):
        (folder / digest(os.fsencode(client.output))).unlink()
        folder.rmdir()


def _of_project(folder: Path, config: Config) -> ClientSettings | None:
    """Return the client in `folder`, if it is one of the project; a link may have taken its place meanwhile."""
    manifest = read_manifest(folder) if real(folder) == folder else None
    if manifest is None or manifest.client not in LANGUAGES:
        return None
    if project_in(manifest, folder) != config.root:
        return None
    return ClientSettings(manifest.client, folder, project=config.root)


def _remembered(cache: Path) -> Iterator[Path]:
    """Yield the folders of the clients that this machine has made."""
    folder = cache / CLIENT_FOLDERS
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if text := read_entry(cache, CLIENT_FOLDERS, name):
            yield Path(text)


def _with_manifests(root: Path) -> Iterator[Path]:
    """Yield the folders of all manifests that git has in the repository of `root`; without git, in `root`."""
    top = repository_of(root)
    names = _in_git(top) if top is not None else None
    if top is None or names is None:
        yield from walk(root, FOLDERS).packages
        return
    for name in names:
        folder = real((top / name).parent)
        if folder.is_relative_to(top):
            yield folder


def _in_git(top: Path) -> list[str] | None:
    """Return the paths of all manifests that git has in the repository `top`, None if it does not answer."""
    import subprocess  # which takes half of the time of a run that finds everything current

    with suppress(OSError, subprocess.SubprocessError):
        listed = subprocess.run(
            ("git", *_LIST), cwd=top, capture_output=True, timeout=_SECONDS, check=True
        )
        return [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    return None
