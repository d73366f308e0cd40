"""The example's script, which publishes an alert to the clients of a server that it knows nothing of."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests.runtime.redis_server import free_port, redis_server

from .clones import EXAMPLE, serving

pytestmark = pytest.mark.slow


def tell(text: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "trading_api.alert", text],
        cwd=EXAMPLE / "src",
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_alert_reaches_who_listens_and_who_comes_later(tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis:
        broker = {"TRADING_API_BROKER": redis.url}
        with serving(EXAMPLE, tmp_path, WSGEN="check", **broker) as server:
            server.wait_for("Uvicorn running on")
            address = f"ws://127.0.0.1:{server.port}/api/v1/datafeed/ws"
            with connect(address) as listening:
                listening.send('{"type": "alerts.subscribe"}')
                assert json.loads(listening.recv(60))["payload"]["message"] == "Subscribed"
                told = tell("The market closes early", **broker)
                assert told.returncode == 0, told.stderr
                update = json.loads(listening.recv(60))
            with connect(address) as late:
                late.send('{"type": "alerts.subscribe"}')
                assert json.loads(late.recv(60))["payload"]["message"] == "Subscribed"
                assert json.loads(late.recv(60)) == update
    assert update["payload"]["payload"]["text"] == "The market closes early"
    assert update["payload"]["payload"]["level"] == "info"


def test_an_alert_that_cannot_be_sent_says_why() -> None:
    told = tell("Anything", TRADING_API_BROKER=f"redis://127.0.0.1:{free_port()}/0")
    assert told.returncode == 1
    assert told.stderr.startswith("The alert was not sent: ")
    assert "Traceback" not in told.stderr
    told = tell("Anything", TRADING_API_BROKER="")
    assert told.returncode == 2
    assert "set TRADING_API_BROKER" in told.stderr
