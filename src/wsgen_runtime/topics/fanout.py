"""One message to many clients: sends that do not block are one coroutine's, and one that does delays nobody.

An ASGI send that completes at once is awaited without a task, a trip through the event loop or an exception.
When one blocks, the coroutine stands in it: it becomes that client's writer, and another goes on with the rest.
"""

from asyncio import CancelledError
from collections.abc import Callable, Iterable, Iterator

from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.outgoing.outbox import Message


class _Stretch:
    """Clients sent to by one coroutine, up to the one, if any, that blocks."""

    __slots__ = ("blocked", "client")

    def __init__(self) -> None:
        self.client: Client | None = None
        self.blocked = False


def fan_out(clients: Iterable[Client], message: Message, queue: Callable[[Client], object]) -> None:
    """Send `message` to each of `clients`, which may not change meanwhile; `queue` takes those not ready."""
    rest = iter(clients)
    while True:
        stretch = _Stretch()
        sending = _send_to(rest, message, queue, stretch)
        try:
            pending = sending.send(None)
        except StopIteration:
            return
        stretch.blocked = True
        if stretch.client is not None:
            stretch.client.go_on(sending, pending)


async def _send_to(
    rest: Iterator[Client],
    message: Message,
    queue: Callable[[Client], object],
    stretch: _Stretch,
) -> None:
    for client in rest:
        if not client.ready:
            queue(client)
            continue
        stretch.client = client
        try:
            await client.transmit(message)
        except CancelledError:
            if stretch.blocked:
                raise  # to the writer that waits for it
            client.abandon()  # it is no cancellation of whoever publishes
        except Exception as error:
            if stretch.blocked:
                raise
            client.fail(error)
        if stretch.blocked:
            return
