"""Turn a document of a server into one of its clients, for tools that make clients.

Clients send what the server receives. Generators of WebSocket clients connect to a server's `host` and `pathname`
and leave the address of a channel aside, so the path of each endpoint is part of a server's `pathname`.
"""

import re

from wsgen.asyncapi.export.assemble import Json

_MARK = "x-perspective"
_TURNED = {"receive": "send", "send": "receive"}


def for_clients(document: Json, *, pathname: bool) -> Json:
    """Return the document of a client of the server that `document`, of AsyncAPI 3, describes.

    With `pathname`, a document of several channels has a server for each channel and server, since their paths
    differ. Otherwise, or without any server, the addresses of the channels stay the paths of the endpoints.
    """
    operations = {
        name: {**item, "action": _TURNED[item["action"]]}
        for name, item in document["operations"].items()
    }
    result = {**document, "info": {**document["info"], _MARK: "client"}, "operations": operations}
    given = document.get("servers")
    if given and pathname:
        channels: Json = document["channels"]
        alone = len(channels) == 1
        servers: Json = {}
        result |= {"servers": servers, "channels": {}}
        for key, channel in channels.items():
            own = [name if alone else _name(name, key, servers) for name in given]
            for name, item in zip(own, given.values(), strict=True):
                servers[name] = _server(item, channel["address"])
            here = {} if alone else {"servers": [{"$ref": f"#/servers/{name}"} for name in own]}
            result["channels"][key] = {**channel, "address": "/", **here}
    return result


def is_for_clients(document: Json) -> bool:
    """Return whether `document` is the result of `for_clients`."""
    return bool(document["info"].get(_MARK) == "client")


def _name(server: str, channel: str, taken: Json) -> str:
    """Return the name of the `server` for a `channel`, an identifier if that of the server is one."""
    name = f"{server}_{re.sub(r'[^A-Za-z0-9_]', '_', channel)}"
    while name in taken:
        name += "_"
    return name


def _server(server: object, path: str) -> object:  # as in the settings; checked with the document
    if not isinstance(server, dict):
        return server
    prefix = server.get("pathname")
    if not isinstance(prefix, str):
        prefix = ""
    return {**server, "pathname": f"{prefix.rstrip('/')}{path}"}
