"""Commands: questions of clients, each with one answer, and the object that an app serves them with."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, TypeAdapter

from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.protocol.finite import require_finite
from wsgen_runtime.protocol.request_models import require_model
from wsgen_runtime.user_code.callbacks import require_callback


@dataclass(frozen=True, slots=True)
class CommandContext:
    """Who asks for a command: the client and its user, and the key of the command, if it has one.

    A service that passes the command on can pass `key` too, so that the next system does it once only. `user` is
    what `authenticate` has returned, and `user_id` the id of its `Session`.
    """

    client: Client
    user: Any  # what `authenticate` returns, which the service knows
    user_id: str | None = None
    key: str | None = None


CommandFunction = Callable[[Any, CommandContext], Awaitable[Any]]
# Any: a command declares the types of its request and of its response.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Command:
    """One command: its name on the wire, its types, and the function that carries it out.

    `errors` are the codes of the errors that it declares, and `timeout` the seconds after which it has failed; by
    default, that is `Limits.service_timeout`. Raises ValueError for an empty name, and TypeError for a function
    of which a call would not run it, and for a request type that is not a pydantic model.
    """

    name: str
    request_type: type[BaseModel]
    response_type: Any  # a type expression such as `Ack | None` has no common static type
    run: CommandFunction = field(repr=False)
    errors: Sequence[str] = ()
    tags: Sequence[str] = ()
    timeout: float | None = None
    deprecated: bool = False
    _adapter: TypeAdapter[Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("the name of a command must not be empty")
        if self.timeout is not None and not self.timeout > 0:
            raise ValueError(f"{self.name}: the timeout must be positive, not {self.timeout}")
        require_callback(self.name, self.run)
        require_model(self.name, self.request_type)
        object.__setattr__(self, "_adapter", TypeAdapter(self.response_type))

    def encode(self, response: object) -> str:
        """Return `response` as JSON text.

        Raises pydantic.ValidationError if it does not have the type of the response, or has infinity or NaN.
        """
        valid = self._adapter.validate_python(response)
        text = self._adapter.dump_json(valid, by_alias=True)
        if b"null" in text:
            value = self._adapter.dump_python(valid, by_alias=True, mode="json")
            require_finite(value, text, self.name)
        return text.decode()


class WsCommands:
    """Commands that an app serves: the base class of what is generated for the `commands` of a module."""

    def __init__(self, *commands: Command) -> None:
        self.commands = commands

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(command.name for command in self.commands)})"
