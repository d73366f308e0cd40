"""The runtime on uvicorn with TLS."""

import json
import logging
import ssl
from pathlib import Path

import pytest
import trustme
from tests.runtime.server import serving
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRouter, Recorder, until
from websockets.asyncio.client import connect as ws_connect_to

from wsgen_runtime import WsApp


@pytest.mark.parametrize("aborted", [True, False], ids=["by an abort", "by a close frame"])
async def test_a_client_with_tls_that_leaves_raises_nothing_in_the_server(
    aborted: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    authority, service = trustme.CA(), Recorder()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    ws_app = WsApp(routers=[BarRouter(service=service)])
    options = {"ssl_certfile": tmp_path / "server.pem", "ssl_keyfile": tmp_path / "server.pem"}
    async with serving(ws_app, **options) as host:
        async with ws_connect_to(f"wss://{host}/", ssl=trusting) as client:
            await client.send(json.dumps({"type": "bars.subscribe", "payload": AAPL}))
            await client.recv()
            service.feeds[AAPL_TOPIC](Bar(close=1))
            assert '"close":1.0' in str(await client.recv())
            if aborted:
                client.transport.abort()
        await until(lambda: len(service.log) == 2)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
