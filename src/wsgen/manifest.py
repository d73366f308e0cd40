"""The manifest `.wsgen.json`: what wsgen wrote into a package or client, and from which inputs.

It is committed with the package, so it holds no time and no absolute path: the same inputs give the same bytes
everywhere. What only this machine knows is in the cache (`wsgen.freshness`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from wsgen.files import bytes_of

MANIFEST = ".wsgen.json"
PENDING = ".wsgen.json.next"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """The record of what one package was made from.

    `inputs` maps paths relative to the project to SHA-256 digests in hex, `outputs` paths in the package, in the
    order in which the files are written; `settings` is the digest of the settings that decide what is rendered;
    `tools` maps each quality step that the files passed to the version of its tool, and is empty if none ran.
    `package` is the folder for which it was written, relative to the project, so that a copy elsewhere is
    recognised. `declared` is the digest of what the inputs declared, empty where it is not known.

    `client` is the language of a client, empty for a package. If the settings of a project name its folder,
    `project` is where that is, relative to the folder.
    """

    wsgen: str
    settings: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)
    package: str = ""
    declared: str = ""
    client: str = ""
    project: str = ""

    def says_the_same(self, other: "Manifest") -> bool:
        """Return whether both are equal except for the versions of the tools.

        A newer formatter that changes nothing is not a reason to rewrite a committed file.
        """
        return (
            self.wsgen == other.wsgen
            and self.settings == other.settings
            and self.inputs == other.inputs
            and self.outputs == other.outputs
            and self.tools.keys() == other.tools.keys()
            and self.client == other.client
            and self.project == other.project
            and (not self.client or self.package == other.package)
        )

    def to_json(self) -> str:
        """Return the text of the file; all keys but those of `outputs` are sorted."""
        return json.dumps(self.content, indent=2) + "\n"

    @property
    def content(self) -> dict[str, object]:
        """Return the fields as they are written; those of clients only where they say anything."""
        client = {"client": self.client, "project": self.project}
        return {
            **{key: value for key, value in client.items() if value},
            "declared": self.declared,
            "format": FORMAT,
            "inputs": dict(sorted(self.inputs.items())),
            "outputs": dict(self.outputs),
            "package": self.package,
            "settings": self.settings,
            "tools": dict(sorted(self.tools.items())),
            "wsgen": self.wsgen,
        }


def read_manifest(output: Path) -> Manifest | None:
    """Return the manifest in the folder `output`, or None if there is none that is valid."""
    data = bytes_of(output / MANIFEST)
    return None if data is None else parse_manifest(data)


def parse_manifest(data: bytes) -> Manifest | None:
    """Return the manifest in `data`, or None if it is not valid."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        return None
    wsgen, settings = content.get("wsgen"), content.get("settings")
    inputs, outputs = _texts(content.get("inputs")), _texts(content.get("outputs"))
    tools = _texts(content.get("tools"))
    if inputs is None or outputs is None or tools is None:
        return None
    if not isinstance(wsgen, str) or not isinstance(settings, str):
        return None
    if not all(map(is_package_path, outputs)):
        return None
    package, declared, client, project = (
        found if isinstance(found := content.get(key), str) else ""
        for key in ("package", "declared", "client", "project")
    )
    return Manifest(wsgen, settings, inputs, outputs, tools, package, declared, client, project)


def is_package_path(name: str) -> bool:
    """Return whether `name` may be a generated file: a relative path that stays in the package.

    Its parts are separated by `/`. None is hidden, as manifests and temporary files are, or `__pycache__`.
    """
    parts = name.split("/")
    return not set(name) & set("\\:\0") and not any(
        not part or part[0] == "." or part == "__pycache__" for part in parts
    )


def digest(data: bytes) -> str:
    """Return the SHA-256 digest of `data` in hex; line ends count as LF, since git may check out others."""
    return sha256(data.replace(b"\r\n", b"\n") if b"\r" in data else data).hexdigest()


def file_digest(file: Path | str) -> str | None:
    """Return the digest of a file's bytes, or None if it cannot be read."""
    data = bytes_of(file)
    return None if data is None else digest(data)


def _texts(value: object) -> dict[str, str] | None:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        return None
    return value
