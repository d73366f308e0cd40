"""Sends one message to many clients, in one coroutine as long as no send blocks.

An ASGI send that completes at once needs no task, no turn of the event loop and no exception. When one blocks,
the coroutine, which is suspended in it, becomes the writer of that client, and another one goes on with the
other clients. A server that offers prepared messages gets one for all its clients, which no send repeats.
"""

from asyncio import CancelledError
from collections.abc import Callable, Iterable, Iterator

from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.outgoing.prepared import Outgoing


class _Progress:
    """The progress of one coroutine: the client that it sends to, and whether that blocks."""

    __slots__ = ("blocked", "client")

    def __init__(self) -> None:
        self.client: Client | None = None
        self.blocked = False


def fan_out(
    clients: Iterable[Client], outgoing: Outgoing, queue: Callable[[Client], object]
) -> None:
    """Send the message to each of `clients`, or call `queue` if a client is not ready.

    `clients` must not change meanwhile.
    """
    rest = iter(clients)
    while True:
        progress = _Progress()
        sending = _send_to(rest, outgoing, queue, progress)
        try:
            pending = sending.send(None)
        except StopIteration:
            return
        progress.blocked = True
        if progress.client is not None:
            progress.client.finish_later(sending, pending)


async def _send_to(
    rest: Iterator[Client],
    outgoing: Outgoing,
    queue: Callable[[Client], object],
    progress: _Progress,
) -> None:
    message, prepare, prepared = outgoing.message, outgoing.prepare, outgoing.prepared
    for client in rest:
        write = client.write
        if write is not None and (client.ready or client.idle):
            if client.prepare is not prepare:
                prepare = client.prepare
                prepared = outgoing.prepared_by(prepare)
            if write(prepared):
                continue
        if not client.ready:
            queue(client)
            continue
        progress.client = client
        try:
            await client.transmit(message)
        except CancelledError:
            if progress.blocked:
                raise  # to the writer that awaits this coroutine
            client.abandon()  # the task of the publisher was not cancelled
        except Exception as error:
            if progress.blocked:
                raise
            client.fail(error)
        if progress.blocked:
            return
