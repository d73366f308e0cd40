"""What wsgen and its runtime read that others write, and what must hold for any bytes in its place.

A reader gets bytes and returns. Whatever it raises is a failure: each knows the errors that are documented.
"""

import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel

from tests.asyncapi.in_process import validate_text
from wsgen.asyncapi.export.document_settings import read_settings
from wsgen.codes import CODES
from wsgen.diagnostics import Diagnostic
from wsgen.errors import ConfigError, GenerationError, WsgenError
from wsgen.freshness.cache_entries import (
    Known,
    digest_of_made,
    known_of,
    remember,
    unverified_steps,
    with_passed,
)
from wsgen.freshness.fingerprints import Fingerprints
from wsgen.load.python.aliases import load_python
from wsgen.load.yaml.reader import load_yaml
from wsgen.manifest import MANIFEST, Manifest, is_package_path, read_manifest
from wsgen.model import RouterSpec, TypeRef
from wsgen.outputs.contract import RenderContext
from wsgen.outputs.python.generic.parsing import parse_template
from wsgen.outputs.python.generic.specialise import specialise
from wsgen.report.github import format_github
from wsgen.report.text import format_text
from wsgen.settings.config import Config
from wsgen.settings.project_file import load_config
from wsgen.source import ModuleSource
from wsgen.syntax.python_text import parse_text
from wsgen_runtime.brokers.redis.messages import Numbered, read_message
from wsgen_runtime.limits import Limits
from wsgen_runtime.protocol.events import Fault, Subscribe
from wsgen_runtime.protocol.frames import error_frame
from wsgen_runtime.protocol.incoming import ServerProtocol

Reader = Callable[[bytes], None]

_FOLDER = Path(tempfile.mkdtemp(prefix="wsgen-fuzz-"))
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def shown(found: Iterable[Diagnostic]) -> None:
    """Check that diagnostics are complete, and that reports of them hold nothing that a terminal obeys."""
    found = tuple(found)
    for item in found:
        assert item.code in CODES, item
        assert item.help, item
        assert "\n" not in item.message, item
        assert item.span is None or (item.span.line >= 1 and item.span.column >= 1), item
    assert not _CONTROL.search(format_text(found))
    lines = format_github(found).splitlines()
    assert len(lines) == len(found)
    assert all(line.startswith(("::error ", "::warning ")) for line in lines)


def explained(error: WsgenError) -> None:
    """Check that an error says why."""
    assert error.diagnostics
    shown(error.diagnostics)


def ws_yaml(data: bytes) -> None:
    """Read a ws.yaml."""
    found: list[Diagnostic] = []
    load_yaml(_FOLDER / "ws.yaml", data, None, found)
    shown(found)


def ws_py(data: bytes) -> None:
    """Read a legacy ws.py, which must not run."""
    found: list[Diagnostic] = []
    declared = frozenset({"BarWsRouter", "Other"})
    load_python(_FOLDER / "ws.py", data, (_FOLDER,), found, declared=declared, package="generated")
    shown(found)


def settings(data: bytes) -> None:
    """Read the settings of a project, those of AsyncAPI too."""
    file = _FOLDER / "settings" / "pyproject.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    try:
        config = load_config(file.parent)
        read_settings(config.asyncapi, config.file)
    except ConfigError as error:
        explained(error)


def manifest(data: bytes) -> None:
    """Read a manifest, which may own plain names in its folder and nothing else."""
    folder = _FOLDER / "manifest"
    folder.mkdir(exist_ok=True)
    (folder / MANIFEST).write_bytes(data)
    found = read_manifest(folder)
    assert found is None or all(map(is_package_path, found.outputs))
    assert found is None or not any("/" in name or name == ".." for name in found.outputs)


class _Cache:
    """A project whose package was made here and has passed: only the entries that say so may say so."""

    def __init__(self) -> None:
        root = _FOLDER / "cached"
        package = root / "feed" / "ws_generated"
        package.mkdir(parents=True)
        (package / "a.py").write_text("import json\n")
        self.config = replace(
            Config(root=root, paths=(root,), sources=(root,)), steps=("ruff-check",)
        )
        self.source = ModuleSource("feed", None, root / "feed", (root / "feed/ws.yaml",), package)
        self.manifest = Manifest("1", "", outputs={"a.py": "0" * 64}, tools={"ruff-check": "1"})
        self.made = digest_of_made(self.manifest, {"a": "b"})
        known = Known(self.made, {"AWsRouter": "a"}, {"app": False}, {"app": ""})
        now = Fingerprints(self.config)
        remember(self.source, self.config, with_passed(known, self.source, self.manifest, (), now))
        (self.file,) = (self.config.cache / "known").iterdir()
        self.right = self.file.read_bytes()

    def read(self, data: bytes) -> None:
        self.file.write_bytes(data)
        known = known_of(self.source, self.config)
        now = Fingerprints(self.config)
        unverified = unverified_steps(known, self.source, self.manifest, now)
        assert (not unverified) == (known.made == self.made) == (data == self.right)


_caches: list[_Cache] = []


def cache(data: bytes) -> None:
    """Read an entry of the local cache: bytes that this machine did not write prove nothing."""
    if not _caches:
        _caches.append(_Cache())
    _caches[0].read(data)


def document(data: bytes) -> None:
    """Read an AsyncAPI document."""
    shown(validate_text(_FOLDER / "a.yaml", data))


_ROUTER = RouterSpec(
    class_name="BarWsRouter",
    route="bars",
    request=TypeRef(name="BarRequest", module="app.models"),
    data=TypeRef(name="list", args=(TypeRef(name="Bar", module="app.models"),)),
)


def template(data: bytes) -> None:
    """Read a project's generic class; what is made of it is Python."""
    file = _FOLDER / "generic_route.py"
    file.write_bytes(data)
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return  # The pipeline reports it before.
    try:
        parsed = parse_template(file, text, (_FOLDER,))
        made = specialise(parsed, _ROUTER, RenderContext("ws.yaml", local={"app"}))
    except GenerationError as error:
        explained(error)
    else:
        parse_text(_FOLDER, made)


class _Request(BaseModel):
    symbol: str
    depth: int | None = None


def frame(data: bytes) -> None:
    """Read a frame of a client; each answer is bounded."""
    protocol = ServerProtocol({"bars": _Request, "a.b": _Request}, Limits(), now=0.0)
    # Some servers let lone surrogates through.
    text = data.decode("utf-8", "surrogateescape")
    for event in (protocol.receive_text(text, 1.0), protocol.receive_bytes(data, 2.0)):
        if isinstance(event, Fault):
            assert len(error_frame(event)) < 100_000
        elif isinstance(event, Subscribe):
            assert event.route in ("bars", "a.b")
            assert isinstance(event.request, _Request)


def redis(data: bytes) -> None:
    """Read a message of another process: what passes is one JSON value in UTF-8 text."""
    try:
        message = read_message(data)
    except ValueError:
        return
    if message is not None:
        message.data.encode()
        number = message.seq if isinstance(message, Numbered) else message.number
        assert 0 <= number <= 2**53


READERS: dict[str, Reader] = {
    "ws_yaml": ws_yaml,
    "ws_py": ws_py,
    "settings": settings,
    "manifest": manifest,
    "cache": cache,
    "document": document,
    "template": template,
    "frame": frame,
    "redis": redis,
}
