"""Random scripts: what happens to clients and processes in a round, and when."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from tests.continuity.players import Action, Player
from tests.continuity.world import World


@dataclass
class Script:
    """The actions of one round in the order of time."""

    actions: list[Action] = field(default_factory=list)
    disturbs: bool = False
    """Whether something happens to processes, and not only to clients."""

    @property
    def told(self) -> list[str]:
        """What happens when, for a report."""
        return [f"{when:.2f} {what}" for when, what, _ in self.actions]

    def add(self, actions: Sequence[Action]) -> None:
        """Add actions."""
        self.actions = sorted([*self.actions, *actions], key=lambda action: action[0])

    async def run(self) -> None:
        """Do everything in time; slow actions overlap with what follows."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as tasks:
            for when, _, action in self.actions:
                await asyncio.sleep(began + when - loop.time())
                tasks.create_task(_run(action))


async def _run(action: Callable[[], Awaitable[None]]) -> None:
    await action()


FAULTS = {
    "kill": 3,
    "stop": 2,
    "redis same": 2,
    "redis none": 2,
    "redis older": 2,
    "redis stop": 2,
    "redis cut": 2,
    "none": 3,
}
"""The faults of processes by their weight."""


def make_script(
    world: World,
    clients: Sequence[Player],
    chance: random.Random,
    seconds: float,
    *,
    fault: str | None = None,
) -> Script:
    """Draw what happens in `seconds`: `fault` or up to two faults of processes, and a few of each client."""
    actions: list[Action] = []
    for number, client in enumerate(clients):
        when = 0.0 if number < 2 else chance.uniform(0, seconds)
        actions.append((when, f"client {number} connects", _starting(client)))
        for _ in range(chance.randint(1, 3)):
            actions += _of_client(number, client, chance, seconds)
    faults = [name for name in FAULTS if world.redis is not None or "redis" not in name]
    weights = [FAULTS[name] for name in faults]
    drawn = chance.choices(faults, weights, k=chance.choice((1, 1, 2)))
    if fault is not None:
        drawn = [fault, fault]
    for name in drawn:
        actions += _of_world(name, world, chance, seconds)
    disturbs = any(name != "none" for name in drawn)
    return Script(sorted(actions, key=lambda action: action[0]), disturbs)


def _starting(client: Player) -> Callable[[], Awaitable[None]]:
    async def start() -> None:
        client.start()

    return start


def _of_client(number: int, client: Player, chance: random.Random, seconds: float) -> list[Action]:
    when = chance.uniform(0.1, seconds)
    kind = chance.choice(("drop", "drop", "drop at", "slow", "again"))
    if kind == "again":
        return [(when, f"client {number} asks again", client.ask_again)]
    if kind == "slow":
        until = when + chance.uniform(0.2, seconds)

        async def slow() -> None:
            client.read(False)
            await asyncio.sleep(until - when)
            client.read(True)

        return [(when, f"client {number} reads nothing until {until:.2f}", slow)]
    at = None if kind == "drop" else chance.choice(("response", "snapshot", "update", "reset"))

    async def drop() -> None:
        client.drop(at)

    actions: list[Action] = [(when, f"client {number} drops at {at or 'once'}", drop)]
    if at is not None:  # soon after it has come back

        async def drop_first() -> None:
            client.drop()

        actions.insert(0, (when, f"client {number} drops", drop_first))
    return actions


def _of_world(name: str, world: World, chance: random.Random, seconds: float) -> list[Action]:
    when = chance.uniform(0.2, seconds * 0.7)
    lasting = chance.choice((0.1, 0.5, 1.5))
    index = chance.randrange(len(world.servers))
    server = world.servers[index]

    async def kill() -> None:
        await server.restart(world.log, lasting / 3)

    async def stop() -> None:
        server.signal(signal.SIGSTOP)
        await asyncio.sleep(lasting)
        server.signal(signal.SIGCONT)

    async def stop_redis() -> None:
        await world.stop_redis(lasting)

    async def cut() -> None:
        await world.cut_redis(lasting / 5)

    async def copy() -> None:
        world.copy_data()

    async def restart() -> None:
        await world.restart_redis(name.partition(" ")[2])

    if name == "none":
        return []
    if name == "kill":
        return [(when, f"server {index} is killed", kill)]
    if name == "stop":
        return [(when, f"server {index} stops for {lasting}", stop)]
    if name == "redis stop":
        return [(when, f"redis stops for {lasting}", stop_redis)]
    if name == "redis cut":
        return [(when, f"redis stops for {lasting / 5}, works, and cuts all connections", cut)]
    copied = chance.uniform(0, when)
    actions: list[Action] = [(when, f"{name} data after SIGKILL", restart)]
    if name == "redis older":
        actions.insert(0, (copied, "the data of redis are copied", copy))
    return actions
