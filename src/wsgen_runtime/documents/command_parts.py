"""The parts of an AsyncAPI document that describe a command, from the stub beside it or from the blank one."""

from dataclasses import dataclass

from wsgen_runtime.command import Command
from wsgen_runtime.documents.document_references import name_in, pointer_to
from wsgen_runtime.documents.identifiers import command_identifier, identifier_of, key_of
from wsgen_runtime.documents.schemas import MODE, TYPE
from wsgen_runtime.documents.stub_parts import (
    Json,
    mark,
    messages_in,
    schema_reference,
    with_used,
)

BLANK_COMMAND = "command"  # its name in `router.json`


@dataclass(frozen=True, slots=True)
class CommandParts:
    """The parts for `command` of a `stub` in which it is called `name`, another name in the blank one."""

    command: Command
    stub: Json
    name: str

    @classmethod
    def of(cls, command: Command, stub: Json | None, blank: Json) -> "CommandParts":
        """Return the parts in `stub` if that describes the command, or else those in `blank`."""
        if stub:
            parts = cls(command, stub, command.name)
            key = parts._key(command.name)
            if key_of(key) in stub["operations"] and {
                f"{key}Message",
                f"{key}ResponseMessage",
            } <= set(messages_in(stub)):
                return parts
        return cls(command, blank, BLANK_COMMAND)

    @property
    def identifier(self) -> str:
        """Return the identifier of the command in the module of the stub."""
        return self._key(self.command.name)

    def messages(self, identifier: str) -> Json:
        """Return the question and the answer, whose names begin with `identifier`."""
        found: Json = {}
        for kind, name in (("", ""), ("Response", ".response")):
            message = messages_in(self.stub)[f"{self._key(self.name)}{kind}Message"]
            key = f"{identifier}{kind}Message"
            found[key] = {
                **message,
                "name": f"{self.command.name}{name}",
                "title": key,
                "summary": self._renamed(message["summary"]),
                "payload": schema_reference(f"{identifier}{kind}Frame"),
            }
            mark(found[key], {"deprecated": self.command.deprecated})
        return found

    def schemas(self, identifier: str) -> Json:
        """Return the schemas of the frames and what they refer to, with the types of the command."""
        given = self.stub["components"]["schemas"]
        slots = {
            "": {TYPE: key_of_type(self.command, "request"), MODE: "validation"},
            "Response": {TYPE: key_of_type(self.command, "response"), MODE: "serialization"},
        }
        found: Json = {}
        for (kind, slot), name in zip(slots.items(), ("", ".response"), strict=True):
            frame = given[f"{self._key(self.name)}{kind}Frame"]
            title = f"{identifier}{kind}Frame"
            of_type = {**frame["properties"]["type"], "const": f"{self.command.name}{name}"}
            named = {
                key: self._with_names(field, identifier)
                for key, field in frame["properties"].items()
            }
            properties = {**named, "type": of_type, "payload": slot}
            found[title] = {**frame, "title": title, "properties": properties}
        return with_used({**given, **found}, found)

    def operation(self, identifier: str, channel: str) -> Json:
        """Return the operation by its key, in `channel`."""
        operation: Json = {**self._operation}
        operation |= _on(channel, f"{identifier}Message")
        operation["reply"] = {
            **operation["reply"],
            **_on(channel, f"{identifier}ResponseMessage", "ErrorMessage"),
        }
        operation["title"] = self._renamed(operation["title"])
        if self.name == BLANK_COMMAND:
            operation.pop("x-command")
            if self.command.errors:
                operation["x-errors"] = dict.fromkeys(self.command.errors, "Declared.")
        tags = [{"name": tag} for tag in dict.fromkeys(self.command.tags)]
        mark(operation, {"tags": tags, "x-deprecated": self.command.deprecated})
        return {key_of(identifier): operation}

    def schemes(self) -> Json:
        """Return the security schemes that the operation refers to."""
        known = self.stub["components"].get("securitySchemes", {})
        names = [name_in(item["$ref"]) for item in self._operation.get("security", ())]
        return {name: known[name] for name in names}

    @property
    def _operation(self) -> Json:
        operation: Json = self.stub["operations"][key_of(self._key(self.name))]
        return operation

    def _key(self, name: str) -> str:
        (channel,) = self.stub["channels"]
        return f"{identifier_of(channel)}{command_identifier(name)}Command"

    def _with_names(self, field: Json, identifier: str) -> Json:
        """Return a field of a frame whose text names the command as it is named here."""
        text = field.get("description", "").replace(f"`{self._key(self.name)}", f"`{identifier}")
        text = text.replace(f"`{self.name}`", f"`{self.command.name}`")
        return {**field, "description": text} if text else field

    def _renamed(self, text: str) -> str:
        return text.replace(self.name, self.command.name, 1)


def key_of_type(command: Command, what: str) -> str:
    """Return the name of a type of the command in the slots of a document."""
    return f"{command.name}:{what}:command"


def _on(channel: str, *messages: str) -> Json:
    return {
        "channel": {"$ref": pointer_to("channels", channel)},
        "messages": [
            {"$ref": pointer_to("channels", channel, "messages", key)} for key in messages
        ],
    }
