"""What a broker keeps of commands with keys, so that each is done at most once.

An entry is of one user and one key. It is claimed by the process that carries out the command, which then gives
signs of life, and ends with the answer. A store that loses its entries, such as a Redis that comes back without
its data, also loses what it promised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple, Protocol


class KeyState(Enum):
    """What is known of a key."""

    CLAIMED = auto()
    """Nothing was known; it belongs to the caller now, who carries out the command."""
    RUNNING = auto()
    """The command is being carried out."""
    ANSWERED = auto()
    """The command was carried out, and `answer` is what its client was told."""
    UNKNOWN = auto()
    """Whoever carried out the command vanished before answering."""
    REUSED = auto()
    """The key belongs to a command with another payload."""


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """The entry of a key; `beat` changes with each sign of life of `token`, who carries out the command."""

    state: KeyState
    token: str = ""
    beat: int = 0
    answer: str = ""


class Claimed(NamedTuple):
    """A claimed entry: its name, the digest of the payload, and the token of who carries out the command."""

    name: str
    digest: str
    token: str


class KeysAwayError(Exception):
    """The store cannot be reached now; whether it has done what was asked is unknown."""


class KeyStore(Protocol):
    """The entries of keys. All methods may be called again with the same arguments, and raise KeysAwayError."""

    @property
    def lease(self) -> float | None:
        """Return the seconds without a sign of life after which whoever carries out a command counts as dead.

        None if that is always this process.
        """
        raise NotImplementedError

    async def claim(self, asked: Claimed) -> KeyEntry:
        """Claim the entry if there is none; return what there is."""
        raise NotImplementedError

    async def beat(self, claims: Sequence[Claimed]) -> None:
        """Give a sign of life for each claim; an entry that was lost is made again."""

    async def answer(self, claimed: Claimed, answer: str) -> None:
        """Keep the answer, unless the entry belongs to another by now."""

    async def release(self, claimed: Claimed) -> None:
        """Remove the entry, since nothing was done, unless it belongs to another or has an answer."""

    async def bury(self, claimed: Claimed, beat: int | None = None) -> None:
        """Note that the outcome is unknown, unless there is an answer, or a sign of life after `beat`."""

    async def close(self) -> None:
        """Close what was opened; it is opened again when needed."""
