# ruff: noqa: D102 - asyncio describes the methods
"""A transport that passes all calls on to another one."""

import asyncio
from collections.abc import Iterable
from typing import Any


class ForwardingTransport(asyncio.Transport):
    """Passes all calls on to `transport`; a subclass does otherwise with some."""

    __slots__ = ("_transport",)

    def __init__(self, transport: asyncio.Transport) -> None:
        # The base class would only make a dictionary of its own, for `get_extra_info`.
        self._transport = transport

    def write(self, data: "bytes | bytearray | memoryview[Any]") -> None:
        self._transport.write(data)

    def writelines(self, list_of_data: "Iterable[bytes | bytearray | memoryview[Any]]") -> None:
        self._transport.writelines(list_of_data)

    def write_eof(self) -> None:
        self._transport.write_eof()

    def can_write_eof(self) -> bool:
        return self._transport.can_write_eof()

    def close(self) -> None:
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    def get_write_buffer_size(self) -> int:
        return self._transport.get_write_buffer_size()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._transport.get_write_buffer_limits()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._transport.set_write_buffer_limits(high, low)

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def is_reading(self) -> bool:
        return self._transport.is_reading()

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._transport.get_protocol()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._transport.set_protocol(protocol)

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # Any: as asyncio types it
        return self._transport.get_extra_info(name, default)

    def __getattr__(self, name: str) -> Any:  # Any: what one kind of transport has besides
        return getattr(self._transport, name)
