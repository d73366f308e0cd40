"""The declarations of a source as frozen values, which both loaders make and the outputs are rendered from.

Positions are not part of the model: the same routers from `ws.yaml` and `ws.py` are equal.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from wsgen.names import snake

BUILTIN_TYPES = frozenset(
    {"bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"}
)
UNION = "|"
ELLIPSIS = "..."
RUNTIME = (
    *("CONTRACT_2", "Delivery", "History", "Service", "ServiceWithoutRequest", "SnapshotService"),
    *("SnapshotServiceWithoutRequest", "WsRouteService", "WsRouter"),
)
"""What the files of routers import from the runtime."""

ROUTER_FILE_NAMES = BUILTIN_TYPES | {*RUNTIME, "Sequence", "None", "super"}
"""What a router's file uses by these names, unless the project's own class is its template."""


Text = Annotated[str, StringConstraints(strip_whitespace=True)]


class _Value(BaseModel):
    """A frozen model that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TypeRef(_Value):
    """A type expression as a tree: a name with arguments.

    `module` is None for builtins, for `None` and for unions. A union has the name `|` and its members as
    `args`; `None` has the name `None`, and the end of `tuple[int, ...]` the name `...`. `name` may be dotted
    (`Outer.Inner`): the first part is what is imported.
    """

    name: str
    module: str | None = None
    args: tuple["TypeRef", ...] = ()

    @property
    def is_model(self) -> bool:
        """Return whether this is one plain imported name, as a request must be."""
        return self.module is not None and not self.args

    def imports(self) -> Iterator[tuple[str, str]]:
        """Yield `(module, top-level name)` for each imported name in the tree, in reading order."""
        if self.module is not None:
            yield self.module, self.name.partition(".")[0]
        for arg in self.args:
            yield from arg.imports()

    def __str__(self) -> str:
        """Return the expression with every imported name as `module:name`."""
        if self.name == UNION:
            return " | ".join(str(arg) for arg in self.args)
        name = self.name if self.module is None else f"{self.module}:{self.name}"
        return f"{name}[{', '.join(str(arg) for arg in self.args)}]" if self.args else name


class Overflow(StrEnum):
    """What happens to the updates for a client whose outbox is full."""

    DROP_OLDEST = "drop-oldest"
    LATEST = "latest"
    DISCONNECT = "disconnect"


class Delivery(_Value):
    """How many updates may wait for a slow client, and what happens when there are more.

    A topic delivers at most one update of its producer in each `interval` of seconds, if there is one.
    """

    queue: int = Field(default=256, ge=1, le=65_536)
    overflow: Overflow = Overflow.DROP_OLDEST
    interval: float | None = Field(default=None, ge=0.01, le=3_600)


class UpdateSource(StrEnum):
    """Where the updates of a route come from: its service, or `publish` in any process."""

    SERVICE = "service"
    PUBLISHED = "published"


class History(_Value):
    """What is kept of each topic, within all bounds, for clients that come back."""

    updates: int = Field(default=500, ge=1, le=100_000)
    seconds: float = Field(default=120.0, ge=1, le=604_800)
    bytes: int = Field(default=4_194_304, ge=1_024, le=1_073_741_824)


class Example(_Value):
    """A request and, if given, the data of an update that it leads to, both as JSON text.

    The request is None on a route that has none.
    """

    name: Text = ""
    summary: Text = ""
    request: str | None = None
    data: str | None = None


class RouterSpec(_Value):
    """One router: its class, its route and its types.

    The request is None if clients have nothing to ask, and the snapshot if topics have no state. `errors` are the
    codes that the service answers with, each with a sentence. `further` are the types after the first two that an
    alias gives to a generic class with more type parameters. `security` names the schemes of which a client needs
    one; if it is empty, none is needed.
    """

    class_name: str
    route: str
    request: TypeRef | None = None
    data: TypeRef
    snapshot: TypeRef | None = None
    summary: Text = ""
    description: Text = ""
    tags: tuple[str, ...] = ()
    deprecated: bool = False
    source: UpdateSource = UpdateSource.SERVICE
    history: History | None = None
    replay: int = Field(default=0, ge=0)
    errors: tuple[tuple[str, Text], ...] = ()
    delivery: Delivery = Delivery()
    security: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    further: tuple[TypeRef, ...] = ()

    @property
    def types(self) -> tuple[TypeRef, ...]:
        """Return all types: request, data and further ones, in the order of an alias, and the snapshot."""
        given = (self.request, self.data, *self.further, self.snapshot)
        return tuple(ref for ref in given if ref is not None)

    @property
    def is_published(self) -> bool:
        """Return whether the router has no service."""
        return self.source is UpdateSource.PUBLISHED

    @property
    def file_name(self) -> str:
        """Return the name of the file that holds the router."""
        return f"{self.class_name.lower()}.py"

    @field_validator("errors", mode="before")
    @classmethod
    def _pairs(cls, errors: object) -> object:
        return tuple(errors.items()) if isinstance(errors, Mapping) else errors


TYPE_FIELDS = tuple(
    name
    for name, field in RouterSpec.model_fields.items()
    if field.annotation in (TypeRef, TypeRef | None)
)
"""The fields of a router that are types."""


class CommandSpec(_Value):
    """One command: the name of its method in camel case, its name on the wire and its types.

    `errors` are the names of the exceptions that it declares, and `timeout` the seconds that it may take.
    `security` names the schemes of which a client needs one.
    """

    class_name: str
    command: str
    request: TypeRef
    response: TypeRef
    errors: tuple[str, ...] = ()
    summary: Text = ""
    description: Text = ""
    tags: tuple[str, ...] = ()
    deprecated: bool = False
    timeout: float | None = Field(default=None, ge=0.001, le=3_600)
    security: tuple[str, ...] = ()

    @property
    def types(self) -> tuple[TypeRef, ...]:
        """Return the types of the request and of the response."""
        return (self.request, self.response)

    @property
    def method_name(self) -> str:
        """Return the name of the method that carries it out."""
        return snake(self.class_name)

    @property
    def error_codes(self) -> dict[str, str]:
        """Return the code on the wire of each declared exception."""
        return {name: error_code(name) for name in self.errors}


def error_code(class_name: str) -> str:
    """Return the code of a declared exception: `OrderRejected` and `OrderRejectedError` are `order_rejected`."""
    return snake(class_name.removesuffix("Error") or class_name)


COMMANDS_FILE = "commands.py"
COMMANDS_NAMES = frozenset({"CommandService", "Commands"})
"""What the file of the commands exports besides the declared errors."""
COMMANDS_FILE_NAMES = BUILTIN_TYPES | {
    *COMMANDS_NAMES,
    *("CONTRACT_2", "Command", "CommandContext", "DeclaredError", "WsCommands"),
    *("Protocol", "None", "super"),
}
"""What the file of the commands uses by these names."""


class ModuleSpec(_Value):
    """One module: its name, the path of its socket, and its sorted routers and commands."""

    name: str
    version: str | None = None
    description: Text = ""
    endpoint: str
    routers: tuple[RouterSpec, ...]
    commands: tuple[CommandSpec, ...] = ()

    @property
    def full_name(self) -> str:
        """Return the name with the version, which names the module's document and its channel."""
        return f"{self.name}-{self.version}" if self.version else self.name

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to generate."""
        return not (self.routers or self.commands)

    @property
    def types(self) -> tuple[TypeRef, ...]:
        """Return the types of all routers and commands."""
        routers = (ref for router in self.routers for ref in router.types)
        return (*routers, *(ref for command in self.commands for ref in command.types))

    @property
    def routes(self) -> dict[str, str]:
        """Return the route of each router by the name of its class."""
        return {router.class_name: router.route for router in self.routers}

    @property
    def command_names(self) -> dict[str, str]:
        """Return the name on the wire of each command by its name in the file."""
        return {command.class_name: command.command for command in self.commands}

    @field_validator("routers")
    @classmethod
    def _sort_routers(cls, routers: tuple[RouterSpec, ...]) -> tuple[RouterSpec, ...]:
        return tuple(sorted(routers, key=lambda router: router.class_name))

    @field_validator("commands")
    @classmethod
    def _sort_commands(cls, commands: tuple[CommandSpec, ...]) -> tuple[CommandSpec, ...]:
        return tuple(sorted(commands, key=lambda command: command.command))
