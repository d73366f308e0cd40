"""All that depends on particular ASGI servers; everything else relies on the ASGI specification only.

The `send` of a server uses neither the current task nor context variables, so that it may be called from any task
of the event loop. Code that wraps it, such as a middleware, may use both.
"""

import asyncio
import inspect
import sys
from collections.abc import Callable, Mapping
from types import BuiltinMethodType, CodeType, FrameType, FunctionType, MethodType
from typing import Any

from anyio import BrokenResourceError, ClosedResourceError
from starlette.types import Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

# The module and the qualified name of the method that each server passes as `send`.
_SENDS = {
    ("uvicorn.protocols.websockets.websockets_impl", "WebSocketProtocol.asgi_send"),
    ("uvicorn.protocols.websockets.websockets_sansio_impl", "WebSocketsSansIOProtocol.send"),
    ("uvicorn.protocols.websockets.wsproto_impl", "WSProtocol.send"),
    ("hypercorn.protocol.ws_stream", "WSStream.app_send"),
}
# What inherits the `send` of uvicorn, and overrides nothing that it calls but the transport.
_INHERITING = ("wsgen_runtime.framing.protocol", "Protocol")
_TRANSPORT = "wsgen_runtime.framing.cork"
# Find the transport of a connection from the local variables of the function that runs in the server's task.
_TRANSPORTS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "uvicorn": lambda names: names["self"].transport,
    "hypercorn": lambda names: names["send"].__self__.send.__self__.send.__self__.writer.transport,
}
_OURS = ("wsgen_runtime.testing", "WsTestClient._send_from_app")
_GRANIAN = ("granian._granian", "ASGIWebsocketProtocol")

# The exception handling of Starlette wraps `send` to notice the start of an HTTP response, and changes nothing.
_PASSED_THROUGH = {
    (
        "starlette._exception_handler",
        "wrap_app_handling_exceptions.<locals>.wrapped_app.<locals>.sender",
    ),
}
_STARLETTES = ("starlette.websockets", "WebSocket.send")
# By the module in which a worker of a server starts: the local variable and the attribute with the worker count.
_BEGINNINGS = {
    "gunicorn.arbiter": ("self", "num_workers"),
    "hypercorn.asyncio.run": ("config", "workers"),
    "uvicorn._subprocess": ("config", "workers"),
    "granian.server.mp": ("worker_id", "real"),  # the third of at least three
}
_CLOSED = (BrokenPipeError, ConnectionAbortedError, ConnectionResetError)
_SERVERS = ("uvicorn", "hypercorn", "daphne", "starlette")
# The values of uvicorn's `--ws` that leave the choice to uvicorn, which may find no library.
_CHOOSING = ("auto", "wsgen_runtime.uvicorn:Protocol")
_WITH_LIFESPAN = ("uvicorn", "hypercorn", "granian")  # daphne has none


def own_send(send: Send) -> Send | None:
    """Return the `send` to call directly if `send` is a server's own, or None if other code may wrap it.

    Names are read from the code object, since a wrapper can copy `__qualname__`.
    """
    if _belongs_to_server(send):
        return send
    if type(send) is FunctionType and _place(send) in _PASSED_THROUGH:
        return own_send(_closed_over(send, "send"))
    wrapped = _wrapped_by_starlette(send)
    # Called through the wrapper, since that keeps track of the state of the socket.
    return send if wrapped is not None and own_send(wrapped) is not None else None


def abort_after(scope: Scope, within: float) -> None:
    """After `within` seconds, discard what the server still has to write to a client that is gone.

    uvicorn and hypercorn wait without a time limit for such a client to read, and do not exit while they wait.
    HTTP/2 connections are left alone, since they carry more than this socket.
    """
    transport = transport_of_task() if scope.get("http_version") == "1.1" else None
    if transport is not None and _has_to_write(transport):
        asyncio.get_running_loop().call_later(within, transport.abort)


def _has_to_write(transport: asyncio.WriteTransport) -> bool:
    try:
        return transport.get_write_buffer_size() > 0
    except AttributeError:  # with TLS, asyncio's has no buffer any more after a second close
        return False


def transport_of_task() -> asyncio.WriteTransport | None:
    """Return the transport of the connection that the current task serves, if it can be found."""
    frame, find = _beginning_of_task(), _TRANSPORTS.get(server_of_task())
    if frame is None or find is None:
        return None
    try:
        transport: asyncio.WriteTransport = find(frame.f_locals)
    except (AttributeError, KeyError):  # another version of the server
        return None
    return transport


def server_of_task() -> str:
    """Return the name of the package that created the current task: usually the server's.

    Middlewares run in the task of the server, so that this works whatever wraps `send`.
    """
    frame = _beginning_of_task()
    module = "" if frame is None else str(frame.f_globals.get("__name__", ""))
    return module.partition(".")[0]


def serves_lifespan() -> bool:
    """Return whether a server that runs the lifespan of its application has created the current task."""
    return server_of_task() in _WITH_LIFESPAN


def count_workers() -> int:
    """Return the number of workers of the server that runs this process, or 1 if it cannot be found.

    A server can be configured in many places; the result is in a local variable of the function in which its
    worker started, at the bottom of the stack.
    """
    frame = inspect.currentframe()
    while frame is not None:
        name, attribute = _BEGINNINGS.get(str(frame.f_globals.get("__name__")), ("", ""))
        if name in frame.f_locals:
            holder = frame.f_locals[name]
            count = getattr(holder, attribute, 1)
            # When it reloads, uvicorn ignores the number and starts one worker.
            reloads = getattr(holder, "should_reload", False)
            return count if isinstance(count, int) and not reloads else 1
        frame = frame.f_back
    return 1


def require_websockets() -> None:
    """Raise RuntimeError, which says what to install, if the server of this task cannot serve WebSockets.

    uvicorn starts without a library for them, and then answers clients like any other HTTP request.
    """
    frame = _beginning_of_task()
    config = getattr(frame.f_locals.get("self"), "config", None) if frame is not None else None
    if server_of_task() != "uvicorn" or getattr(config, "ws", None) not in _CHOOSING:
        return  # another server, or a choice of the user
    if getattr(config, "ws_protocol_class", True) is None:
        raise RuntimeError(
            "uvicorn cannot serve WebSockets, because neither websockets nor wsproto is installed:"
            " pip install 'uvicorn[standard]'"
        )


def _beginning_of_task() -> FrameType | None:
    """Return the frame of the coroutine of the current task, at the bottom of its stack, if asyncio runs one."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return None
    coroutine = task.get_coro() if task is not None else None
    return getattr(coroutine, "cr_frame", None)


def is_disconnect(error: BaseException) -> bool:
    """Return whether `send` raised `error` because the socket is no longer connected.

    ASGI specifies an OSError for this. Starlette and anyio have exceptions of their own, and servers raise a
    RuntimeError for a message after the end. A middleware may raise an OSError for a file or a connection of its
    own, so that one that does not come from a server must be of a type that means a closed connection.
    """
    if isinstance(error, BaseExceptionGroup):
        return all(map(is_disconnect, error.exceptions))
    if isinstance(error, WebSocketDisconnect | BrokenResourceError | ClosedResourceError):
        return True
    if isinstance(error, OSError):
        # A TimeoutError without a number is raised by `asyncio.timeout`, in a middleware.
        told_so = type(error) in _CLOSED or (type(error) is OSError and error.errno is None)
        timed_out = isinstance(error, TimeoutError) and error.errno is None
        return told_so or (_comes_from_server(error) and not timed_out)
    return isinstance(error, RuntimeError) and _comes_from_server(error)


def _comes_from_server(error: BaseException) -> bool:
    """Return whether a server raised `error`: its code is innermost, apart from the standard library's."""
    trace, package = error.__traceback__, ""
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        module = name.partition(".")[0]
        passed_on = module in sys.stdlib_module_names or name == _TRANSPORT
        package = package if passed_on else module
        trace = trace.tb_next
    return package in _SERVERS


def _belongs_to_server(send: object) -> bool:
    if type(send) is MethodType:
        function, owner = send.__func__, type(send.__self__)
        if type(function) is not FunctionType:
            return False
        place = _place(function)
        # A method of a subclass is not trusted, since the subclass may override what the method calls.
        known = owner.__module__ == place[0] or _class(owner) == _INHERITING
        return place == _OURS or (place in _SENDS and known)
    if type(send) is BuiltinMethodType:
        owner = type(send.__self__)
        return send.__name__ == "send" and _class(owner) == _GRANIAN
    return False


def _wrapped_by_starlette(send: object) -> Send | None:
    """Return the `send` that a starlette WebSocket wraps, if `send` is a method of one; else None."""
    if type(send) is not MethodType or type(send.__self__) is not WebSocket:
        return None
    function, socket = send.__func__, send.__self__
    if type(function) is not FunctionType or _place(function) != _STARLETTES:
        return None
    return socket._send  # noqa: SLF001 - there is no public attribute


def _class(owner: type) -> tuple[str, str]:
    return owner.__module__, owner.__name__


def _place(function: FunctionType) -> tuple[str, str]:
    code: CodeType = function.__code__
    return str(function.__globals__.get("__name__")), code.co_qualname


def _closed_over(function: FunctionType, name: str) -> Any:
    names, cells = function.__code__.co_freevars, function.__closure__ or ()
    return dict(zip(names, cells, strict=True))[name].cell_contents if name in names else None
