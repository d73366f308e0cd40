"""The app's settings, from the environment."""

import os
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Settings:
    """What the simulated market depends on: equal seeds give equal prices; `tick` is in seconds.

    `broker` is the address of the Redis between processes, if there are several.
    """

    seed: int = 1
    tick: float = 0.5
    broker: str | None = None

    @classmethod
    def from_environment(cls) -> Self:
        """Read TRADING_API_SEED, _TICK and _BROKER. Raises ValueError for what is no number."""
        return cls(
            seed=int(os.environ.get("TRADING_API_SEED", "1")),
            tick=float(os.environ.get("TRADING_API_TICK", "0.5")),
            broker=os.environ.get("TRADING_API_BROKER") or None,
        )


def enabled_modules() -> list[str] | None:
    """Return the modules that TRADING_API_MODULES names, separated by commas; None for all."""
    names = os.environ.get("TRADING_API_MODULES", "").split(",")
    return [name.strip() for name in names if name.strip()] or None
