"""Decides which web pages may connect, and which host names clients may use for the server.

Browsers send an Origin header, which a page cannot change. A page of the same host may connect. However, if the
server is at a loopback address, the host may be a name of an attacker that resolves to it (DNS rebinding).
"""

import re
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.requests import HTTPConnection

from wsgen_runtime.auth import RefusedError
from wsgen_runtime.user_code.redaction import printable

_HOST = r"(?P<host>[^\s/?#@:\[\]*]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
_HOST_HEADER = re.compile(_HOST)
_ORIGIN = re.compile(rf"(?P<scheme>[a-z][a-z0-9+.-]*)://{_HOST}")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
# The origins of files, of sandboxed frames and of some applications.
_NAMELESS = ("null", "file://")
# Prefixes of headers that proxies add.
_OF_PROXIES = ("forwarded", "via", "x-forwarded-", "x-real-ip")


class PageRefusedError(RefusedError):
    """The page may not connect, or may not use this name of the server."""


class AllowedPages:
    """The allowed origins and hosts of one app.

    Raises TypeError for a string in place of a list, and ValueError for an invalid origin or host.
    """

    def __init__(self, origins: Collection[str], hosts: Collection[str] | None) -> None:
        self._origins = frozenset(map(_origin, _several("origins", origins)))
        self._hosts = None if hosts is None else frozenset(map(_host, _several("hosts", hosts)))

    def check(self, connection: HTTPConnection) -> None:
        """Raise PageRefusedError, which names the setting that would allow it, if the page may not connect."""
        if not self.knows_host(connection):
            raise _unknown_host(connection)
        origin = connection.headers.get("origin")
        if origin is None or "*" in self._origins or _normal(origin) in self._origins:
            return
        if not _is_of_host(origin, connection):
            raise _unknown_origin(origin)
        if self._hosts is None and _may_be_rebound(connection):
            raise _unknown_host(connection)

    def knows_host(self, connection: HTTPConnection) -> bool:
        """Return whether the client uses one of the `hosts`, or none were given."""
        return self._hosts is None or "*" in self._hosts or _hostname(connection) in self._hosts


# -- settings


def _several(name: str, given: Collection[str]) -> Collection[str]:
    if isinstance(given, str):
        kind = "origins" if name == "origins" else "host names"
        raise TypeError(f"{name} must be a list of {kind}: use [{given!r}]")
    return given


def _origin(text: str) -> str:
    origin = _normal(text.removesuffix("/") if text != "file://" else text)
    if origin == "*" or origin in _NAMELESS or _ORIGIN.fullmatch(origin):
        return origin
    wildcard = "; list each origin, since a wildcard is only allowed alone" if "*" in text else ""
    raise ValueError(
        f"{text!r} is not an origin{wildcard}; write it as https://app.example.com, or '*' for all"
    )


def _host(text: str) -> str:
    host = text.lower()
    if host.count(":") > 1 and not host.startswith("["):
        host = f"[{host}]"
    found = _HOST_HEADER.fullmatch(host)
    if host != "*" and (found is None or found["port"] is not None):
        raise ValueError(
            f"{text!r} is not a host; write its name without a port: app.example.com, or '*' for all"
        )
    return host


# -- requests


def _normal(origin: str) -> str:
    """Return the origin in lower case, without the default port of its scheme."""
    origin = origin.lower()
    found = _ORIGIN.fullmatch(origin)
    if found is not None and found["port"] == _DEFAULT_PORTS.get(found["scheme"], ""):
        return f"{found['scheme']}://{found['host']}"
    return origin


def _hostname(connection: HTTPConnection) -> str:
    """Return the host of the Host header in lower case without the port, or an empty string."""
    found = _HOST_HEADER.fullmatch(connection.headers.get("host", "").lower())
    return found["host"] if found is not None else ""


def _is_of_host(origin: str, connection: HTTPConnection) -> bool:
    """Return whether the page is of the host that it connects to, and its scheme is at least as secure."""
    page = _ORIGIN.fullmatch(origin.lower())
    host = _HOST_HEADER.fullmatch(connection.headers.get("host", "").lower())
    if page is None or host is None or page["host"] != host["host"]:
        return False
    default = _DEFAULT_PORTS.get(page["scheme"])
    if default is None or (page["scheme"] == "http" and _is_secure(connection)):
        return False
    # Behind a proxy that terminates TLS, a Host without a port may stand for either default port.
    return (page["port"] or default) == (host["port"] or default)


def _is_secure(connection: HTTPConnection) -> bool:
    """Return whether the client uses TLS, to this server or, according to its headers, to a proxy.

    The proxy need not be trusted, since True only makes the rules stricter.
    """
    if connection.scope.get("scheme") in ("wss", "https"):
        return True
    nearest = connection.headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    forwarded = connection.headers.get("forwarded", "").partition(",")[0].lower()
    return nearest in ("https", "wss") or bool(
        re.search(r"(?:^|;)\s*proto=\"?(?:https|wss)\b", forwarded)
    )


def _may_be_rebound(connection: HTTPConnection) -> bool:
    """Return whether the server is at a loopback address and the host name may be that of an attacker.

    A proxy on the same machine is recognised by the headers that it adds; a page cannot add headers to a
    handshake.
    """
    server = connection.scope.get("server")
    if not server or not _is_loopback(str(server[0])):
        return False
    if any(name.startswith(_OF_PROXIES) for name in connection.headers):
        return False
    host = _hostname(connection)
    return not (host == "localhost" or host.endswith(".localhost") or _address(host) is not None)


def _is_loopback(host: str) -> bool:
    address = _address(host)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return host == "localhost" or (address is not None and address.is_loopback)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def _unknown_origin(origin: str) -> PageRefusedError:
    shown = printable(_normal(origin), 200)
    if shown in _NAMELESS or _ORIGIN.fullmatch(shown):
        return PageRefusedError(
            f'the origin {shown} is not allowed; if the page is yours, use WsApp(origins=["{shown}"])'
        )
    return PageRefusedError(f"the origin {shown!r} is not one that a browser sends")


def _unknown_host(connection: HTTPConnection) -> PageRefusedError:
    shown = printable(_hostname(connection), 200)
    return PageRefusedError(
        f"the host {shown!r} is unknown; if it is a name of this server, use"
        f' WsApp(hosts=["{shown}"])'
        if shown
        else "the Host header contains no host"
    )
