"""What was tried, what survived and what was lost: counted by kind of fault, printed as a table."""

import sys


class Table:
    """Counts trials; what was lost is printed at once, with how to try it again."""

    def __init__(self) -> None:
        self._tried: dict[str, int] = {}
        self._lost: dict[str, int] = {}
        self.left_out: dict[str, str] = {}

    def add(self, fault: str, lost: str | None, trial: str) -> None:
        """Count one trial of `fault`; `lost` says what went wrong, if anything did."""
        self._tried[fault] = self._tried.get(fault, 0) + 1
        self._lost[fault] = self._lost.get(fault, 0) + (lost is not None)
        if lost is not None:
            sys.stderr.write(f"LOST: {fault}: {trial}: {lost}\n")
            sys.stderr.flush()

    @property
    def tried(self) -> int:
        """How many trials there were."""
        return sum(self._tried.values())

    @property
    def lost(self) -> int:
        """How many trials went wrong."""
        return sum(self._lost.values())

    def __str__(self) -> str:
        lines = ["| fault | tried | survived | lost |", "|---|---|---|---|"]
        for fault, tried in self._tried.items():
            lost = self._lost[fault]
            lines.append(f"| {fault} | {tried:,} | {tried - lost:,} | {lost:,} |")
        lines += [f"| {fault} | left out: {why} | | |" for fault, why in self.left_out.items()]
        return "\n".join(lines) + "\n"
