"""What is known about one diagnostic code."""

from typing import NamedTuple


class Code(NamedTuple):
    """One kind of diagnostic: a short title, why it matters, and what to do about it."""

    title: str
    why: str
    fix: str
