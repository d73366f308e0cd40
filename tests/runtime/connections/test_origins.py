"""Which web pages may connect, by origin and by the name of the server."""

from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.runtime.services import BarRouter, Recorder

from wsgen_runtime import WsApp
from wsgen_runtime.testing import RefusedByServerError, connect

LOOPBACK = ("127.0.0.1", 8000)
PUBLIC = ("203.0.113.7", 443)


def seen_as(app: ASGIApp, **changes: object) -> ASGIApp:
    """Return `app` behind a server with these values in the scope."""

    async def changed(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, **changes}, receive, send)

    return changed


async def is_accepted(
    headers: MutableMapping[str, str], *, options: dict[str, Any] | None = None, **scope: object
) -> bool:
    app = WsApp(routers=[BarRouter(service=Recorder())], **(options or {}))
    try:
        async with connect(seen_as(app, **scope), headers=headers):
            return True
    except RefusedByServerError as refusal:
        return refusal.status != 403


@pytest.mark.parametrize(
    ("origin", "host", "accepted"),
    [
        ("https://x.example", "x.example:443", True),
        ("https://x.example:443", "x.example", True),
        ("http://x.example", "x.example:80", True),
        ("http://x.example:80", "x.example:80", True),
        ("https://X.example", "x.EXAMPLE", True),
        ("https://x.example:8443", "x.example:8443", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://[::1]", "[::1]:80", True),
        ("https://x.example", "x.example:80", False),
        ("http://x.example", "x.example:443", False),
        ("https://x.example", "x.example:8443", False),
        ("https://x.example:8443", "x.example", False),
        ("https://x.example.evil.example", "x.example", False),
        ("https://x.example@evil.example", "x.example", False),
        ("https://evil.example@x.example", "x.example", False),
        ("https://x.example/", "x.example", False),
        ("https://x.example:", "x.example", False),
        ("//x.example", "x.example", False),
        ("x.example", "x.example", False),
        ("null", "null", False),
        ("", "", False),
        ("https://", "", False),
    ],
)
async def test_the_port_that_a_scheme_implies_may_be_left_out(
    origin: str, host: str, accepted: bool
) -> None:
    assert await is_accepted({"Origin": origin, "Host": host}) is accepted


@pytest.mark.parametrize(
    ("origin", "scheme", "headers", "accepted"),
    [
        ("https://x.example", "wss", {}, True),
        ("https://x.example", "ws", {}, True),  # a proxy ends TLS and does not say so
        ("http://x.example", "ws", {}, True),
        ("http://x.example", "wss", {}, False),
        ("http://x.example", "https", {}, False),
        ("http://x.example", "ws", {"X-Forwarded-Proto": "https"}, False),
        ("http://x.example", "ws", {"X-Forwarded-Proto": "HTTPS, http"}, False),
        ("http://x.example", "ws", {"X-Forwarded-Proto": "wss"}, False),
        ("http://x.example", "ws", {"Forwarded": 'for=192.0.2.1;proto="https"'}, False),
        ("http://x.example", "ws", {"Forwarded": "for=192.0.2.1; Proto=https, proto=http"}, False),
        ("http://x.example", "ws", {"X-Forwarded-Proto": "http"}, True),
        ("http://x.example", "ws", {"X-Forwarded-Proto": "http, https"}, True),
        ("https://x.example", "ws", {"X-Forwarded-Proto": "http"}, True),
        ("file://x.example", "ws", {}, False),
        ("file://", "ws", {}, False),
        ("ws://x.example", "ws", {}, False),
        ("chrome-extension://x.example", "ws", {}, False),
        ("javascript://x.example", "ws", {}, False),
    ],
)
async def test_a_page_of_the_same_host_may_not_be_less_secure_than_the_connection(
    origin: str, scheme: str, headers: dict[str, str], accepted: bool
) -> None:
    sent = {"Origin": origin, "Host": "x.example", **headers}
    assert await is_accepted(sent, scheme=scheme) is accepted


@pytest.mark.parametrize(
    ("host", "server", "headers", "accepted"),
    [
        ("localhost:8000", LOOPBACK, {}, True),
        ("app.localhost:8000", LOOPBACK, {}, True),
        ("127.0.0.1:8000", LOOPBACK, {}, True),
        ("[::1]:8000", ("::1", 8000), {}, True),
        ("192.168.1.5:8000", LOOPBACK, {}, True),  # an address cannot be made to resolve to another
        ("evil.example:8000", LOOPBACK, {}, False),
        ("evil.example", LOOPBACK, {}, False),
        ("localhost.evil.example", LOOPBACK, {}, False),
        ("evillocalhost", LOOPBACK, {}, False),
        ("evil.example", ("127.9.9.9", 8000), {}, False),
        ("evil.example", ("::1", 8000), {}, False),
        ("evil.example", ("::ffff:127.0.0.1", 8000), {}, False),
        ("evil.example", ("localhost", 8000), {}, False),
        ("app.example", LOOPBACK, {"X-Forwarded-For": "203.0.113.9"}, True),  # by a local proxy
        ("app.example", LOOPBACK, {"Forwarded": "for=203.0.113.9"}, True),
        ("app.example", LOOPBACK, {"X-Real-IP": "203.0.113.9"}, True),  # as nginx is often told to
        ("app.example", LOOPBACK, {"X-Forwarded-Port": "443"}, True),
        ("app.example", PUBLIC, {}, True),
        ("app.example", ("/run/app.sock", None), {}, True),
        ("app.example", None, {}, True),
    ],
)
async def test_a_page_may_use_only_local_names_for_a_loopback_address(
    host: str, server: object, headers: dict[str, str], accepted: bool
) -> None:
    sent = {"Origin": f"http://{host}", "Host": host, **headers}
    assert await is_accepted(sent, server=server) is accepted


@pytest.mark.parametrize(
    ("options", "headers", "accepted"),
    [
        ({}, {"Host": "evil.example"}, True),  # no browser
        ({"origins": ["http://a.example"]}, {"Host": "b", "Origin": "http://a.example"}, True),
        ({"hosts": ["dev.example"]}, {"Host": "dev.example:8000"}, True),
        (
            {"hosts": ["Dev.example"]},
            {"Host": "dev.example:8000", "Origin": "http://dev.example:8000"},
            True,
        ),
        ({"hosts": ["dev.example"]}, {"Host": "evil.example"}, False),
        ({"hosts": ["dev.example"]}, {"Host": "localhost"}, False),
        ({"hosts": ["dev.example"]}, {"Host": ""}, False),
        ({"hosts": ["::1", "127.0.0.1"]}, {"Host": "[::1]:8000"}, True),
        ({"hosts": ["*"]}, {"Host": "evil.example", "Origin": "http://evil.example"}, True),
        ({"hosts": []}, {"Host": "localhost"}, False),
    ],
)
async def test_hosts_are_the_names_by_which_clients_may_address_the_server(
    options: dict[str, Any], headers: dict[str, str], accepted: bool
) -> None:
    assert await is_accepted(headers, options=options, server=LOOPBACK) is accepted


@pytest.mark.parametrize(
    "host", ["", "http://x.example", "x.example:8000", "x/y", "*.example", "a b"]
)
def test_an_invalid_host_name_is_refused_when_the_app_is_built(host: str) -> None:
    with pytest.raises(ValueError, match="host"):
        WsApp(routers=[], hosts=[host])


def test_a_string_is_not_a_list_of_hosts() -> None:
    with pytest.raises(TypeError, match="list of host names"):
        WsApp(routers=[], hosts="x.example")


@pytest.mark.parametrize("origin", ["null", "file://", "http://localhost:3000"])
async def test_a_listed_origin_is_allowed(origin: str) -> None:
    assert await is_accepted({"Origin": origin}, options={"origins": [origin]})
