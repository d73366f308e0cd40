"""The applications of each round. Half of them live through all rounds, like a page that is open all day."""

import asyncio
import contextlib
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable

from tests.continuity.applications.application import Application
from tests.continuity.applications.memory import grown
from tests.continuity.applications.program import Program
from tests.continuity.orders import TOPIC, judge
from tests.continuity.players import Action, Player
from tests.continuity.rounds import KINDS, PLAYERS, Round
from tests.continuity.world import World

_VANISHES = 0.2
_ANSWERED = 30.0  # seconds in which orders must have an outcome: longer than applications wait
_numbers = itertools.count(1)


class Applications:
    """Gives each round its applications; those of the last one that do not stay are closed then."""

    def __init__(
        self, program: Program, kind: str = "runtime", *, simple: bool = False, **how: object
    ) -> None:
        self._program = program
        self._kind = kind
        self._how = how
        self.heaps: list[int] = []
        """How many bytes were in use after each round."""
        self._simple = simple
        self._staying: list[Application] = []
        self._leaving: list[Application] = []
        self._present: list[Application] = []
        self._closed = 0
        self._world: World | None = None
        self._orders = False
        self._judged: set[str] = set()
        self.orders: Counter[str] = Counter()
        """How many orders had which outcome."""

    async def players(
        self, world: World, chance: random.Random, routes: list[str], name: str
    ) -> list[Player]:
        """Return the applications of a round."""
        self._world = world
        # Without Redis, a process that is killed forgets its keys. Only the runtime gives orders.
        self._orders = world.redis is not None and self._kind == "runtime"
        for application in self._leaving:
            await application.close()
            self._closed += application.connections
        self._leaving.clear()
        while len(self._staying) < PLAYERS // 2:
            self._staying.append(await self._open(world, chance))
        self._leaving += [await self._open(world, chance) for _ in range(PLAYERS // 2)]
        self._present = [*self._staying, *self._leaving]
        for application in self._present:
            application.follow(routes, name)
        return list(self._present)

    async def close(self) -> None:
        """Close all applications."""
        for application in (*self._staying, *self._leaving):
            await application.close()
        self._staying.clear()
        self._leaving.clear()

    @property
    def connections(self) -> int:
        """How many connections the applications have made."""
        there = sum(application.connections for application in (*self._staying, *self._leaving))
        return self._closed + there

    def actions(self, chance: random.Random, seconds: float) -> list[Action]:
        """Let networks vanish: nothing tells the applications, until the pages are online again."""
        actions: list[Action] = []
        for number, application in enumerate(self._present):
            if self._orders:
                place = _doing(application.place_order)
                times = [chance.uniform(0, seconds) for _ in range(chance.randint(0, 4))]
                actions += [(when, f"client {number} orders", place) for when in times]
            if chance.random() < _VANISHES:
                when = chance.uniform(0.1, seconds)
                actions += [
                    (when, f"the network of client {number} vanishes", _doing(application.vanish)),
                    (when + chance.uniform(0.1, 0.5), "pages are online again", self._online),
                ]
        return actions

    async def look(self, result: Round) -> list[str]:
        """Return what else is wrong after a round: orders, errors that nobody caught, memory that grows."""
        said = await self._judge_orders(result) if self._orders else []
        self.heaps.append(await self._program.heap())
        wrong = said + [f"the program has failed: {said}" for said in self._program.failures]
        self._program.failures.clear()
        return wrong + [said for said in [grown(self.heaps)] if said]

    async def _judge_orders(self, result: Round) -> list[str]:
        assert self._world is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ANSWERED):
                while any(None in each.outcomes.values() for each in self._present):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        outcomes = {
            order: outcome
            for application in self._present
            for order, outcome in application.outcomes.items()
            if order not in self._judged
        }
        self._judged.update(outcomes)
        self.orders.update(str(outcome) for outcome in outcomes.values())
        forgetful = any("redis none" in told or "redis older" in told for told in result.told)
        return judge(outcomes, self._world.truth.counts(TOPIC), forgetful=forgetful)

    async def _online(self) -> None:
        self._program.order("online")

    async def _open(self, world: World, chance: random.Random) -> Application:
        def locate() -> tuple[int, str]:
            server = chance.choice(world.servers)
            return server.port, server.name

        application = Application(
            self._program, next(_numbers), locate, chance, KINDS, simple=self._simple
        )
        await application.open(self._kind, seed=chance.randrange(2**32), **self._how)
        return application


def _doing(do: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    async def done() -> None:
        do()

    return done
