"""Long runs: clients that come and vanish, a client that stalls, malformed frames, memory under attack.

    python -m tests.runtime.soak [--seconds 120] [churn] [churn-prepared] [stalled] [malformed] ...

Prints the results, and exits with 1 if anything was leaked, harmed, delayed or not as documented.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import partial

from tests.runtime.soak.churn import churn
from tests.runtime.soak.compression import compression
from tests.runtime.soak.hostile import malformed
from tests.runtime.soak.memory import memory
from tests.runtime.soak.progress import report
from tests.runtime.soak.stalled import stalled

PREPARED = "wsgen_runtime.uvicorn:Protocol"
RUNS: dict[str, Callable[[float], Awaitable[bool]]] = {
    "churn": partial(churn, ws="auto"),
    "churn-prepared": partial(churn, ws=PREPARED),
    "stalled": partial(stalled, ws="auto"),
    "stalled-prepared": partial(stalled, ws=PREPARED),
    "malformed": malformed,
    "memory": memory,
    "compression": compression,
}


async def main() -> int:
    """Run what was asked for and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("runs", nargs="*", choices=[[], *RUNS], help="all without any")
    parser.add_argument("--seconds", type=float, default=120.0, help="length of churn and stalled")
    arguments = parser.parse_args()
    passed = True
    for name in arguments.runs or RUNS:
        ok = await RUNS[name](arguments.seconds)
        report(f"{name}: {'ok' if ok else 'FAILED'}")
        passed = passed and ok
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
