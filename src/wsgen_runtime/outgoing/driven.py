"""A coroutine whose first step is taken by hand, so that one that never blocks needs no task of its own."""

import inspect
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from starlette.types import Send

from wsgen_runtime.outgoing.outbox import Message


class Started:
    """A coroutine whose first step was taken and yielded `pending`: awaiting this takes the others."""

    __slots__ = ("_coroutine", "_pending")

    def __init__(
        self,
        coroutine: Coroutine[Any, Any, None],  # what it yields is between it and the event loop
        pending: Any,
    ) -> None:
        self._coroutine = coroutine
        self._pending = pending

    def __await__(self) -> Generator[Any, Any, None]:
        """Yield what the coroutine yields, `pending` first, and pass back what comes in return."""
        coroutine, pending = self._coroutine, self._pending
        try:
            while True:
                try:
                    answer = yield pending
                except GeneratorExit:
                    raise
                except BaseException as error:
                    # Cancellation, or the exception of what it waited for: the coroutine's to deal with.
                    pending = coroutine.throw(error)
                else:
                    pending = coroutine.send(answer)
        except StopIteration:
            return
        finally:
            coroutine.close()


def as_coroutine_function(send: Send) -> Callable[[Message], Coroutine[Any, Any, None]]:
    """Return `send`, wrapped if it may return another awaitable than a coroutine."""
    if inspect.iscoroutinefunction(send):
        return send

    async def wrapped(message: Message) -> None:
        await send(message)

    return wrapped
