"""No import of typing, and no other of the standard library."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ws_generated import BarWsRouter


def first(router: 'BarWsRouter') -> None: ...
