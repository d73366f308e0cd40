from typing import Generic, TypeVar

A = TypeVar("A")
B = TypeVar("B")


class WsRouter(Generic[A, B]):
    latest: dict[str, list[B]]
    asked: list[A]
