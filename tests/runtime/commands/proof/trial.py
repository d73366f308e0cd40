"""One trial: processes, a Redis, an exchange and customers, and what must hold of their answers."""

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.runtime.commands.proof.customer import Answer, Customer
from tests.runtime.commands.proof.exchange import Exchange
from tests.runtime.redis_server import RedisServer, free_port

_SOON = 15.0  # seconds within which a command is carried out that was sent to a process
_KEPT = 2.0  # seconds after an effect within which its answer is kept
_SERVER = "tests.runtime.commands.proof.server"


@dataclass(frozen=True)
class Plan:
    commands: int
    customers: int = 40
    servers: int = 3
    kills: float = 0.005
    lease: float = 5.0
    pauses: float = 15.0
    seed: int = 1


@dataclass(frozen=True)
class Result:
    violations: tuple[str, ...]
    outcomes: Counter[str]
    kills: int
    reconnects: int
    seconds: float


async def try_out(plan: Plan, folder: Path) -> Result:
    """Return what a trial has shown: each violation is a broken promise."""
    chance, began = random.Random(plan.seed), time.monotonic()
    exchange = Exchange(chance, plan.kills)
    redis = RedisServer(folder)
    redis.start()
    try:
        listening = await asyncio.start_server(exchange.serve, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        ports = [free_port() for _ in range(plan.servers)]
        each = plan.commands // plan.customers
        customers = [
            Customer(f"c{number}", ports, random.Random(f"{plan.seed}/{number}"))
            for number in range(plan.customers)
        ]
        deaths: list[tuple[int, float]] = []
        pauses: list[tuple[float, float]] = []
        async with (
            _servers(ports, redis.url, port, plan.lease, deaths),
            _pauses(redis, plan.pauses, chance, pauses),
            asyncio.TaskGroup() as tasks,
        ):
            for customer in customers:
                tasks.create_task(customer.work(each))
        listening.close()
    finally:
        redis.stop()
    asked = {key: at for customer in customers for key, at in customer.asked.items()}
    answers = {key: said for customer in customers for key, said in customer.answers.items()}
    outcomes = Counter(_outcome(said[0]) for said in answers.values())
    return Result(
        tuple(_violations(exchange, answers, asked, deaths, pauses, each * plan.customers)),
        outcomes,
        len(exchange.dead),
        sum(customer.reconnects for customer in customers),
        time.monotonic() - began,
    )


def _violations(
    exchange: Exchange,
    answers: dict[str, list[Answer]],
    asked: dict[str, list[tuple[int, float]]],
    deaths: list[tuple[int, float]],
    pauses: list[tuple[float, float]],
    expected: int,
) -> Iterator[str]:
    if len(answers) != expected:
        yield f"{expected - len(answers)} commands were not answered"
    for key, count in exchange.done.items():
        if count > 1:
            yield f"{key} was done {count} times"
    for key, said in answers.items():
        if any(one != said[0] for one in said):
            yield f"{key} has different answers: {said}"
        outcome = _outcome(said[0])
        if outcome == "outcome_unknown":
            # A process can die after it has claimed a command, and before the exchange has heard of it.
            begun = exchange.begun[key]
            died = any(_died_before_keeping(exchange, key, pid, pauses) for pid in begun) or (
                not begun and _died_soon(asked[key], deaths)
            )
            if not died:
                yield f"{key} has an unknown outcome, and nobody who carried it out was killed"
        elif outcome in ("done", "order_rejected"):
            payload = said[0][1]
            number = payload["number"] if outcome == "done" else int(payload["message"])
            if exchange.numbers.get(key) != number:
                yield f"{key} was answered with {number}, not {exchange.numbers.get(key)}"
        else:
            yield f"{key} was answered with {outcome}"


def _died_before_keeping(
    exchange: Exchange, key: str, pid: int, pauses: list[tuple[float, float]]
) -> bool:
    """Return whether the process was killed before it can have kept the answer in Redis, which may pause."""
    died, replied = exchange.dead.get(pid), exchange.replied.get((key, pid))
    if died is None or replied is None:
        return died is not None
    until = replied + _KEPT
    for began, ended in pauses:
        if began < until and ended > replied:
            until = ended + 2 * _KEPT
    return died < until


def _died_soon(asked: list[tuple[int, float]], deaths: list[tuple[int, float]]) -> bool:
    return any(
        port == died and at < when < at + _SOON for port, at in asked for died, when in deaths
    )


def _outcome(answer: Answer) -> str:
    kind, payload = answer
    return str(payload["code"]) if kind == "error" else "done"


@asynccontextmanager
async def _servers(
    ports: list[int],
    redis: str,
    exchange: int,
    lease: float,
    deaths: list[tuple[int, float]],
) -> AsyncIterator[None]:
    """Keep a server on each port, and start it again whenever it was killed."""

    async def keep(port: int) -> None:
        command = (sys.executable, "-m", _SERVER, redis, str(exchange), str(port), str(lease))
        while True:
            process = await asyncio.create_subprocess_exec(*command)
            try:
                await process.wait()
                deaths.append((port, time.monotonic()))
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    keeping = [asyncio.create_task(keep(port)) for port in ports]
    try:
        yield
    finally:
        for task in keeping:
            task.cancel()
        await asyncio.gather(*keeping, return_exceptions=True)


@asynccontextmanager
async def _pauses(
    redis: RedisServer, every: float, chance: random.Random, pauses: list[tuple[float, float]]
) -> AsyncIterator[None]:
    """Let Redis stop for up to three seconds now and then."""

    async def pause() -> None:
        while True:
            await asyncio.sleep(chance.uniform(0.5, 1.5) * every)
            began = time.monotonic()
            redis.pause()
            try:
                await asyncio.sleep(chance.uniform(0.2, 3))
            finally:
                redis.resume()
                pauses.append((began, time.monotonic()))

    pausing = asyncio.create_task(pause())
    try:
        yield
    finally:
        pausing.cancel()
        await asyncio.gather(pausing, return_exceptions=True)
