"""Trials with applications: whether faults of the runtime are found, and how other clients fare."""

import random
import tempfile
import time
from argparse import Namespace
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.continuity.applications.crowd import Applications
from tests.continuity.applications.mutants import CHANGES, Change
from tests.continuity.applications.program import SOURCES, Program
from tests.continuity.applications.table import Counts, table
from tests.continuity.reports import report
from tests.continuity.rounds import KINDS, play
from tests.continuity.world import World

CLIENTS: dict[str, dict[str, Any]] = {
    "wsgen": {"kind": "runtime"},
    "partysocket": {"kind": "partysocket"},
    "partysocket, cautious": {"kind": "partysocket", "cautious": True},
}  # Any: what each kind is opened with
"""The clients that are compared."""

_LATE = "at rest came"
"""Also a slow machine makes this, where a producer loses its lease when all is quiet."""


async def find_changes(options: Namespace) -> bool:
    """Put one fault after another into the runtime; return whether each one was found."""
    missed = []
    for change in CHANGES:
        if options.only and change.name not in options.only:
            continue
        began = time.monotonic()
        number, found = await _find(change, options)
        took = time.monotonic() - began
        if found is None:
            missed.append(change)
            report(f"{change.name}: NOT FOUND in {number} rounds, {took:.0f} s")
        else:
            report(f"{change.name}: found in round {number}, {took:.0f} s: {found[:150]}")
    return not missed


async def _find(change: Change, options: Namespace) -> tuple[int, str | None]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="continuity-")))
        sources = change.apply(folder / "sources")
        program = await stack.enter_async_context(Program(options.client, sources))
        world = World(folder, redis=change.broker == "redis")
        stack.push_async_callback(world.stop)
        await world.start()
        crowd = Applications(program)
        stack.push_async_callback(crowd.close)
        for number in range(1, options.rounds + 1):
            chance = random.Random(f"{options.seed} {number} {change.broker}")
            result = await play(world, number, chance, list(KINDS), fault=change.fault, crowd=crowd)
            for found in result.violations + await crowd.look(result):
                if _LATE not in found:
                    return number, found
    return options.rounds, None


async def compare(options: Namespace) -> bool:
    """Play the same rounds with each client in Node; print the table. Return whether all of them were played."""
    give_up = time.monotonic() + options.minutes * 60
    counts = {name: Counts() for name in CLIENTS}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="continuity-")))
        program = await stack.enter_async_context(Program("node", SOURCES))
        world = World(folder, redis=options.broker == "redis")
        stack.push_async_callback(world.stop)
        await world.start()
        crowds = {name: Applications(program, simple=True, **how) for name, how in CLIENTS.items()}
        number = options.first
        while number <= options.rounds and time.monotonic() < give_up:
            for index, (name, crowd) in enumerate(crowds.items()):
                chance = random.Random(f"{options.seed} {number} {options.broker}")
                result = await play(
                    world, number, chance, options.routes, crowd=crowd, label=f".{index}"
                )
                counts[name].add(result, await crowd.look(result))
            number += 1
        for name, crowd in crowds.items():
            counts[name].found["connections"] = crowd.connections
        for crowd in crowds.values():
            await crowd.close()
    report(f"rounds {options.first} to {number - 1}, seed {options.seed}, {options.broker}")
    report(table(counts))
    return bool(number > options.rounds)
