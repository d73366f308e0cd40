"""The parts of an AsyncAPI document that describe a command, from the stub beside it or from the blank one."""

import json
from dataclasses import dataclass
from typing import Any

from wsgen_runtime.command import Command
from wsgen_runtime.documents.schemas import MODE, TYPE

# JSON whose structure is known.
Json = dict[str, Any]

BLANK_COMMAND = "command"  # its name in `router.json`


@dataclass(frozen=True, slots=True)
class CommandParts:
    """The parts for `command` of a `stub` in which it is called `name`, another name in the blank one."""

    command: Command
    stub: Json
    name: str

    @classmethod
    def of(cls, command: Command, stub: Json, blank: Json) -> "CommandParts":
        """Return the parts in `stub` if that describes the command, or else those in `blank`."""
        (channel,) = stub["channels"].values() if stub else ({},)
        known = command.name in stub.get("operations", {})
        if known and {command.name, f"{command.name}.response"} <= set(channel["messages"]):
            return cls(command, stub, command.name)
        return cls(command, blank, BLANK_COMMAND)

    def messages(self) -> Json:
        """Return the question and the answer, with the types of the command."""
        command, (channel,) = self.command, self.stub["channels"].values()
        asked, answered = self.name, f"{self.name}.response"
        slots = {
            asked: {TYPE: key_of(command, "request"), MODE: "validation"},
            answered: {TYPE: key_of(command, "response"), MODE: "serialization"},
        }
        found: Json = {}
        for name, slot in slots.items():
            new = self._renamed(name)
            message = channel["messages"][name]
            payload = message["payload"]
            kind = {**payload["properties"]["type"], "const": new}
            properties = {**payload["properties"], "type": kind, "payload": slot}
            found[new] = {
                **message,
                "name": new,
                "title": self._renamed(message["title"]),
                "payload": {**payload, "properties": properties},
            }
            _mark(found[new], command, "deprecated")
        return found

    def operation(self, channel: str) -> Json:
        """Return the operation, in the channel that has the reference `channel`."""
        operation: Json = json.loads(json.dumps(self.stub["operations"][self.name]))
        for part, names in (
            (operation, (self.command.name,)),
            (operation["reply"], (f"{self.command.name}.response", "error")),
        ):
            part["channel"] = {"$ref": channel}
            part["messages"] = [{"$ref": f"{channel}/messages/{_escaped(name)}"} for name in names]
        operation["title"] = self._renamed(operation["title"])
        if self.name == BLANK_COMMAND:
            operation.pop("x-command")
            if self.command.errors:
                operation["x-errors"] = dict.fromkeys(self.command.errors, "Declared.")
        _mark(operation, self.command, "x-deprecated")
        return operation

    def schemes(self) -> Json:
        """Return the security schemes that the operation refers to."""
        known = self.stub.get("components", {}).get("securitySchemes", {})
        operation = self.stub["operations"][self.name]
        names = [item["$ref"].rpartition("/")[2] for item in operation.get("security", ())]
        return {name: known[name] for name in names}

    def _renamed(self, text: str) -> str:
        return text.replace(self.name, self.command.name, 1)


def key_of(command: Command, what: str) -> str:
    """Return the name of a type of the command in the slots of a document."""
    return f"{command.name}:{what}:command"


def _mark(item: Json, command: Command, deprecated: str) -> None:
    for key, value in (
        ("tags", [{"name": tag} for tag in dict.fromkeys(command.tags)]),
        (deprecated, command.deprecated),
    ):
        item.pop(key, None)
        if value:
            item[key] = value


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
