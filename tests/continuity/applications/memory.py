"""Whether memory stays flat over rounds: what is in use after a collection, after each round."""

from statistics import median

_FEWEST = 24
_GROWTH = 1.1
_SPARE = 256 * 1024  # of what the engine itself keeps for longer


def grown(heaps: list[int]) -> str | None:
    """Return what is wrong if the last quarter needs more than the second; nothing is said of a few rounds."""
    if len(heaps) < _FEWEST:
        return None
    quarter = len(heaps) // 4
    before, after = median(heaps[quarter : 2 * quarter]), median(heaps[-quarter:])
    if after <= before * _GROWTH + _SPARE:
        return None
    return f"memory grew from {before / 1e6:.2f} to {after / 1e6:.2f} MB"


def told(heaps: list[int]) -> str:
    """Return the course of it for a report."""
    marks = [heaps[len(heaps) * part // 4] for part in range(4)] + heaps[-1:]
    return ", ".join(f"{mark / 1e6:.2f}" for mark in marks) + " MB"
