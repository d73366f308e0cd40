"""`wsgen_runtime.uvicorn:Protocol` is uvicorn's own choice where prepared messages cannot be offered."""

import importlib
import logging
import sys
from types import ModuleType

import pytest
import uvicorn
from uvicorn.config import Config
from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

import wsgen_runtime.framing
from wsgen_runtime.framing.protocol import Protocol

CHOICE = "wsgen_runtime.uvicorn"


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Import the choice, and what it imports, anew."""
    monkeypatch.delitem(sys.modules, CHOICE, raising=False)
    monkeypatch.delitem(sys.modules, "wsgen_runtime.framing.protocol", raising=False)
    monkeypatch.delattr(wsgen_runtime, "uvicorn", raising=False)
    monkeypatch.delattr(wsgen_runtime.framing, "protocol", raising=False)


def choice() -> ModuleType:
    return importlib.import_module(CHOICE)


def test_uvicorn_finds_it_by_its_name() -> None:
    config = Config("tests.servers.app:app", ws=f"{CHOICE}:Protocol", log_config=None)
    config.load()
    assert config.ws_protocol_class is Protocol


@pytest.mark.usefixtures("anew")
def test_an_older_uvicorn_serves_as_before_and_is_named_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr(WebSocketsSansIOProtocol, "pause_writing")
    monkeypatch.setattr(uvicorn, "__version__", "0.40.0")
    assert choice().Protocol is AutoWebSocketsProtocol
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == (
        "wsgen_runtime.uvicorn:Protocol needs uvicorn 0.52.1 or newer and websockets 14.2 or newer: with uvicorn "
        "0.40.0, updates are framed again for each client (its WebSocket protocol has no flow control)"
    )


@pytest.mark.usefixtures("anew")
def test_without_websockets_uvicorn_serves_with_what_it_has(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "websockets"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "websockets", None)
    monkeypatch.delitem(sys.modules, "wsgen_runtime.framing.cork", raising=False)
    monkeypatch.delattr(wsgen_runtime.framing, "cork", raising=False)
    assert choice().Protocol is AutoWebSocketsProtocol
    assert "needs uvicorn 0.52.1 or newer and websockets 14.2 or newer" in caplog.text
