"""Check that the addresses of channels and servers use the parameters that are declared, and no others."""

import re
from collections.abc import Iterator, Mapping

from wsgen.asyncapi.validation.document_reader import AsyncApiDocument
from wsgen.asyncapi.validation.reference_targets import Route
from wsgen.diagnostics import Diagnostic
from wsgen.names import did_you_mean

_NAME = re.compile(r"\{([^{}]*)\}")


def check_addresses(document: AsyncApiDocument, major: int) -> list[Diagnostic]:
    """Return where the parameters of channels and the variables of servers do not match the addresses."""
    return [*_channels(document, major), *_servers(document, major)]


def entries(
    document: AsyncApiDocument, *route: str
) -> Iterator[tuple[Route, Mapping[str, object]]]:
    """Yield the mappings in the mapping at `route`, with references resolved, and the routes of their names."""
    value = document.value
    for key in route:
        value = value.get(key) if isinstance(value, dict) else None
    for name, item in value.items() if isinstance(value, dict) else ():
        found, _ = document.targets.follow(item)
        if isinstance(found, dict):
            yield (*route, name), found


def _channels(document: AsyncApiDocument, major: int) -> Iterator[Diagnostic]:
    for route, channel in entries(document, "channels"):
        address = channel.get("address") if major == 3 else route[-1]
        place = document.value_span((*route, "address")) if major == 3 else None
        if not isinstance(address, str):
            address = ""
        span = place or document.key_span(route)
        if re.search(r"[?#]", _NAME.sub("", address)):
            message = f"the address `{address}` has a query or a fragment"
            help_text = "Describe the query in the channel's bindings."
            yield Diagnostic("WSG632", message, span, help=help_text)
        declared = channel.get("parameters")
        names = declared if isinstance(declared, dict) else {}
        for name in dict.fromkeys(_NAME.findall(address)):
            if name not in names:
                help_text = did_you_mean(name, names, f"Add `{name}` to `parameters`.")
                message = f"the parameter `{name}` of the address is not declared"
                yield Diagnostic("WSG630", message, span, help=help_text)
        for name in names:
            if f"{{{name}}}" not in address:
                message = f"the parameter `{name}` is not in the address"
                help_text = f"Put `{{{name}}}` into the address, or remove the parameter."
                at = document.key_span((*route, "parameters", name))
                yield Diagnostic("WSG631", message, at, help=help_text)


def _servers(document: AsyncApiDocument, major: int) -> Iterator[Diagnostic]:
    for route, server in entries(document, "servers"):
        fields = ("host", "pathname") if major == 3 else ("url",)
        declared = server.get("variables")
        names = declared if isinstance(declared, dict) else {}
        used: set[str] = set()
        for key in fields:
            text = server.get(key)
            for name in _NAME.findall(text) if isinstance(text, str) else ():
                used.add(name)
                if name not in names:
                    message = f"the variable `{name}` of the server is not declared"
                    span = document.value_span((*route, key))
                    help_text = f"Add `{name}` to `variables`."
                    yield Diagnostic("WSG633", message, span, help=help_text)
        for name, variable in names.items():
            place: Route = (*route, "variables", name)
            if name not in used:
                message = f"the variable `{name}` is not in the server's address"
                help_text = "Remove it, or put it into the address in braces."
                yield Diagnostic("WSG634", message, document.key_span(place), help=help_text)
            allowed = variable.get("enum") if isinstance(variable, dict) else None
            default = variable.get("default") if isinstance(variable, dict) else None
            if isinstance(allowed, list) and default is not None and default not in allowed:
                message = f"the default of the variable `{name}` is not one of its values"
                span = document.value_span((*place, "default"))
                yield Diagnostic("WSG635", message, span, help="Name one that `enum` lists.")
