"""The broker that an app gets: one that no other app has, and under names that no other app uses."""

import importlib
import weakref
from contextlib import suppress

from wsgen_runtime.brokers.base import Broker
from wsgen_runtime.brokers.memory import MemoryBroker

_ADDRESSES = ("redis://", "rediss://", "unix://")

# By identity: brokers are user code, and may be neither hashable nor open to another attribute.
_taken: "weakref.WeakValueDictionary[int, Broker]" = weakref.WeakValueDictionary()


def choose_broker(broker: Broker | str | None, title: str, *, default_title: str) -> Broker:
    """Return `broker`, or the one that its address asks for, as the broker of the app with this title.

    Raises ValueError for an unknown address, for a broker that belongs to another app, and where its names would
    be those of every app that has no title either.
    """
    if broker is None:
        return MemoryBroker()
    chosen = _connect(broker) if isinstance(broker, str) else broker
    name_after = getattr(chosen, "name_after", None)
    if name_after is not None:
        name_after(None if title in ("", default_title) or title.isspace() else title)
    if _taken.get(id(chosen)) is chosen:
        raise ValueError(f"{chosen!r} already belongs to a WsApp; build another broker")
    with suppress(TypeError):  # for one that takes no weak reference
        _taken[id(chosen)] = chosen
    return chosen


def _connect(address: str) -> Broker:
    if not address.startswith(_ADDRESSES):
        # Not quoted: whatever it is, it may hold a password.
        raise ValueError("unknown broker: use an address that begins with redis://, or a Broker")
    # Imported late: it needs redis-py, which few apps have. By name: it is an extra of its own.
    redis = importlib.import_module("wsgen_runtime.brokers.redis")
    connected: Broker = redis.RedisBroker(address)
    return connected
