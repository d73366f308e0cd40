"""What this machine knows of clients: from which sources, settings and packages it has made their files.

A client that is known to be current needs no models, whose import takes most of the time of a run that changes
nothing. In doubt it is made again.
"""

import json
import os
from collections.abc import Iterable, Sequence

from wsgen._version import __version__
from wsgen.files import bytes_of
from wsgen.freshness.assess import digests_of_inputs, settings_digest
from wsgen.freshness.fingerprints import Fingerprints
from wsgen.installed import fingerprint
from wsgen.manifest import MANIFEST, PENDING, digest, file_digest, read_manifest
from wsgen.outputs.registry import files_of_runtime
from wsgen.settings.cache_folder import read_entry, write_entry
from wsgen.settings.config import ClientSettings, Config
from wsgen.source import ModuleSource

_KIND = "clients"  # to be changed with the parts of an entry


class KnownClients:
    """What is known of the clients of a project, made of `sources`.

    What it compares with is found out once, so that an edit during the run counts for the next one.
    """

    def __init__(self, sources: Sequence[ModuleSource], config: Config) -> None:
        self._config = config
        self._fingerprints = Fingerprints(config)
        self._declared = [
            [settings_digest(source, config), sorted(digests_of_inputs(source, config).items())]
            for source in sources
        ]

    def are_all_current(self) -> bool:
        """Return whether all clients of the project are known to be current."""
        return all(map(self._is_current, self._config.clients))

    def depend_on(self, packages: Iterable[str]) -> str:
        """Return a text that changes with the documents; the types in it are imported from `packages`."""
        environment = self._config.environment
        reached = sorted(self._fingerprints.reached_from(packages))
        asyncapi = json.dumps(self._config.asyncapi, sort_keys=True, default=str)
        parts = [
            [self._declared, __version__, asyncapi, files_of_runtime()],
            fingerprint("pydantic", (), environment, imports=True),
            [[name, self._fingerprints.of_package(name)] for name in reached],
        ]
        return digest(json.dumps(parts).encode())

    def remember(self, client: ClientSettings, packages: Iterable[str], depends: str) -> None:
        """Remember that a client is current while what it depends on stays as it was."""
        said = json.dumps([sorted(packages), digest(_made(client, depends).encode())])
        write_entry(self._config.cache, _KIND, _name(client), said)

    def _is_current(self, client: ClientSettings) -> bool:
        entry = read_entry(self._config.cache, _KIND, _name(client))
        if not entry:
            return False
        packages, made = json.loads(entry)
        depends = self.depend_on(packages)
        return made == digest(_made(client, depends).encode()) and _is_intact(client)


def _made(client: ClientSettings, depends: str) -> str:
    """Return a text that changes with a client's settings, its manifest, and what it depends on."""
    options = [client.language, client.options, os.fspath(client.output)]
    manifest = digest(bytes_of(client.output / MANIFEST) or b"")
    return json.dumps([options, manifest, depends])


def _is_intact(client: ClientSettings) -> bool:
    manifest = read_manifest(client.output)
    if manifest is None or (client.output / PENDING).exists():
        return False
    files = manifest.outputs.items()
    return all(file_digest(client.output / name) == known for name, known in files)


def _name(client: ClientSettings) -> str:
    return digest(os.fsencode(client.output))[:32]
