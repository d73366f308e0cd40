"""The parts of an AsyncAPI document that describe a route, from the stub of its router or from the blank one."""

from dataclasses import asdict, dataclass

from wsgen_runtime.documents.document_references import name_in, pointer_to
from wsgen_runtime.documents.identifiers import (
    identifier_of,
    key_of,
    route_identifier,
    verb_identifier,
)
from wsgen_runtime.documents.schemas import MODE, TYPE
from wsgen_runtime.documents.stub_parts import (
    Json,
    mark,
    messages_in,
    read_stub,
    schema_reference,
    with_used,
)
from wsgen_runtime.router import WsRouter

VERBS = (
    "subscribe",
    "subscribe.response",
    "unsubscribe",
    "unsubscribe.response",
    "update",
    "reset",
    "unsubscribed",
)
STATE = "snapshot"
"""The verb that only routes with a snapshot have."""

BLANK_ROUTE = "route"  # its name in `router.json`
_OPERATIONS = ("subscribe", "unsubscribe", "update")
_SLOTS = {"update": "data", STATE: "snapshot"}
"""The type in the payload of a frame, by its verb."""


@dataclass(frozen=True, slots=True)
class RouteParts:
    """The parts for `router` of a `stub`, in which its route may have another name.

    The route is renamed only where its name is known to be, since the name may also be used for something else.
    """

    router: WsRouter
    stub: Json
    route: str
    blank: Json

    @classmethod
    def of(cls, router: WsRouter, blank: Json) -> "RouteParts":
        """Return the parts in the stub beside the class of `router` or a base of it, or else the blank ones."""
        for kind in type(router).__mro__:
            package = kind.__module__.rpartition(".")[0]
            if not issubclass(kind, WsRouter) or kind is WsRouter or not package:
                continue
            stub = read_stub(package, "asyncapi.json")
            route = _route_of(stub, kind.__name__) if stub else None
            if stub and route is not None:
                parts = cls(router, stub, route, blank)
                return parts if parts._are_whole() else cls(router, blank, BLANK_ROUTE, blank)
        return cls(router, blank, BLANK_ROUTE, blank)

    @property
    def identifier(self) -> str:
        """Return the identifier of the route of the router in the module of the stub."""
        return self._owner + route_identifier(self.router.route)

    @property
    def verbs(self) -> tuple[str, ...]:
        """Return what the frames of the route may be, after its name in their type."""
        return VERBS if self.router.snapshot_type is None else (*VERBS, STATE)

    def messages(self, identifier: str) -> Json:
        """Return the messages, which get names that begin with `identifier`, with the texts of the router."""
        found: Json = {}
        for verb in self.verbs:
            message = self._message(verb)
            key = f"{identifier}{verb_identifier(verb)}Message"
            blank = messages_in(self.blank)[_key(self.blank, BLANK_ROUTE, verb, "Message")]
            found[key] = {
                **message,
                "name": f"{self.router.route}.{verb}",
                "title": key,
                "summary": self._renamed(message.get("summary", ""), blank["summary"]),
                "payload": schema_reference(f"{identifier}{verb_identifier(verb)}Frame"),
            }
            mark(found[key], {"deprecated": self.router.deprecated})
        return found

    def schemas(self, identifier: str) -> Json:
        """Return the schemas of the frames and what they refer to, with the types of the router."""
        router, given = self.router, self.stub["components"]["schemas"]
        found: Json = {}
        for verb in self.verbs:
            old = name_in(self._message(verb)["payload"]["$ref"])
            new = f"{identifier}{verb_identifier(verb)}"
            frame = given[old]
            kind = {**frame["properties"]["type"], "const": f"{router.route}.{verb}"}
            named = {
                key: self._with_names(field, identifier)
                for key, field in frame["properties"].items()
            }
            properties, required = {**named, "type": kind}, frame["required"]
            if verb in ("subscribe", "unsubscribe"):
                slot = {TYPE: type_key(router, "request"), MODE: "validation"}
                nothing = {**_NOTHING, "description": f"`{kind['const']}` asks for nothing."}
                properties["payload"] = slot if router.has_request else nothing
                required = ["type", "payload"] if router.has_request else ["type"]
            elif verb in _SLOTS:
                content = given[name_in(properties["payload"]["$ref"])]
                slot = {TYPE: type_key(router, _SLOTS[verb]), MODE: "serialization"}
                filled = {**content["properties"], "payload": slot}
                title = f"{new}Payload"
                found[title] = {**content, "title": title, "properties": filled}
                properties["payload"] = schema_reference(title)
            found[f"{new}Frame"] = {
                **frame,
                "title": f"{new}Frame",
                "properties": properties,
                "required": required,
            }
        return with_used({**given, **found}, found)

    def operations(self, identifier: str, channel: str) -> Json:
        """Return the operations by their keys, which refer to the messages in `channel`."""
        return {
            key_of(identifier + verb_identifier(verb)): self._operation(verb, identifier, channel)
            for verb in _OPERATIONS
        }

    def schemes(self) -> Json:
        """Return the security schemes that the operations refer to."""
        known = self.stub["components"].get("securitySchemes", {})
        operations = [self.stub["operations"][self._operation_key(verb)] for verb in _OPERATIONS]
        names = [name_in(item["$ref"]) for each in operations for item in each.get("security", ())]
        return {name: known[name] for name in names}

    @property
    def _owner(self) -> str:
        return _owner(self.stub)

    def _are_whole(self) -> bool:
        """Return whether the stub is complete; one of an older version of the generator may not be."""
        messages, operations = messages_in(self.stub), self.stub["operations"]
        keys = [_key(self.stub, self.route, verb, "Message") for verb in self.verbs]
        return all(key in messages for key in keys) and all(
            self._operation_key(verb) in operations for verb in _OPERATIONS
        )

    def _message(self, verb: str) -> Json:
        message: Json = messages_in(self.stub)[_key(self.stub, self.route, verb, "Message")]
        return message

    def _operation_key(self, verb: str) -> str:
        return key_of(_key(self.stub, self.route, verb))

    def _operation(self, verb: str, identifier: str, channel: str) -> Json:
        router = self.router
        operation: Json = self.stub["operations"][self._operation_key(verb)]
        blank = self.blank["operations"][key_of(_key(self.blank, BLANK_ROUTE, verb))]
        operation = {
            **self._repointed(operation, identifier, channel),
            "title": self._renamed(operation["title"], blank["title"]),
            "x-router": type(router).__name__,
        }
        if "reply" in operation:
            operation["reply"] = self._repointed(operation["reply"], identifier, channel)
        told = operation.pop("x-errors", {})
        if verb == "subscribe":
            extra = {"x-errors": {code: told.get(code, "") for code in router.errors}}
        else:
            extra = _kept(router) if "x-delivery" in operation else {}
        operation |= {key: value for key, value in extra.items() if value}
        tags = [{"name": tag} for tag in dict.fromkeys(router.tags)]
        mark(operation, {"tags": tags, "x-deprecated": router.deprecated})
        return operation

    def _repointed(self, item: Json, identifier: str, channel: str) -> Json:
        """Return an operation, or its reply, with references to the messages of `channel`."""
        names = {
            _key(
                self.stub, self.route, verb, "Message"
            ): f"{identifier}{verb_identifier(verb)}Message"
            for verb in self.verbs
        }
        found = [name_in(message["$ref"]) for message in item["messages"]]
        if self.router.snapshot_type is None:
            unsent = _key(self.stub, self.route, STATE, "Message")
            found = [name for name in found if name != unsent]
        return {
            **item,
            "channel": {"$ref": pointer_to("channels", channel)},
            "messages": [
                {"$ref": pointer_to("channels", channel, "messages", names.get(name, name))}
                for name in found
            ],
        }

    def _with_names(self, field: Json, identifier: str) -> Json:
        """Return a field of a frame whose text names frames of the route as they are named here."""
        text = field.get("description", "")
        old = f"`{self._owner}{route_identifier(self.route)}"
        return {**field, "description": text.replace(old, f"`{identifier}")} if text else field

    def _renamed(self, text: str, blank: str) -> str:
        """Return a `text` of the stub, in which the route has that of the router if it is the `blank` text."""
        if text != blank.replace(BLANK_ROUTE, self.route, 1):
            return text
        return blank.replace(BLANK_ROUTE, self.router.route, 1)


_NOTHING: Json = {"anyOf": [{"type": "object", "maxProperties": 0}, {"type": "null"}]}
"""The payload of a question of a route that has no request."""


def type_key(router: WsRouter, what: str) -> str:
    """Return the name of a type of the router in the slots of a document."""
    return f"{router.route}:{what}"


def _owner(stub: Json) -> str:
    (channel,) = stub["channels"]
    return identifier_of(channel)


def _key(stub: Json, route: str, verb: str, kind: str = "") -> str:
    return f"{_owner(stub)}{route_identifier(route)}{verb_identifier(verb)}{kind}"


def _route_of(stub: Json, class_name: str) -> str | None:
    """Return the route that a class has in its stub, from the name of the message that it sends."""
    for operation in stub["operations"].values():
        if operation.get("x-router") == class_name and operation["action"] == "send":
            message = messages_in(stub).get(name_in(operation["messages"][0]["$ref"]), {})
            return str(message.get("name", "")).removesuffix(".update") or None
    return None


def _kept(router: WsRouter) -> Json:
    """Return how the updates are delivered and kept, where empty values say nothing."""
    delivery = {key: value for key, value in asdict(router.delivery).items() if value is not None}
    return {
        "x-delivery": delivery,
        "x-history": asdict(router.history) if router.history else {},
        "x-replay": router.replay,
        "x-source": "published" if router.published else "",
    }
