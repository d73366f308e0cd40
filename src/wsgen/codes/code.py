"""What is known about one diagnostic code."""

from dataclasses import dataclass
from textwrap import dedent


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of diagnostic: a short title, what it means, why it matters and what to do about it.

    Where an example is possible, `wrong` is a text that gives the diagnostic and `right` is the same text without
    the mistake. `file` says what they are: the name of a file, or "console" for commands.
    """

    title: str
    what: str
    why: str
    fix: str
    file: str = ""
    wrong: str = ""
    right: str = ""

    def __post_init__(self) -> None:
        """Remove the indentation that the examples have in the source."""
        object.__setattr__(self, "wrong", dedent(self.wrong).strip("\n"))
        object.__setattr__(self, "right", dedent(self.right).strip("\n"))
