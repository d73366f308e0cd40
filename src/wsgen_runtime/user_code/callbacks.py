"""Checks of the callbacks that decide who may connect and subscribe, and of what they return.

A mistake in a callback must never admit anybody. For example, calling a function that contains `yield` does not
run its body, and the generator that it returns could be taken for a user.
"""

import inspect
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import Future
from functools import partial

_DEEPEST = 32  # layers of decorators and partials that are examined

_NEVER_USERS = (type, BaseException, AsyncGenerator, Future, partial)


class WrongAnswerError(Exception):
    """A callback returned an object of a wrong kind; the message says which."""


def require_callback(name: str, function: object) -> None:
    """Raise TypeError, with a hint, if `function` cannot be used as the callback `name`."""
    if not callable(function):
        raise TypeError(f"{name} must be a function, not {_kind_of(function)}")
    if inspect.isclass(function):
        raise TypeError(f"{name} must be a function or an instance, not {_kind_of(function)}")
    for layer in _layers(function):
        if inspect.isgeneratorfunction(layer) or inspect.isasyncgenfunction(layer):
            called = getattr(layer, "__qualname__", type(layer).__qualname__)
            raise TypeError(
                f"{name}: `{called}` contains `yield`, so that a call runs none of its body; use `return`"
            )


def is_asynchronous(function: object) -> bool:
    """Return whether `function` is, or calls, a coroutine function, so that it runs on the event loop."""
    return any(inspect.iscoroutinefunction(layer) for layer in _layers(function))


def require_user(answer: object) -> None:
    """Raise WrongAnswerError for an object that cannot be a user, such as a generator, a response or a class."""
    if (
        isinstance(answer, _NEVER_USERS)
        # An iterator returns itself; a mock of a user may be iterable too.
        or (isinstance(answer, Iterator) and iter(answer) is answer)
        or answer is NotImplemented
        or answer is ...
        or inspect.isawaitable(answer)
        or inspect.isroutine(answer)
        or type(answer).__module__ == "contextlib"  # the result of @contextmanager
        # An HTTP response of any library.
        or (isinstance(getattr(answer, "status_code", None), int) and hasattr(answer, "headers"))
    ):
        raise _wrong(answer, "a user")


def require_answer(answer: object, request_type: type) -> object:
    """Return `answer`, True, False or a request; raises WrongAnswerError if it is none of them."""
    if isinstance(answer, bool) or type(answer) is request_type:
        return answer
    raise _wrong(answer, f"True, False or a `{request_type.__name__}`")


def _layers(function: object) -> Iterator[object]:
    """Yield `function` and the functions that it forwards calls to: wrapped, bound, or its `__call__`.

    Stop at a coroutine function, which may turn whatever it wraps into an answer.
    """
    for _ in range(_DEEPEST):
        yield function
        if inspect.iscoroutinefunction(function):
            return
        wrapped = getattr(function, "__wrapped__", None)
        if isinstance(function, partial):
            function = function.func
        elif inspect.ismethod(function):
            function = function.__func__
        elif wrapped is not None:
            function = wrapped
        elif inspect.isroutine(function) or inspect.isclass(function):
            return
        else:
            function = inspect.getattr_static(type(function), "__call__", None)


def _wrong(answer: object, expected: str) -> WrongAnswerError:
    if inspect.iscoroutine(answer):
        answer.close()  # avoids a warning of Python that it was never awaited
    return WrongAnswerError(f"returned {_kind_of(answer)} instead of {expected}")


def _kind_of(answer: object) -> str:
    if isinstance(answer, type):
        return f"the class `{answer.__qualname__}`"
    return f"an object of the type `{type(answer).__qualname__}`"
