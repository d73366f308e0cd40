"""Chooses the broker of an app, and makes sure that no other app has the same one."""

import weakref
from collections.abc import Callable
from contextlib import suppress

from wsgen_runtime.brokers.base import Broker
from wsgen_runtime.brokers.keys import KeyStore
from wsgen_runtime.brokers.memory import MemoryBroker
from wsgen_runtime.brokers.memory_keys import MemoryKeys

_ADDRESSES = ("redis://", "rediss://", "unix://")

# By identity: brokers are user code, and may be neither hashable nor accept another attribute.
_taken: "weakref.WeakValueDictionary[int, Broker]" = weakref.WeakValueDictionary()


def choose_broker(broker: Broker | str | None, title: str, *, default_title: str) -> Broker:
    """Return the broker for an app with this title: `broker`, or a new one if that is an address or None.

    Raises ValueError for an unknown address, for a broker that belongs to another app, and for a shared broker
    that needs the title of the app if the title is empty or the default; raises TypeError for a broker or
    a title of another type.
    """
    if not isinstance(title, str):
        raise TypeError(f"the title of an app is a text, not {title!r}")
    if broker is None:
        return MemoryBroker()
    chosen = _connect(broker) if isinstance(broker, str) else broker
    if isinstance(chosen, type) or not callable(getattr(chosen, "publish", None)):
        kind = chosen.__name__ if isinstance(chosen, type) else type(chosen).__name__
        raise TypeError(
            f"a broker is an address that begins with redis://, or a Broker, not {kind}"
        )
    name_after = getattr(chosen, "name_after", None)
    if name_after is not None:
        name_after(None if title in ("", default_title) or title.isspace() else title)
    if _taken.get(id(chosen)) is chosen:
        raise ValueError(f"{chosen!r} already belongs to a WsApp; build another broker")
    with suppress(TypeError):  # the class may not support weak references
        _taken[id(chosen)] = chosen
    return chosen


def keys_of(broker: Broker, seconds: float) -> KeyStore | None:
    """Return what keeps the keys of commands for `seconds`; None if `broker` is shared and cannot."""
    keys: Callable[[float], KeyStore] | None = getattr(broker, "keys", None)
    if keys is not None:
        return keys(seconds)
    return None if broker.shared else MemoryKeys(seconds)


def _connect(address: str) -> Broker:
    if not address.startswith(_ADDRESSES):
        # The address is not quoted, since it may contain a password.
        raise ValueError("unknown broker: use an address that begins with redis://, or a Broker")
    # Imported late, since it needs redis-py, an optional dependency.
    from wsgen_runtime.brokers.redis import RedisBroker

    return RedisBroker(address)
