from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ws_generated import BarWsRouter

print(os, zlib)


def first(router: 'BarWsRouter') -> None: ...
