"""Which web pages may connect, and by which names clients may address the server.

Browsers alone send an Origin, and no page can change it. A page of the host that it connects to is let in; but at
a loopback address that host may be a stranger's name, which was made to resolve to it (DNS rebinding).
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
_NAMELESS = (
    "null",
    "file://",
)  # what browsers send for files and sandboxed frames, and some applications
_OF_PROXIES = ("forwarded", "via", "x-forwarded-", "x-real-ip")  # how such a header begins


class PageRefusedError(RefusedError):
    """A page may not connect, or not under this name of the server."""


class AllowedPages:
    """The rules of one app.

    Raises TypeError for a single text in place of several, and ValueError for what is not an origin, or a host.
    """

    def __init__(self, origins: Collection[str], hosts: Collection[str] | None) -> None:
        self._origins = frozenset(map(_origin, _several("origins", origins)))
        self._hosts = None if hosts is None else frozenset(map(_host, _several("hosts", hosts)))

    def check(self, connection: HTTPConnection) -> None:
        """Raise PageRefusedError, with the setting to write, if the page that connects may not."""
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
        """Return whether the client addresses the server by one of its `hosts`, if any were given."""
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
    wildcard = "; name each origin, since a wildcard is allowed alone only" if "*" in text else ""
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
    """Return the origin in lower case, without the port that its scheme implies."""
    origin = origin.lower()
    found = _ORIGIN.fullmatch(origin)
    if found is not None and found["port"] == _DEFAULT_PORTS.get(found["scheme"], ""):
        return f"{found['scheme']}://{found['host']}"
    return origin


def _hostname(connection: HTTPConnection) -> str:
    """Return the host of the Host header in lower case, without its port; empty if there is none."""
    found = _HOST_HEADER.fullmatch(connection.headers.get("host", "").lower())
    return found["host"] if found is not None else ""


def _is_of_host(origin: str, connection: HTTPConnection) -> bool:
    """Return whether the page comes from the host that it connects to, by a scheme that is at least as secure."""
    page = _ORIGIN.fullmatch(origin.lower())
    host = _HOST_HEADER.fullmatch(connection.headers.get("host", "").lower())
    if page is None or host is None or page["host"] != host["host"]:
        return False
    default = _DEFAULT_PORTS.get(page["scheme"])
    if default is None or (page["scheme"] == "http" and _is_secure(connection)):
        return False
    # Behind a proxy that ends TLS, a Host without a port does not say which of the default ports it was.
    return (page["port"] or default) == (host["port"] or default)


def _is_secure(connection: HTTPConnection) -> bool:
    """Return whether the client speaks TLS, to this server or, as it says, to a proxy before it.

    Nobody has to trust the proxy for this: the answer can only make the rules stricter.
    """
    if connection.scope.get("scheme") in ("wss", "https"):
        return True
    nearest = connection.headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    forwarded = connection.headers.get("forwarded", "").partition(",")[0].lower()
    return nearest in ("https", "wss") or bool(
        re.search(r"(?:^|;)\s*proto=\"?(?:https|wss)\b", forwarded)
    )


def _may_be_rebound(connection: HTTPConnection) -> bool:
    """Return whether a browser may have got to a loopback address by a name that is not the server's.

    Proxies on the same machine are known by the headers that they add; a page cannot add any to a handshake.
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
            f'the origin {shown} is not allowed; if the page is yours, write WsApp(origins=["{shown}"])'
        )
    return PageRefusedError(f"the origin {shown!r} is not one that a browser sends")


def _unknown_host(connection: HTTPConnection) -> PageRefusedError:
    shown = printable(_hostname(connection), 200)
    return PageRefusedError(
        f"the host {shown!r} is unknown; if it is a name of this server, write"
        f' WsApp(hosts=["{shown}"])'
        if shown
        else "the Host header names no host"
    )
