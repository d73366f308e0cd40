"""Runs the first step of a coroutine without a task, which a coroutine that never blocks does not need."""

import inspect
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from starlette.types import Message, Send


class Suspended:
    """A coroutine whose first step yielded `pending`; awaiting this object runs the remaining steps."""

    __slots__ = ("_coroutine", "_pending")

    def __init__(
        self,
        coroutine: Coroutine[Any, Any, Any],  # it yields to the event loop, whatever that expects
        pending: Any,
    ) -> None:
        self._coroutine = coroutine
        self._pending = pending

    def __await__(self) -> Generator[Any, Any, Any]:
        """Yield `pending` and then what the coroutine yields, and send it what the event loop returns.

        Return what the coroutine returns.
        """
        coroutine, pending = self._coroutine, self._pending
        try:
            while True:
                try:
                    answer = yield pending
                except GeneratorExit:
                    raise
                except BaseException as error:
                    # A cancellation, or the exception of what it waited for, which the coroutine handles.
                    pending = coroutine.throw(error)
                else:
                    pending = coroutine.send(answer)
        except StopIteration as returned:
            return returned.value
        finally:
            coroutine.close()


def as_coroutine_function(send: Send) -> Callable[[Message], Coroutine[Any, Any, None]]:
    """Return `send`, wrapped if it may return an awaitable other than a coroutine."""
    if inspect.iscoroutinefunction(send):
        return send

    async def wrapped(message: Message) -> None:
        await send(message)

    return wrapped
