from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from .ws_generated import BarWsRouter

print(uuid4())


def first(router: 'BarWsRouter') -> None: ...
