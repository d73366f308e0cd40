"""One round: clients follow topics through a random script; then everything is quiet, and is compared."""

import asyncio
import itertools
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.continuity.checker import Topic
from tests.continuity.client import Client
from tests.continuity.kinds import Kind, unfinished
from tests.continuity.players import Crowd, Player, View
from tests.continuity.rules import Event
from tests.continuity.scripts import make_script
from tests.continuity.services import BURST, REPLAY
from tests.continuity.world import World

KINDS = {
    "bars": Kind(replay=REPLAY),
    "deep": Kind(),
    "book": Kind(stateful=True),
    "state": Kind(stateful=True),
    "alerts": Kind(many=True, replay=REPLAY),
    "plain": Kind(numbered=False),
}
PLAYERS = 4
# Seconds in which all clients must be at rest: longer than a client of TypeScript takes to find out that a silent
# connection is dead (30 s), where what was under way has passed for a sign of life.
_SETTLED = 45.0
_bursts = itertools.count(1)


@dataclass
class Round:
    """What came out of one round."""

    number: int
    told: list[str]
    disturbed: bool = False
    """Whether something happened to processes, and not only to clients."""
    violations: list[str] = field(default_factory=list)
    transcripts: dict[str, dict[str, list[Event]]] = field(default_factory=dict)
    """By topic and client."""

    def count(self, kind: str, *, recovered: bool | None = None) -> int:
        """Return how many events of a kind were seen."""
        events = itertools.chain.from_iterable(
            events for topic in self.transcripts.values() for events in topic.values()
        )
        return sum(
            event.kind == kind and (recovered is None or _resumed(event, recovered))
            for event in events
        )

    @property
    def needless(self) -> int:
        """How many losses were signalled although no process failed and the history is long enough."""
        long = [
            topic
            for name, topic in self.transcripts.items()
            if name.startswith(("bars:", "alerts:"))
        ]
        events = [event for topic in long for events in topic.values() for event in events]
        return 0 if self.disturbed else sum(e.kind == "gap" and e.count is None for e in events)

    def write(self, folder: Path) -> Path:
        """Write everything to a file, and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"round-{self.number}.json"
        path.write_text(json.dumps(asdict(self), default=str, indent=1))
        return path


def _resumed(event: Event, recovered: bool) -> bool:
    return event.since is not None and event.recovered == recovered


async def play(
    world: World,
    number: int,
    chance: random.Random,
    routes: list[str],
    *,
    fault: str | None = None,
    crowd: Crowd | None = None,
    label: str = "",
) -> Round:
    """Play one round and judge it; its faults of processes are drawn unless there is a `fault`.

    The players are reference clients, or what a `crowd` gives. Rounds of one number need a `label` each.
    """
    world.truth.clear()
    name = f"round{number}{label}"
    world.truth.publish_as(name)
    world.truth.order(f"run {chance.choice((0.002, 0.005, 0.01))}")
    if crowd is None:
        clients: list[Player] = [_client(world, chance, routes, name) for _ in range(PLAYERS)]
    else:
        clients = await crowd.players(world, chance, routes, name)
    seconds = chance.uniform(1.0, 2.5)
    script = make_script(world, clients, chance, seconds, fault=fault)
    if crowd is not None:
        script.add(crowd.actions(chance, seconds))
    result = Round(number, script.told, script.disturbs)
    everybody: list[View] = []
    anew: list[Client] = []
    try:
        await script.run()
        for client in clients:
            client.settle()
        await world.mend()
        if chance.random() < 0.5:  # else all is quiet at once, and what was lost has no successor
            await asyncio.sleep(0.3)
        world.truth.order("quiet")
        # Two more ask anew, one at each process: where they are, all must be.
        for server in world.servers:
            fresh = Client(lambda server=server: (server.port, server.name), chance)  # type: ignore[misc]
            for route in routes:
                fresh.follow(route, {"name": name}, stateful=KINDS[route].stateful)
            fresh.start()
            anew.append(fresh)
        # A producer that has lost its lease has a successor after that at the latest.
        still = world.lease * 1.5 if script.disturbs else 0.3
        following = [view for client in clients for view in client.views if view.open]
        result.violations += await _compare(world, routes, name, [*following, *anew], still)
    finally:
        for client in (*clients, *anew):
            everybody += client.views
            await client.stop()
    for index, route in enumerate(routes):
        topic = f"{route}:{name}"
        found = {str(each): view.transcripts[index] for each, view in enumerate(everybody)}
        result.transcripts[topic] = found
        said = Topic(KINDS[route], found).violations(world.truth.last(topic))
        result.violations += [f"{topic}: client {each}" for each in said]
    for each, view in enumerate(everybody):
        result.violations += [f"client {each}: {said}" for said in view.wrong]
    world.truth.publish_as("none")
    return result


def _client(world: World, chance: random.Random, routes: list[str], name: str) -> Client:
    def locate() -> tuple[int, str]:
        server = chance.choice(world.servers)
        return server.port, server.name

    client = Client(locate, chance)
    for route in routes:
        client.follow(route, {"name": name}, stateful=KINDS[route].stateful)
    return client


async def _compare(
    world: World, routes: list[str], name: str, clients: Sequence[View], still: float
) -> list[str]:
    """Wait until all clients rest, and compare them with the truth; then again after a few more updates."""
    if not await _until(lambda: _at_rest(routes, clients), still):
        return [f"not at rest: {_where(routes, clients)}"]
    made = {route: world.truth.last(f"{route}:{name}") for route in routes}
    marks = [[len(transcript) for transcript in client.transcripts] for client in clients]
    world.truth.order(f"burst {next(_bursts)}")
    found: list[str] = []

    def burst_came() -> bool:
        return _at_rest(routes, clients) and all(
            len(transcript) >= mark + BURST
            for client, each in zip(clients, marks, strict=True)
            for transcript, mark in zip(client.transcripts, each, strict=True)
        )

    if not await _until(burst_came, 0.3):
        found.append(f"not at rest after a burst: {_where(routes, clients)}")
    for index, route in enumerate(routes):
        after = world.truth.last(f"{route}:{name}")
        alive = [source for source in after if after[source] > made[route].get(source, 0)]
        for each, client in enumerate(clients):
            mark, transcript = marks[each][index], client.transcripts[index]
            before, since = transcript[:mark], transcript[mark:]
            if KINDS[route].numbered:
                lacking = unfinished(KINDS[route], before, made[route], alive)
                if lacking is not None:
                    found.append(f"{route}:{name}: client {each}: event {mark}: {lacking}")
            # Without positions, the loss of the last updates shows with the next one, and not before.
            right = {"update"} if KINDS[route].numbered else {"update", "gap"}
            right |= {"snapshot"} if route in client.whole else set()
            late = [event.kind for event in since if event.kind not in right]
            if late:
                found.append(f"{route}:{name}: client {each}: event {mark}: at rest came {late}")
    world.truth.order("quiet")
    return found


def _at_rest(routes: list[str], clients: Sequence[View]) -> bool:
    for index, route in enumerate(routes):
        followings = [client.followings[index] for client in clients]
        if any(following.state != "live" for following in followings):
            return False
        places = {following.at for following in followings}
        if KINDS[route].numbered and (
            len(places) != 1 or not all(at and at.epoch for at in places)
        ):
            return False
    return True


def _where(routes: list[str], clients: Sequence[View]) -> dict[str, list[str]]:
    return {
        route: [
            f"{following.state} {tuple(following.at or ())}"
            for client in clients
            for following in client.followings
            if following.route == route
        ]
        for route in routes
    }


async def _until(condition: Callable[[], bool], still: float) -> bool:
    """Wait until a condition has held for a while; return whether it came to that."""
    loop = asyncio.get_running_loop()
    give_up, held_since = loop.time() + _SETTLED, loop.time()
    while loop.time() < give_up:
        if not condition():
            held_since = loop.time()
        elif loop.time() - held_since > still:
            return True
        await asyncio.sleep(0.05)
    return False
