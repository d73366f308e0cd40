"""Rounds of continuity under faults: `python -m tests.continuity [--rounds 20] [--seed 1] [--minutes 5]`.

Each round draws a script from the seed and its number: clients drop and come back, processes are killed and
stopped, Redis loses data. What the clients saw is compared with what was made. Prints each violation with how to
try its round again, and exits with 1 if there was one.
"""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from tests.continuity.applications.crowd import Applications
from tests.continuity.applications.memory import told
from tests.continuity.applications.program import Program
from tests.continuity.applications.trials import compare, find_changes
from tests.continuity.mutants import MUTANTS
from tests.continuity.reports import keep, report, tell
from tests.continuity.resumes import resume_at_once
from tests.continuity.rolling import rolling
from tests.continuity.rounds import KINDS, play
from tests.continuity.world import LEASE, World


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=20, help="the number of the last round")
    parser.add_argument("--first", type=int, default=1, help="the number of the first round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=5.0, help="no round starts after them")
    parser.add_argument(
        "--client", choices=["reference", "node", "chromium"], default="reference", help="who plays"
    )
    parser.add_argument("--broker", choices=["redis", "memory"], default="redis")
    parser.add_argument(
        "--lease",
        type=float,
        default=LEASE,
        help="of producers: a busy machine loses one of a second when all is quiet",
    )
    parser.add_argument("--mutants", action="store_true", help="try whether faults are found")
    parser.add_argument("--rolling", action="store_true", help="try a rolling upgrade")
    parser.add_argument("--resumes", type=int, help="let so many clients resume at once")
    parser.add_argument(
        "--all", action="store_true", help="rounds, a rolling upgrade, 5,000 resumes"
    )
    parser.add_argument(
        "--compare", action="store_true", help="play with each client in Node, and print a table"
    )
    parser.add_argument("--only", nargs="*", help="names of mutants")
    parser.add_argument("--routes", nargs="*", choices=KINDS, default=list(KINDS))
    return parser.parse_args(arguments)


async def rounds(options: argparse.Namespace) -> bool:
    """Play the rounds and report; return whether all promises were kept."""
    give_up = time.monotonic() + options.minutes * 60
    played = violations = 0
    counts = dict.fromkeys(("update", "snapshot", "lost", "gap"), 0)
    recovered = unrecovered = needless = 0
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="continuity-"))
        world = World(Path(folder), redis=options.broker == "redis", lease=options.lease)
        crowd = None
        if options.client != "reference":
            crowd = Applications(await stack.enter_async_context(Program(options.client)))
            stack.push_async_callback(crowd.close)
        try:
            await world.start()
            number = options.first
            while number <= options.rounds and time.monotonic() < give_up:
                chance = random.Random(f"{options.seed} {number} {options.broker}")
                result = await play(world, number, chance, options.routes, crowd=crowd)
                if crowd is not None:
                    result.violations += await crowd.look(result)
                tell(result, options)
                played, violations = played + 1, violations + len(result.violations)
                for kind in counts:
                    counts[kind] += result.count(kind)
                recovered += result.count("answer", recovered=True)
                unrecovered += result.count("answer", recovered=False)
                needless += result.needless
                number += 1
        finally:
            await world.stop()
            keep(world.log)
    report(
        f"rounds {options.first} to {number - 1}, seed {options.seed}, {options.broker}: "
        f"{violations} violations; {counts['update']:,} updates, {counts['snapshot']:,} states, "
        f"{counts['lost']:,} lost connections, {recovered:,} resumes that recovered, "
        f"{unrecovered:,} that did not, {counts['gap']:,} signalled losses, "
        f"{needless:,} of them without a fault"
    )
    if crowd is not None:
        outcomes = ", ".join(f"{count:,} {name}" for name, count in crowd.orders.most_common())
        report(f"orders: {outcomes}")
        report(f"memory of the applications: {told(crowd.heaps)}")
    if number <= options.rounds:
        report(f"go on with --first {number}")
    return played > 0 and violations == 0


async def mutants(options: argparse.Namespace) -> bool:
    """Put one fault after another into the servers; return whether each one was found."""
    missed = []
    for name in options.only or MUTANTS:
        mutant, began = MUTANTS[name], time.monotonic()
        found, number = None, 0
        with tempfile.TemporaryDirectory(prefix="continuity-") as folder:
            world = World(Path(folder), redis=mutant.broker == "redis", mutant=name)
            try:
                await world.start()
                while found is None and number < options.rounds:
                    number += 1
                    chance = random.Random(f"{options.seed} {number} {mutant.broker}")
                    routes = list(mutant.routes)
                    result = await play(world, number, chance, routes, fault=mutant.fault)
                    found = next(iter(result.violations), None)
            finally:
                await world.stop()
        took = time.monotonic() - began
        if found is None:
            missed.append(name)
            report(f"{name}: NOT FOUND in {number} rounds, {took:.0f} s")
        else:
            report(f"{name}: found in round {number}, {took:.0f} s: {found[:150]}")
    return not missed


async def upgrade(options: argparse.Namespace) -> bool:
    """Try a rolling upgrade; return whether nothing was lost or came twice."""
    wrong = await rolling(options.seed)
    report(f"rolling upgrade, seed {options.seed}: {len(wrong)} violations")
    for said in wrong[:8]:
        report(f"  {said[:300]}")
    return not wrong


async def resumes(options: argparse.Namespace) -> bool:
    """Let many clients resume at once; return whether Redis had little to do, and nothing was missed."""
    wrong, told = await resume_at_once(options.resumes or 5_000)
    report(f"resumes: {told}")
    for said in wrong:
        report(f"  {said}")
    return not wrong


async def everything(options: argparse.Namespace) -> bool:
    """Run all parts but the mutants."""
    return all([await rounds(options), await upgrade(options), await resumes(options)])


async def until_told(part: Callable[[argparse.Namespace], Awaitable[bool]]) -> bool:
    """Run a part, and end it in an orderly way at SIGTERM, so that no process is left behind."""
    running = asyncio.ensure_future(part(parse()))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    try:
        return await running
    except asyncio.CancelledError:
        report("ended by a signal")
        return False


def main() -> int:
    """Run what was asked for and return the exit code."""
    options = parse()
    faults = mutants if options.client == "reference" else find_changes
    chosen = {
        faults: options.mutants,
        compare: options.compare,
        upgrade: options.rolling,
        resumes: options.resumes,
    }
    run = next((part for part, wanted in chosen.items() if wanted), rounds)
    return 0 if asyncio.run(until_told(everything if options.all else run)) else 1


if __name__ == "__main__":
    sys.exit(main())
