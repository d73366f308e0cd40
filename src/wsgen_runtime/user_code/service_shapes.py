"""The shapes of services: a stream, an object with a stream, or a pair of functions; and what is no service."""

import inspect
from collections.abc import AsyncIterable, AsyncIterator, Callable
from functools import partial
from typing import Any, get_origin, get_type_hints

from wsgen_runtime.user_code.callbacks import require_callback

_SHAPES = (
    "use an async generator function, or an object with the method `stream`,"
    " or with the methods `create_topic` and `remove_topic`"
)


def stream_of(service: object) -> Callable[..., object] | None:
    """Return the function that makes a stream of updates, or None if `service` has `create_topic` instead.

    Ask again for each topic, since methods of a service may be replaced.
    """
    if hasattr(service, "create_topic"):
        return None
    stream = getattr(service, "stream", service)
    if not callable(stream):
        raise TypeError(f"{_named(service)} cannot serve a route: {_SHAPES}")
    return stream


def require_service(service: object, *, asks: bool = True, state: bool = False) -> None:
    """Raise TypeError, with a hint, if `service` cannot produce the updates of a route.

    With `asks`, its functions are called with a request or a topic, as in the description of each shape. With
    `state`, it needs the method `snapshot` too.
    """
    pair = hasattr(service, "create_topic") or hasattr(service, "remove_topic")
    if pair:
        _require_method(service, "create_topic", 2)
        _require_method(service, "remove_topic", 1)
    elif (stream := getattr(service, "stream", None)) is not None:
        _require_instance(service, "stream")
        _require_stream(stream, "stream", int(asks))
    elif callable(service):
        _require_instance(service, None)
        _require_stream(service, _named(service), int(asks))
    else:
        raise TypeError(f"{_named(service)} cannot serve a route: {_SHAPES}")
    if state:
        if not hasattr(service, "snapshot"):
            raise TypeError(
                f"{_named(service)} cannot serve a route with a snapshot: it has no method snapshot()"
            )
        _require_method(service, "snapshot", int(asks))


def iterate(stream: object) -> AsyncIterator[object]:
    """Return the iterator over what a stream function has returned; raises TypeError if there is none."""
    if isinstance(stream, AsyncIterable):
        return aiter(stream)
    if inspect.iscoroutine(stream):
        stream.close()  # avoids a warning of Python that it was never awaited
    raise TypeError(
        f"the stream function returned an object of the type `{type(stream).__qualname__}`, which is not an"
        " async iterator: make it an async generator function"
    )


def _require_method(service: object, name: str, arguments: int) -> None:
    function = getattr(service, name, None)
    if not callable(function):
        raise TypeError(f"{_named(service)} cannot serve a route: it has no method {name}()")
    _require_instance(service, name)
    require_callback(name, function)
    _require_parameters(function, name, arguments)


def _require_instance(service: object, method: str | None) -> None:
    """Raise TypeError for a class, unless `method` can be called without an instance."""
    if isinstance(service, type) and (
        method is None or inspect.isfunction(inspect.getattr_static(service, method, None))
    ):
        name = service.__name__
        raise TypeError(f"{name} cannot serve a route: it is a class; use an instance, {name}()")


def _require_stream(function: object, name: str, arguments: int) -> None:
    """Raise TypeError if `function` cannot return an async iterator when it is called with `arguments`."""
    if not callable(function):
        raise TypeError(f"`{name}` cannot serve a route: it is not a function")
    routine = inspect.isroutine(function) or isinstance(function, partial)
    called = function if routine else function.__call__
    asked = f"async def {name}({'request' if arguments else ''})"
    if inspect.iscoroutinefunction(called):
        raise TypeError(
            f"`{name}` is a coroutine function, which returns once: `yield` each update in it"
            f" (`{asked} -> AsyncIterator[...]`)"
        )
    if inspect.isgeneratorfunction(called):
        raise TypeError(f"`{name}` is a generator that is not async: write `{asked}`")
    if not inspect.isasyncgenfunction(called):
        _require_iterator(called, name, asked)
    _require_parameters(function, name, arguments)


def _require_iterator(function: Callable[..., object], name: str, asked: str) -> None:
    """Raise TypeError if the annotation of a plain function says that it returns no async iterator."""
    try:
        returned = get_type_hints(function).get("return", Any)
    except Exception:  # a name that does not exist at run time; the type checker reports it
        return
    kind = get_origin(returned) or returned
    known = kind is type(None) or (isinstance(kind, type) and kind.__module__ == "builtins")
    if known and kind is not object and not hasattr(kind, "__aiter__"):
        raise TypeError(
            f"`{name}` returns no async iterator: make it an async generator function (`{asked}`), which yields"
            " each update"
        )


def _require_parameters(function: Callable[..., object], name: str, count: int) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # of a builtin, say
        return
    try:
        signature.bind(*range(count))
    except TypeError as error:
        given = {
            ("create_topic", 2): "the topic and the function that publishes its updates",
            ("remove_topic", 1): "the topic",
        }.get(
            (name, count), "the request" if count else "no argument, since its route has no request"
        )
        raise TypeError(f"`{name}{signature}` is called with {given}: {error}") from None


def _named(service: object) -> str:
    return getattr(service, "__name__", type(service).__name__)
