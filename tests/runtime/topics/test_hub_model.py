"""The whole hub in memory, compared with a short reference model, for any order of what clients and services do.

The app need not be idle between two rules: the model is notified of each frame when the app reads it, and of each
topic when its service returns, so that it knows the order of all events.
"""

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import Callable, MutableMapping
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from starlette.types import ASGIApp
from tests.runtime.services import Bar, BarRequest, BarRouter, turns

from wsgen_runtime import Limits, TopicUpdate, WsApp
from wsgen_runtime.testing import WsTestClient, _scope

Seen = tuple[object, ...]


class Reference:
    """The subscriptions, and what each client must see, in this order."""

    def __init__(self) -> None:
        self.asked: dict[tuple[str, int], list[int]] = {}
        """By topic and client: the requests that have no answer yet."""
        self.live: set[str] = set()
        self.held: defaultdict[str, list[float]] = defaultdict(list)
        self.ending: set[str] = set()
        self.seen: defaultdict[int, list[Seen]] = defaultdict(list)
        self.closing: set[int] = set()

    def show(self, client: int, *seen: object) -> None:
        if client not in self.closing:
            self.seen[client].append(seen)

    def clients(self, topic: str) -> list[int]:
        return [client for name, client in self.asked if name == topic]

    def leave(self, topic: str, client: int) -> list[int]:
        unanswered = self.asked.pop((topic, client))
        if not self.clients(topic):
            self.live.discard(topic)
        return unanswered

    def subscribe(self, topic: str, client: int, question: int) -> None:
        self.asked.setdefault((topic, client), []).append(question)
        if topic in self.live:
            self.answer(topic, client)

    def answer(self, topic: str, client: int) -> None:
        for question in self.asked[topic, client]:
            self.show(client, "bars.subscribe.response", question)
        self.asked[topic, client].clear()

    def unsubscribe(self, topic: str, client: int, question: int) -> None:
        if (topic, client) not in self.asked:
            self.show(client, "not_subscribed", question)
            return
        self.answer(topic, client)
        self.leave(topic, client)
        self.show(client, "bars.unsubscribe.response", question)

    def drop(self, client: int) -> None:
        for topic, other in tuple(self.asked):
            if other == client:
                self.leave(topic, client)

    def begin(self, topic: str) -> None:
        for client in self.clients(topic):
            self.live.add(topic)
            self.answer(topic, client)
        for value in self.held.pop(topic, ()):
            self.publish(topic, value)
        if topic in self.ending:
            self.producer_ends(topic, begins=False)

    def producer_ends(self, topic: str, *, begins: bool) -> None:
        """End the present subscriptions, or those that wait while the topic starts."""
        if begins:
            self.ending.add(topic)
            return
        self.ending.discard(topic)
        for client in self.clients(topic):
            if not self.asked[topic, client]:
                self.leave(topic, client)
                self.show(client, "bars.unsubscribed", topic)
        self.live.discard(topic)

    def end(self, topic: str) -> None:
        for client in self.clients(topic):
            unanswered = self.leave(topic, client)
            for question in unanswered:
                self.show(client, "internal", question)
            if not unanswered:
                self.show(client, "bars.unsubscribed", topic)

    def publish(self, topic: str, value: float) -> None:
        for client in self.clients(topic) if topic in self.live else ():
            self.show(client, "bars.update", topic, value)
        if topic not in self.live and self.clients(topic):
            self.held[topic].append(value)


class Steered:
    """A service that continues when the test says so, and checks that calls do not overlap."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.feeds: dict[str, TopicUpdate] = {}
        self.old: list[TopicUpdate] = []
        self.gates: dict[str, asyncio.Future[bool]] = {}
        self.spent: set[str] = set()

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        self.spent.discard(topic)
        assert topic not in self.feeds, "a topic is created once"
        self.feeds[topic] = topic_update
        if await self.told_to_fail(topic):
            self.old.append(self.feeds.pop(topic))
            self.reference.held.pop(topic, None)
            self.reference.ending.discard(topic)
            self.reference.end(topic)
            raise RuntimeError("cannot start")
        self.reference.begin(topic)

    async def remove_topic(self, topic: str) -> None:
        self.old.append(self.feeds.pop(topic))
        failed = await self.told_to_fail(topic)
        if not self.reference.clients(topic):
            self.reference.held.pop(topic, None)
        if failed:
            raise RuntimeError("cannot stop")

    async def told_to_fail(self, topic: str) -> bool:
        assert topic not in self.gates, "one step at a time"
        self.gates[topic] = asyncio.get_running_loop().create_future()
        try:
            return await self.gates[topic]
        finally:
            del self.gates[topic]


class Player(WsTestClient):
    """A client that notifies the model of each frame that the app reads."""

    def __init__(self, number: int, reference: Reference) -> None:
        super().__init__()
        self.number = number
        self.reference = reference
        self.seen: list[Seen] = []
        self.seqs: dict[str, int] = {}
        self.gone = False

    async def _run(self, app: ASGIApp, scope: MutableMapping[str, Any]) -> None:
        async def receive() -> MutableMapping[str, Any]:  # as ASGI types it
            message = await self._to_app.get()
            self.taken(message)
            return message

        self._to_app.put_nowait({"type": "websocket.connect"})
        await app(scope, receive, self._send_from_app)

    def taken(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "websocket.disconnect":
            self.gone = True
            self.reference.drop(self.number)
        elif message["type"] == "websocket.receive" and self.number not in self.reference.closing:
            frame = json.loads(message["text"])
            change = getattr(self.reference, frame["type"].removeprefix("bars."))
            change(topic_of(frame["payload"]["symbol"]), self.number, frame["id"])

    def look(self) -> None:
        """Read what has arrived; within a subscription `seq` increases by one, since no client is slow."""
        while not self._from_app.empty():
            message = self._from_app.get_nowait()
            if message["type"] == "websocket.close":
                self.seen.append(("closed", message["code"]))
                continue
            frame = json.loads(message["text"])
            payload = frame["payload"]
            match frame["type"]:
                case "error":
                    self.seen.append((payload["code"], frame["id"]))
                case "bars.update":
                    topic, seq = payload["topic"], frame["seq"]
                    self.seen.append((frame["type"], topic, payload["payload"]["close"]))
                    assert seq == self.seqs.get(topic, int(seq) - 1) + 1
                    self.seqs[topic] = seq
                case "bars.unsubscribed" | "bars.unsubscribe.response" as kind:
                    self.seqs.pop(payload["topic"], None)
                    self.seen.append((kind, frame.get("id", payload["topic"])))
                case kind:
                    self.seen.append((kind, frame["id"]))


def topic_of(symbol: str) -> str:
    return f'bars:{{"resolution":"","symbol":"{symbol}"}}'


PLACES = st.integers(0, 1)
SYMBOLS = st.sampled_from("AAAB")
FRAMES = st.lists(st.tuples(st.sampled_from([True, True, False]), SYMBOLS), min_size=1, max_size=3)
TURNS = st.integers(0, 3)


class HubModel(RuleBasedStateMachine):
    """Two clients at a time and two topics."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.reference = Reference()
        self.service = Steered(self.reference)
        self.router = BarRouter(service=self.service)
        limits = Limits(bad_frames=None, frames_per_second=None)
        self.app = WsApp(routers=[self.router], limits=limits)
        self.app._sockets._ids = itertools.count(1)  # as the reference numbers clients
        self.players: dict[int, Player] = {}
        self.running: list[asyncio.Task[None]] = []
        self.number = 0

    def next_number(self) -> int:
        self.number += 1
        return self.number

    def run(self, count: int, action: Callable[[], object] = lambda: None) -> None:
        """Do `action` on the event loop, and let that turn `count` times."""

        async def act() -> None:
            action()
            await turns(count)

        self.loop.run_until_complete(act())

    def player(self, place: int) -> Player:
        """Return the client at `place`, or a new one if it has left."""
        if place not in self.players or self.players[place].gone:
            player = self.players[place] = Player(len(self.running) + 1, self.reference)
            scope = _scope("/", {}, {}, {}, ())
            self.running.append(self.loop.create_task(player._run(self.app, scope)))
            self.loop.run_until_complete(player._accepted())
        return self.players[place]

    @initialize(both=st.booleans())
    def begin(self, both: bool) -> None:
        """Most of what can happen needs a topic and its subscribers."""
        for place in (0, 1) if both else (0,):
            self.ask(place, [(True, "A")], 3)
        self.let_through("A", False, 3)

    @rule(place=PLACES, frames=FRAMES, count=TURNS)
    def ask(self, place: int, frames: list[tuple[bool, str]], count: int) -> None:
        player = self.player(place)
        for subscribes, symbol in frames:
            kind = "bars.subscribe" if subscribes else "bars.unsubscribe"
            frame = {"type": kind, "payload": {"symbol": symbol}, "id": self.next_number()}
            self.loop.run_until_complete(player.send(frame))
        self.run(count)

    @rule(place=PLACES, politely=st.booleans(), count=TURNS)
    def part(self, place: int, politely: bool, count: int) -> None:
        """Let the client vanish, or close it."""
        player = self.player(place)

        def disconnect() -> None:
            if self.app.disconnect(player.number, code=4000, reason="bye"):
                self.reference.show(player.number, "closed", 4000)
                self.reference.closing.add(player.number)
            else:
                assert player.gone

        self.run(count, disconnect if politely else player.vanish)

    @rule(place=PLACES, reads=st.booleans(), count=TURNS)
    def stall_or_resume(self, place: int, reads: bool, count: int) -> None:
        player = self.player(place)
        self.run(count, player.resume if reads else player.stall)

    @rule(symbol=SYMBOLS, count=TURNS)
    def cancel(self, symbol: str, count: int) -> None:
        topic = topic_of(symbol)

        def cancel() -> None:
            assert self.app.cancel(topic, "enough") == len(self.reference.clients(topic))
            self.reference.end(topic)

        self.run(count, cancel)

    @rule(symbol=SYMBOLS, failed=st.sampled_from([False, False, True]), count=TURNS)
    def let_through(self, symbol: str, failed: bool, count: int) -> None:
        """Let create_topic or remove_topic return, or raise; before that task runs, anything may happen."""
        gate = self.service.gates.get(topic_of(symbol))
        if gate is not None and not gate.done():
            gate.set_result(failed)
        self.run(count)

    @rule(symbol=SYMBOLS, produced=st.booleans(), count=TURNS)
    def publish(self, symbol: str, produced: bool, count: int) -> None:
        topic, value = topic_of(symbol), self.next_number()

        def publish() -> None:
            for feed in self.service.old:
                feed(Bar(close=-1))  # nobody must see it
            if topic not in self.service.feeds or (produced and topic in self.service.spent):
                return
            self.reference.publish(topic, value)
            if produced:
                self.service.feeds[topic](Bar(close=value))
            else:
                self.router.publish(BarRequest(symbol=symbol), Bar(close=value))

        self.run(count, publish)

    @rule(symbol=SYMBOLS, count=TURNS)
    def producer_ends(self, symbol: str, count: int) -> None:
        topic = topic_of(symbol)

        def end() -> None:
            feed = self.service.feeds.get(topic)
            if feed is not None and topic not in self.service.spent:
                self.service.spent.add(topic)
                self.reference.producer_ends(topic, begins=topic in self.service.gates)
                feed.end("enough")
                feed(Bar(close=-1))  # nobody must see it

        self.run(count, end)

    @rule()
    def settle(self) -> None:
        """Run everything that is ready, after which each client that reads has seen everything."""
        self.run(12)
        for player in self.players.values():
            player.look()
            if player._readable.is_set() and not player.gone:
                assert player.seen == self.reference.seen[player.number]

    @invariant()
    def clients_see_what_they_are_to_see_and_nothing_else(self) -> None:
        for player in self.players.values():
            player.look()
            assert player.seen == self.reference.seen[player.number][: len(player.seen)]

    @invariant()
    def subscriptions_are_those_of_the_reference(self) -> None:
        for number, client in self.app.clients.items():
            topics = {topic for topic, other in self.reference.asked if other == number}
            assert self.app._hub.topics.held_by(client).names == topics

    def teardown(self) -> None:
        try:
            self.all_go()
        finally:
            self.loop.close()

    def all_go(self) -> None:
        """After all clients have left and all steps are done, nothing is left."""
        for player in self.players.values():
            player.resume()
        self.settle()
        for player in self.players.values():
            player.vanish()
        for _ in range(3):  # a topic that is being created is removed afterwards
            self.run(6)
            for gate in self.service.gates.values():
                gate.set_result(False)
        app = self.app
        assert all(task.done() and task.exception() is None for task in self.running)
        assert not asyncio.all_tasks(self.loop)
        assert (app.stats.clients, app.stats.queued, app.topics) == (0, 0, ())
        assert not app._hub._channels
        assert not self.service.feeds
        assert not self.reference.asked


TestHubModel = HubModel.TestCase
TestHubModel.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
