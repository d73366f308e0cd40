"""How a run is to go."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """How to run: `write` commits, `quality` runs the steps, `force` overrides edits by hand.

    With `trust`, a package that is what its manifest says needs no proof that it passed on this machine.
    `jobs` bounds how many tools run at once.
    """

    write: bool = True
    quality: bool = True
    force: bool = False
    jobs: int = 2
    trust: bool = False
