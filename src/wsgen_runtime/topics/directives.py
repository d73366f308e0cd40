"""What an app does in all its processes: close the sockets of clients, and end the subscriptions to topics."""

import logging
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from wsgen_runtime.brokers.base import Broker
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.outgoing.clients import Clients
from wsgen_runtime.protocol.closing import require_closable
from wsgen_runtime.user_code.users import is_user, user_key

_log = logging.getLogger("wsgen_runtime")


class _CloseClient(BaseModel):
    do: Literal["close-client"] = "close-client"
    client: int
    code: int
    reason: str


class _CloseUser(BaseModel):
    do: Literal["close-user"] = "close-user"
    user: str
    code: int
    reason: str


class _Cancel(BaseModel):
    do: Literal["cancel"] = "cancel"
    topic: str
    reason: str


_Directive = _CloseClient | _CloseUser | _Cancel
_ADAPTER: TypeAdapter[_Directive] = TypeAdapter(
    Annotated[_Directive, Field(discriminator="do")], config={"defer_build": True}
)


class Directives:
    """Carries out directives in this process, and passes them to the other ones if the broker can.

    What is counted and returned is that of this process.
    """

    def __init__(self, clients: Clients, broker: Broker, cancel: Callable[[str, str], int]) -> None:
        self._clients = clients
        self._cancel = cancel
        tell = getattr(broker, "tell", None)
        self._tell: Callable[[str], object] | None = tell if callable(tell) else None
        self._warned = False

    def close_client(self, client_id: int, code: int, reason: str) -> bool:
        """Close the socket of a client, in whichever process it is; return whether it is in this one."""
        client = self._clients.get(client_id)
        if client is None:
            self._pass_on(_CloseClient(client=client_id, code=code, reason=reason))
            return False
        client.close(code, reason)
        return True

    def close_user(self, user: object, code: int, reason: str) -> int:
        """Close the sockets of all clients of `user`; return how many there were.

        Raises TypeError for a user that cannot be found in other processes.
        """
        key = user_key(user)
        if key is not None:
            self._pass_on(_CloseUser(user=key, code=code, reason=reason))
        elif self._tell is not None:
            raise TypeError(
                f"a user of the type `{type(user).__qualname__}` cannot be found in other processes:"
                " give it an attribute `id`"
            )
        return self._close_all(key, code, reason, lambda client: is_user(client.user, user))

    def cancel(self, topic: str, reason: str) -> int:
        """End all subscriptions to the topic with this name; return how many there were."""
        self._pass_on(_Cancel(topic=topic, reason=reason))
        return self._cancel(topic, reason)

    def hear(self, message: str) -> None:
        """Carry out what another process has passed on; what no process can have sent is logged once."""
        try:
            directive = _ADAPTER.validate_json(message)
            if not isinstance(directive, _Cancel):
                require_closable(directive.code, directive.reason)
        except (ValidationError, ValueError):
            if not self._warned:
                self._warned = True
                _log.warning("a message that no process of this app can have sent is ignored")
            return
        if isinstance(directive, _Cancel):
            self._cancel(directive.topic, directive.reason)
        elif isinstance(directive, _CloseUser):
            self._close_all(directive.user, directive.code, directive.reason, lambda _: False)
        else:
            client = self._clients.get(directive.client)
            if client is not None:
                client.close(directive.code, directive.reason)

    def _close_all(
        self, key: str | None, code: int, reason: str, is_meant: Callable[[Client], bool]
    ) -> int:
        found = [
            client
            for client in self._clients
            if is_meant(client)
            or (key is not None and key in (user_key(client.user), user_key(client.user_id)))
        ]
        for client in found:
            client.close(code, reason)
        return len(found)

    def _pass_on(self, directive: _Directive) -> None:
        if self._tell is not None:
            self._tell(directive.model_dump_json())
