"""Commands of the runtime's tests, as wsgen would generate them, and services that carry them out."""

import asyncio

from pydantic import BaseModel

from wsgen_runtime import (
    Command,
    CommandContext,
    Connection,
    DeclaredError,
    Limits,
    Session,
    WsApp,
    WsCommands,
)


class NewOrder(BaseModel):
    symbol: str
    quantity: int = 1


class OrderAck(BaseModel):
    number: int
    note: str | None = None


class OrderRejected(DeclaredError, code="order_rejected"):
    pass


class Orders:
    """Counts orders in `done` before they are answered; while `gate` is closed, none is."""

    def __init__(self) -> None:
        self.done: list[NewOrder] = []
        self.contexts: list[CommandContext] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None
        self.begun = asyncio.Event()

    async def place_order(self, request: NewOrder, context: CommandContext) -> OrderAck:
        self.done.append(request)
        self.contexts.append(context)
        self.begun.set()
        number = len(self.done)
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return OrderAck(number=number)


class Commands(WsCommands):
    """Commands as wsgen would generate them."""

    def __init__(self, service: Orders, timeout: float | None = None) -> None:
        super().__init__(
            Command(
                name="orders.place",
                request_type=NewOrder,
                response_type=OrderAck,
                run=service.place_order,
                errors=("order_rejected",),
                timeout=timeout,
            )
        )


def by_user(connection: Connection) -> Session:
    """Authenticate anybody as the user in the query."""
    user = connection.query_params.get("user")
    return Session(user or "nobody", id=user)


def app_of(service: Orders, **options: object) -> WsApp:
    """Return an app of the service, whose users have an id."""
    given = {"authenticate": by_user, "limits": Limits(shutdown_timeout=1), **options}
    timeout = given.pop("command_timeout", None)
    commands = Commands(service, timeout)  # type: ignore[arg-type] # as the test has given it
    return WsApp(commands=commands, **given)  # type: ignore[arg-type] # the same
