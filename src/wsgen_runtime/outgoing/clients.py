"""The connected clients of one app, and all that is sent to them except updates."""

import logging
from collections.abc import Iterator
from typing import Literal

from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.outgoing.prepared import Outgoing
from wsgen_runtime.protocol.closing import CloseCode
from wsgen_runtime.protocol.events import Fault
from wsgen_runtime.protocol.frames import error_frame, status_frame
from wsgen_runtime.protocol.payloads import StatusPayload
from wsgen_runtime.stats import Counters

_log = logging.getLogger("wsgen_runtime")


class Clients:
    """All connected clients. Iteration is over a copy, so that clients may come and go meanwhile."""

    def __init__(self, counters: Counters) -> None:
        self._by_id: dict[int, Client] = {}
        self._counters = counters
        self._away = False

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Client]:
        return iter(tuple(self._by_id.values()))

    @property
    def away(self) -> bool:
        """Return whether clients were told that updates of other processes do not arrive."""
        return self._away

    def get(self, client_id: int) -> Client | None:
        """Return the client with this id, or None."""
        return self._by_id.get(client_id)

    def add(self, client: Client) -> None:
        """Register a client that was accepted."""
        self._by_id[client.id] = client
        self._counters.connections += 1
        if self._away:
            self.answer(client, status_frame(StatusPayload(broker="disconnected")))

    def remove(self, client: Client) -> bool:
        """Release `client` and forget it; return whether it was registered."""
        client.release()
        if self._by_id.pop(client.id, None) is None:
            return False
        self._counters.drops += client.dropped
        return True

    def answer(self, client: Client, frame: str) -> None:
        """Send an answer or a notice; a client that has no room for it is disconnected."""
        if not client.send(frame):
            self.disconnect_slow(client)

    def notify(self, client: Client, frame: str) -> None:
        """Send a notice that no later update overtakes."""
        client.seal()
        self.answer(client, frame)

    def send_state(self, client: Client, state: Outgoing, topic: str) -> None:
        """Send the state of `topic`; a client that has no room for it is disconnected."""
        if not client.send_state(state, topic):
            self.disconnect_slow(client)

    def refuse(self, client: Client, fault: Fault) -> None:
        """Answer with an error frame, and close the socket if the fault asks for it."""
        self._counters.errors += 1
        if fault.cause is not None:
            self.note_failure(client, fault.cause)
        self.answer(client, error_frame(fault, greeted=client.hello))
        if fault.close is not None:
            context = {"client": client.id, "code": int(fault.close)}
            _log.info("closing a client because of the frames that it sent", extra=context)
            client.close(fault.close, fault.message)

    def disconnect_slow(self, client: Client) -> None:
        """Close the socket of a client that reads too slowly."""
        _log.info("closing a client that reads too slowly", extra={"client": client.id})
        client.close(CloseCode.TRY_LATER, "Client too slow", discard=True)

    def note_failure(self, client: Client, error: BaseException) -> None:
        """Log and count an exception that user code raised on behalf of `client`."""
        self._counters.fail("a client could not be served", error, client=client.id)

    def note_refusal(self) -> None:
        """Count a `ServiceError`, which is the answer to a client."""
        self._counters.refusals += 1

    def note_unsent(self, client: Client, error: Exception) -> None:
        """Log and count an exception of `send` on a socket that was still connected."""
        self._counters.fail("a frame could not be sent", error, client=client.id)

    def report(self, status: Literal["connected", "disconnected"] | None) -> None:
        """Notify all clients, and those that connect later, whether updates of other processes arrive.

        None is the state before the broker has started, of which nobody is notified.
        """
        self._away = status == "disconnected"
        if status is not None:
            frame = status_frame(StatusPayload(broker=status))
            for client in self:
                self.notify(client, frame)
