from typing import (  # for types
    TYPE_CHECKING, Any,
)

from app.models import (
    Quote,  # best
)

if TYPE_CHECKING:
    from .ws_generated import BarWsRouter

latest: Any = Quote


def first(router: 'BarWsRouter') -> None: ...
