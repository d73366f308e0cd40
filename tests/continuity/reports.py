"""What a run prints, and keeps in a folder."""

import sys
from argparse import Namespace
from pathlib import Path

from tests.continuity.rounds import Round

FOUND = Path("build/continuity")


def report(said: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{said}\n")
    sys.stdout.flush()


def keep(log: Path) -> None:
    """Keep what the servers logged."""
    FOUND.mkdir(parents=True, exist_ok=True)
    (FOUND / "servers.log").write_bytes(log.read_bytes() if log.exists() else b"")


def tell(result: Round, options: Namespace) -> None:
    """Report the violations of one round."""
    if not result.violations:
        return
    path = result.write(FOUND)
    report(f"round {result.number}: {len(result.violations)} violations, transcripts in {path}:")
    for said in result.told:
        report(f"  script: {said}")
    for said in result.violations[:8]:
        report(f"  {said}")
    again = f"--first {result.number} --rounds {result.number} --seed {options.seed}"
    who = f"--client {options.client} --broker {options.broker}"
    report(f"  again: python -m tests.continuity {who} {again}")
