"""Ways to connect to a real Redis: an address, a password, a user with few rights, TLS, a Unix socket.

`make test-lowest` runs these tests without hiredis, which redis-py prefers to its own parser if it is installed.
"""

import re
from pathlib import Path

import pytest
import trustme
from tests.runtime.brokers.redis.redis_apps import status_of
from tests.runtime.orders import Orders, app_of
from tests.runtime.redis_server import free_port, redis_server, require_tls
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRouter, Recorder, until

from wsgen_runtime import History, WsApp
from wsgen_runtime.brokers.redis import RedisBroker
from wsgen_runtime.testing import connect

DOCS = Path(__file__).parents[4] / "docs/how-to/redis.md"


async def use(url: str, history: History | None = None) -> None:
    """Produce, deliver, renew and release a lease, with names that contain the title of the app."""
    service = Recorder()
    router = BarRouter(service=service, history=history)
    app = WsApp(title="data feed", routers=[router], broker=url)
    await app.startup()
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        service.feeds[AAPL_TOPIC](Bar(close=1))
        assert (await client.receive())["payload"]["payload"] == {"close": 1}
        await client.unsubscribe("bars", AAPL)
        await client.subscribe("bars", AAPL)
    await app.shutdown()
    assert app.stats.broker.reconnects == app.stats.broker.dropped == 0


def rights() -> tuple[list[str], list[str], list[str]]:
    """Return the arguments of the lines in the docs: for all apps, those with a history, those with commands."""
    found = re.findall(r"^(ACL SETUSER .+)$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    for_all, for_history, for_commands = (command.split() for command in found)
    return for_all, for_history, for_commands


async def test_exactly_the_rights_that_the_docs_name_are_needed(
    tmp_path: Path,
) -> None:
    basic, _, _ = rights()
    commands = [part for part in basic if part.startswith("+")]
    with redis_server(tmp_path) as server, server.client() as admin:
        admin.execute_command(*basic)
        url = f"redis://datafeed:password@127.0.0.1:{server.port}"
        await use(f"{url}/0")
        await use(f"{url}/1")
        admin.execute_command("ACL", "SETUSER", "datafeed", "-select")
        await use(f"{url}/0")
        for command in commands:
            name = command.removeprefix("+")
            admin.execute_command("ACL", "SETUSER", "datafeed", f"-{name}")
            with pytest.raises(ConnectionError, match=r"cannot be used: .*(permission|can't run)"):
                await use(f"{url}/1")
            admin.execute_command("ACL", "SETUSER", "datafeed", command)
            if name != "select":
                admin.execute_command("ACL", "SETUSER", "datafeed", "+select")
        for pattern in (["resetkeys", "~other:*"], ["~*", "resetchannels", "&other:*"]):
            admin.execute_command("ACL", "SETUSER", "datafeed", *pattern)
            with pytest.raises(ConnectionError, match=r"cannot be used: .*access"):
                await use(f"{url}/0")


async def test_a_history_needs_more_rights_and_no_other_app_does(tmp_path: Path) -> None:
    basic, more, _ = rights()
    with redis_server(tmp_path) as server, server.client() as admin:
        admin.execute_command(*basic)
        url = f"redis://datafeed:password@127.0.0.1:{server.port}/0"
        with pytest.raises(ConnectionError, match=r"cannot be used: .*(permission|can't run)"):
            await use(url, History())
        await use(url)
        admin.execute_command(*more)
        await use(url, History(updates=1))
        for command in more[3:]:
            admin.execute_command("ACL", "SETUSER", "datafeed", command.replace("+", "-"))
            with pytest.raises(ConnectionError, match=r"cannot be used: .*(permission|can't run)"):
                await use(url, History())
            admin.execute_command("ACL", "SETUSER", "datafeed", command)


async def test_commands_need_more_rights_and_no_other_app_does(tmp_path: Path) -> None:
    async def ask() -> None:
        app = app_of(Orders(), title="data feed", broker=url)
        async with app.lifespan(), connect(app, query={"user": "ann"}) as client:
            await client.command("orders.place", AAPL, key="k")

    basic, _, more = rights()
    with redis_server(tmp_path) as server, server.client() as admin:
        admin.execute_command(*basic)
        url = f"redis://datafeed:password@127.0.0.1:{server.port}/0"
        with pytest.raises(
            ConnectionError, match=r"cannot keep the keys of commands: .*(permission|can't run)"
        ):
            await ask()
        await use(url)
        admin.execute_command(*more)
        await ask()
        for command in more[3:]:
            admin.execute_command("ACL", "SETUSER", "datafeed", command.replace("+", "-"))
            with pytest.raises(ConnectionError, match=r"cannot keep the keys of commands"):
                await ask()
            admin.execute_command("ACL", "SETUSER", "datafeed", command)


def certify(folder: Path) -> tuple[Path, Path, Path]:
    """Return the certificates of an authority and of its server on 127.0.0.1, and the server's key."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    files = folder / "ca.pem", folder / "certificate.pem", folder / "key.pem"
    authority.cert_pem.write_to_path(str(files[0]))
    issued.cert_chain_pems[0].write_to_path(str(files[1]))
    issued.private_key_pem.write_to_path(str(files[2]))
    return files


async def test_redis_over_tls_with_a_private_authority(tmp_path: Path) -> None:
    require_tls()
    authority, certificate, key = certify(tmp_path)
    port = free_port()
    options = ["--tls-port", str(port), "--tls-auth-clients", "no"]
    options += ["--tls-cert-file", str(certificate), "--tls-key-file", str(key)]
    with redis_server(tmp_path, *options):
        await use(f"rediss://127.0.0.1:{port}/0?ssl_ca_certs={authority}", History())
        with pytest.raises(ConnectionError, match=r"cannot be used: .*CERTIFICATE_VERIFY_FAILED"):
            await use(f"rediss://127.0.0.1:{port}/0")
        with pytest.raises(ConnectionError, match=r"cannot be used: ."):
            await use(f"redis://127.0.0.1:{port}/0")


async def test_redis_on_a_unix_socket(tmp_path: Path) -> None:
    place = tmp_path / "redis.sock"
    with redis_server(tmp_path, "--unixsocket", str(place)):
        await use(f"unix://{place}")
        await use(f"unix://{place}?db=1")
        with pytest.raises(ConnectionError, match=r"none.sock \(database 0\) cannot be used: ."):
            await use(f"unix://{tmp_path}/none.sock")


async def test_a_password_is_used_and_never_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with redis_server(tmp_path, "--requirepass", "s3cret") as server:
        place = f"127.0.0.1:{server.port}"
        right = RedisBroker(f"redis://:s3cret@{place}/0", lease=0.5)
        app = WsApp(title="access", routers=[BarRouter(service=Recorder())], broker=right)
        async with connect(app) as client:
            await client.subscribe("bars", AAPL)
            server.stop()
            assert await status_of(client) == "disconnected"
            server.options = ("--requirepass", "n3w")
            server.start()
            await until(lambda: "is still away: invalid username-password pair" in caplog.text)
        await app.shutdown()
        for url in (f"redis://{place}", f"redis://:wr0ng@{place}"):
            with pytest.raises(
                ConnectionError, match=f"Redis at {place} .* cannot be used: "
            ) as caught:
                await WsApp(
                    title="access", routers=[BarRouter(service=Recorder())], broker=url
                ).startup()
            assert "wr0ng" not in str(caught.value)
    assert place in repr(right)
    assert "s3cret" not in repr(right) + caplog.text
    assert caplog.text.count("invalid username-password pair") == 1


@pytest.mark.parametrize(
    "url",
    [
        "reddis://:s3cret@host",
        "redis://:s3/cret@host",
        "redis://x:s3cret@host:port/0",
        "redis://h?s3cret=1",
    ],
)
def test_an_invalid_address_is_refused_without_showing_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"Redis address|unknown broker") as caught:
        WsApp(title="access", routers=[], broker=url)
    if "?" not in url:
        assert "s3" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


async def test_without_redis_the_start_fails() -> None:
    app = WsApp(title="access", routers=[], broker=f"redis://127.0.0.1:{free_port()}")
    with pytest.raises(ConnectionError, match="cannot be used: Error 111"):
        await app.startup()
