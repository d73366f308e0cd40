"""Check operations with their channels and messages, and names that must be unique or must exist."""

from collections.abc import Iterator
from typing import Any

from wsgen.asyncapi.validation.addresses import entries
from wsgen.asyncapi.validation.document_reader import AsyncApiDocument
from wsgen.asyncapi.validation.reference_targets import Route
from wsgen.diagnostics import Diagnostic, Note
from wsgen.names import did_you_mean


def check_operations(document: AsyncApiDocument, major: int) -> list[Diagnostic]:
    """Return the inconsistencies of operations, channels, servers, tags and security schemes."""
    found = list(_tags(document, major))
    if major == 3:
        for route, operation in entries(document, "operations"):
            found.extend(_operation(document, route, operation))
        for route, channel in entries(document, "channels"):
            found.extend(_server_references(document, route, channel))
    else:
        found.extend(_unique(document, "operationId", "WSG640"))
        found.extend(_unique(document, "messageId", "WSG641"))
        found.extend(_server_names(document))
        found.extend(_security(document))
    return found


def _operation(
    document: AsyncApiDocument, route: Route, operation: Any
) -> Iterator[Diagnostic]:  # any JSON
    channel = _channel(operation)
    if channel is None and isinstance(operation.get("channel"), dict):
        span = document.value_span((*route, "channel", "$ref"))
        message = "the channel of an operation must be one of the document's own `channels`"
        yield Diagnostic("WSG620", message, span, help="Refer to `#/channels/<name>`.")
    yield from _messages(document, (*route, "messages"), operation.get("messages"), channel)
    reply, place = document.targets.follow(operation.get("reply"))
    if isinstance(reply, dict):
        start = place or (*route, "reply")
        other = _channel(reply) or (channel if "channel" not in reply else None)
        yield from _messages(document, (*start, "messages"), reply.get("messages"), other)


def _channel(item: Any) -> str | None:  # any JSON
    """Return the name of the root channel that `item` refers to."""
    reference = item.get("channel")
    target = reference.get("$ref") if isinstance(reference, dict) else None
    if isinstance(target, str) and target.startswith("#/channels/") and target.count("/") == 2:
        return target.removeprefix("#/channels/")
    return None


def _messages(
    document: AsyncApiDocument, route: Route, messages: object, channel: str | None
) -> Iterator[Diagnostic]:
    """Yield the messages that do not belong to `channel`."""
    if not isinstance(messages, list) or channel is None:
        return
    for index, item in enumerate(messages):
        target = item.get("$ref") if isinstance(item, dict) else None
        if isinstance(target, str) and not target.startswith(f"#/channels/{channel}/messages/"):
            span = document.value_span((*route, index, "$ref"))
            message = f"the message `{target}` does not belong to the channel `{channel}`"
            help_text = f"Refer to `#/channels/{channel}/messages/<name>`."
            yield Diagnostic("WSG621", message, span, help=help_text)


def _server_references(
    document: AsyncApiDocument, route: Route, channel: Any
) -> Iterator[Diagnostic]:
    servers = channel.get("servers")
    for index, item in enumerate(servers if isinstance(servers, list) else ()):
        target = item.get("$ref") if isinstance(item, dict) else None
        if isinstance(target, str) and target.startswith("#") and target[:10] != "#/servers/":
            span = document.value_span((*route, "servers", index, "$ref"))
            message = "the servers of a channel must be of the document's own `servers`"
            yield Diagnostic("WSG622", message, span, help="Refer to `#/servers/<name>`.")


def _server_names(document: AsyncApiDocument) -> Iterator[Diagnostic]:
    known = [str(route[-1]) for route, _ in entries(document, "servers")]
    for route, channel in entries(document, "channels"):
        names = channel.get("servers")
        for index, name in enumerate(names if isinstance(names, list) else ()):
            if isinstance(name, str) and name not in known:
                help_text = did_you_mean(name, known, "Define it in `servers`.")
                span = document.value_span((*route, "servers", index))
                yield Diagnostic("WSG622", f"there is no server `{name}`", span, help=help_text)


def _security(document: AsyncApiDocument) -> Iterator[Diagnostic]:
    known = [str(route[-1]) for route, _ in entries(document, "components", "securitySchemes")]
    places = list(entries(document, "servers"))
    for route, channel in entries(document, "channels"):
        for action in ("publish", "subscribe"):
            operation = channel.get(action)
            if isinstance(operation, dict):
                places.append(((*route, action), operation))
    for route, item in places:
        required = item.get("security")
        for index, requirement in enumerate(required if isinstance(required, list) else ()):
            for name in requirement if isinstance(requirement, dict) else ():
                if name not in known:
                    help_text = did_you_mean(name, known, "Define it in `components`.")
                    span = document.key_span((*route, "security", index, name))
                    message = f"there is no security scheme `{name}`"
                    yield Diagnostic("WSG623", message, span, help=help_text)


def _unique(document: AsyncApiDocument, key: str, code: str) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each repeated value of `key`, at all places where 2.x allows the key."""
    seen: dict[str, Route] = {}
    for route, name in _values_of(document.value, key, ()):
        first = seen.setdefault(name, route)
        if first != route:
            note = Note("first used", document.value_span(first))
            span = document.value_span(route)
            message = f"the {key} `{name}` is used twice"
            yield Diagnostic(code, message, span, help="Choose another.", notes=(note,))


def _values_of(value: object, key: str, route: Route) -> Iterator[tuple[Route, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name == key and isinstance(item, str):
                yield (*route, name), item
            elif name not in ("payload", "headers", "examples", "schemas", "parameters"):
                yield from _values_of(item, key, (*route, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _values_of(item, key, (*route, index))


def _tags(document: AsyncApiDocument, major: int) -> Iterator[Diagnostic]:
    value = document.value
    holder = value.get("info") if major == 3 and isinstance(value, dict) else value
    route: Route = ("info", "tags") if major == 3 else ("tags",)
    tags = holder.get("tags") if isinstance(holder, dict) else None
    seen: set[object] = set()
    for index, tag in enumerate(tags if isinstance(tags, list) else ()):
        name = tag.get("name") if isinstance(tag, dict) else None
        if isinstance(name, str) and name in seen:
            span = document.value_span((*route, index, "name"))
            message = f"the tag `{name}` is repeated"
            yield Diagnostic("WSG642", message, span, help="Keep one of them.")
        if isinstance(name, str):
            seen.add(name)
