"""What is known of one tool: what it was asked, what came, whether that is what it should be."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.interop.workplace import Workplace, versions


@dataclass(frozen=True)
class Row:
    """One line of the table; `bad` says what is not as it should be, and is empty otherwise."""

    tool: str
    asyncapi: str
    asked: str
    came: str
    bad: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return the cells of the table."""
        version = versions().get(self.tool, "")
        came = f"{self.came}: {self.bad}" if self.bad else self.came
        return (f"{self.tool} {version}".rstrip(), self.asyncapi, self.asked, came)


Check = Callable[[Workplace], Iterator[Row]]


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shown(names: Iterable[str], most: int = 3) -> str:
    """Return the first few names, and how many there are more."""
    listed = sorted(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def warned(warnings: Mapping[str, int]) -> str:
    """Return warnings with their number."""
    return ", ".join(f"{count} × {code}" for code, count in sorted(warnings.items()))
