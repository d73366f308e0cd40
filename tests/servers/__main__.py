"""Run every check on every server: `python -m tests.servers [SERVER...]`; exits with 1 if one fails."""
# ruff: noqa: T201 - a program prints

import argparse
import asyncio
import sys

from tests.servers.checks import LAST, QUICK, SLOW, Check
from tests.servers.processes import SERVERS, Running, running


async def main(names: list[str]) -> bool:
    print("| server | check | |\n|---|---|---|")
    good = True
    for name in names:
        async with running(name) as server:
            for check in (*QUICK, *SLOW):
                good &= await _passes(name, server, check)
        async with running(name) as server:
            good &= await _passes(name, server, LAST)
    return good


async def _passes(name: str, server: Running, check: Check) -> bool:
    problem: BaseException | None = None
    try:
        async with asyncio.timeout(120):
            await check(server)
    except (Exception, asyncio.CancelledError) as error:
        problem = error
    told = "" if problem is None else f"FAILED: {type(problem).__name__} {problem}".splitlines()[0]
    print(f"| {name} | {check.__name__.replace('_', ' ')} | {told or 'passes'} |", flush=True)
    if problem is not None:
        print(server.log.read_text()[-3_000:], file=sys.stderr)
    return problem is None


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("servers", nargs="*", help=", ".join(SERVERS))
    asked = parser.parse_args().servers
    chosen = [name for name in SERVERS if not asked or any(word in name for word in asked)]
    sys.exit(not asyncio.run(main(chosen)))
