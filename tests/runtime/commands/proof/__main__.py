"""Run a trial and print what it has shown; exits with 1 if a promise was broken."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.runtime.commands.proof.trial import Plan, try_out


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.runtime.commands.proof")
    parser.add_argument("--commands", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    plan = Plan(options.commands, seed=options.seed)
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(try_out(plan, Path(folder)))
    lines = [
        f"{sum(result.outcomes.values())} commands, {result.kills} processes killed,"
        f" {result.reconnects} connections, {result.seconds:.0f} s"
    ]
    lines += [f"  {outcome}: {count}" for outcome, count in result.outcomes.most_common()]
    lines += [f"VIOLATION: {violation}" for violation in result.violations]
    lines.append(f"{len(result.violations)} violations")
    sys.stdout.write("\n".join(lines) + "\n")
    return int(bool(result.violations))


if __name__ == "__main__":
    sys.exit(main())
