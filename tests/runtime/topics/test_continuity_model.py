"""Positions, histories, replays, resumes and topics that live on, compared with a short reference model.

Between two rules, everything that is ready runs. Time passes only in a rule of its own.
"""

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from functools import partial
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.runtime.greeting import HELLO
from tests.runtime.services import Bar, BarRequest, BarRouter, Recorder, publish_all, turns
from tests.runtime.topics.continuity_reference import Reference, Route, Seen

from wsgen_runtime import Broker, History, Limits, TopicUpdate, WsApp
from wsgen_runtime.testing import WsTestClient, _scope
from wsgen_runtime.topics import slices

MANY = 10_000
ROUTES = {
    "bars": Route("bars", History(updates=4, seconds=100, bytes=MANY), replay=2),
    "ticks": Route("ticks"),
    # The data of an update has about 15 bytes.
    "alerts": Route("alerts", History(MANY, 100, bytes=50), replay=1, published=True),
    "news": Route("news", published=True),
}
NAMES = st.runner().flatmap(lambda model: st.sampled_from(model.names))
FOUNDING = 2
"""The place of a client that does not say hello."""
PENDING = 3


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time can be moved on."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead


class Player(WsTestClient):
    """A client, and what it has seen."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Seen] = []
        self.task: asyncio.Task[None] | None = None


class ContinuityModel(RuleBasedStateMachine):
    """Three clients at a time, one of them a founding one, and one topic of each of some routes.

    With several `processes`, each has an app of its own, and the clients are spread over them.
    """

    routes: Mapping[str, Route] = ROUTES
    names: tuple[str, ...] = ("bars", "bars", "bars", "alerts", "ticks", "news")
    """The routes, some of them more often than others."""
    processes = 1

    def make_broker(self) -> Broker | str | None:
        """Return the broker of an app; None is the one in memory."""
        return None

    def settle(self) -> None:
        """Run everything that follows from a rule."""
        self.loop.run_until_complete(turns(12))

    def __init__(self) -> None:
        super().__init__()
        self.loop = JumpingLoop()
        self.clock = patch("wsgen_runtime.topics.history.monotonic", lambda: self.loop.ahead)
        self.clock.start()
        self.reference = Reference()
        self.reference.founding.add(FOUNDING)
        self.services = [Recorder() for _ in range(self.processes)]
        self.apps = [self.make_app(service) for service in self.services]
        for app in self.apps:
            self.loop.run_until_complete(app.startup())
        self.players: dict[int, Player] = {}
        self.epochs: dict[str, int] = {}
        """The number of each epoch, in the order in which clients have seen them first."""
        self.at: dict[tuple[int, str], tuple[str, int]] = {}
        """By place and topic, the position of the client, also while it is away."""
        self.answers: dict[tuple[int, str], int] = {}
        """By place and topic, where the client has seen the last answer."""
        self.count = 10

    def make_app(self, service: Recorder) -> WsApp:
        routers = [
            BarRouter(
                service=None if route.published else service,
                route=route.name,
                history=route.history,
                replay=route.replay,
            )
            for route in self.routes.values()
        ]
        limits = Limits(bad_frames=None, frames_per_second=None, pending_updates=PENDING)
        return WsApp(routers=routers, broker=self.make_broker(), limits=limits)

    def app(self, place: int) -> WsApp:
        """Return the app that the client at `place` connects to."""
        return self.apps[place % len(self.apps)]

    def router(self, name: str, place: int = 0) -> BarRouter:
        router = self.app(place).routers[name]
        assert isinstance(router, BarRouter)
        return router

    def feed(self, name: str) -> TopicUpdate | None:
        """Return what the producer of the topic publishes with, if there is one."""
        feeds = [service.feeds.get(self.topic(name)) for service in self.services]
        return next((feed for feed in feeds if feed is not None), None)

    def topic(self, name: str) -> str:
        return self.router(name).topic(BarRequest(symbol="A"))

    def number(self) -> int:
        self.count += 1
        return self.count

    def player(self, place: int) -> Player:
        """Return the client at `place`, which connects if it is away."""
        if place not in self.players:
            player = self.players[place] = Player()
            player.task = self.loop.create_task(
                player._run(self.app(place), _scope("/", {}, {}, {}, ()))
            )
            self.loop.run_until_complete(player._accepted())
            if place != FOUNDING:
                self.loop.run_until_complete(player.send(HELLO))
                assert self.loop.run_until_complete(player.receive())["type"] == "hello"
        return self.players[place]

    # -- rules

    @rule(
        place=st.integers(0, 2),
        name=NAMES,
        since=st.sampled_from(["own", "own", "own", "none", "older", "later", "other"]),
    )
    def subscribe(self, place: int, name: str, since: str) -> None:
        player, topic, question = self.player(place), self.topic(name), self.number()
        frame = {"type": f"{name}.subscribe", "payload": {"symbol": "A"}, "id": question}
        own, known = self.at.get((place, topic)), None
        if own is not None and since != "none" and place != FOUNDING:
            epoch, seq = own
            seq = max(0, seq + {"older": -1, "later": 1}.get(since, 0))
            epoch = "other" if since == "other" else epoch
            frame["since"] = {"epoch": epoch, "seq": seq}
            known = self.epochs.get(epoch, 0), seq
        self.reference.subscribe(place, self.routes[name], topic, question, known)
        self.loop.run_until_complete(player.send(frame))

    @rule(place=st.integers(0, 2), name=NAMES)
    def unsubscribe(self, place: int, name: str) -> None:
        player, topic, question = self.player(place), self.topic(name), self.number()
        frame = {"type": f"{name}.unsubscribe", "payload": {"symbol": "A"}, "id": question}
        left = self.reference.leave(place, topic)
        self.reference.show(place, "left" if left else "not_subscribed", question)
        self.loop.run_until_complete(player.send(frame))

    @rule(place=st.integers(0, 2))
    def drop(self, place: int) -> None:
        """Let the client vanish; what it has seen counts for the next one at its place."""
        player = self.players.pop(place, None)
        if player is not None and player.task is not None:
            self.reference.drop(place)
            self.reference.seen.pop(place, None)
            player.vanish()
            self.loop.run_until_complete(player.task)

    @rule(name=NAMES, count=st.integers(1, 3), pushed=st.booleans())
    def publish(self, name: str, count: int, pushed: bool) -> None:
        topic, route = self.topic(name), self.routes[name]
        router = self.router(name, self.number())
        for _ in range(count):
            bar = Bar(close=self.number())
            feed = None if pushed else self.feed(name)
            if feed is None and not route.published and not pushed:
                return
            self.reference.publish(route, topic, int(bar.close), len(router.encode(bar)))
            if feed is not None:
                self.act(partial(feed, bar))
            else:
                self.act(partial(router.publish, BarRequest(symbol="A"), bar))

    def act(self, action: Callable[[], object]) -> None:
        """Do `action` on the event loop."""

        async def do() -> None:
            action()

        self.loop.run_until_complete(do())

    @rule(name=NAMES, count=st.integers(1, 5))
    def publish_too_fast(self, name: str, count: int) -> None:
        """Let a thread publish more than may wait for the event loop."""
        topic, route = self.topic(name), self.routes[name]
        feed = self.feed(name)
        if feed is None:
            return
        bars = [Bar(close=self.number()) for _ in range(count)]
        thread = threading.Thread(target=publish_all, args=(feed, bars))
        thread.start()
        thread.join()
        if count > PENDING:
            self.reference.lose(topic, count - PENDING)
        for bar in bars[-PENDING:]:
            size = len(self.router(name).encode(bar))
            self.reference.publish(route, topic, int(bar.close), size)

    @rule(name=NAMES)
    def producer_ends(self, name: str) -> None:
        feed = self.feed(name)
        if feed is not None:
            self.reference.end(self.topic(name), "over", producer=True)
            self.act(partial(feed.end, "over"))

    @rule(name=NAMES)
    def cancel(self, name: str) -> None:
        topic = self.topic(name)
        known = self.reference.topics.get(topic)
        places = set() if known is None else {place % self.processes for place in known.members}
        if self.processes > 1 and len(places) < self.processes:
            return  # where nobody sees it, nothing says when it has come
        self.reference.end(topic, "enough", producer=False)
        self.act(partial(self.apps[0].cancel, topic, "enough"))

    @rule(seconds=st.sampled_from([7.0, 41.0, 71.0]))
    def pass_time(self, seconds: float) -> None:
        self.loop.ahead += seconds
        self.reference.pass_time(seconds)

    # -- what has to hold

    def look(self, place: int) -> None:
        """Read what has arrived at the client at `place`, and note its positions."""
        player = self.players[place]
        while not player._from_app.empty():
            frame = json.loads(player._from_app.get_nowait()["text"])
            payload = frame["payload"]
            topic = payload.get("topic")
            match frame["type"].partition(".")[2]:
                case "subscribe.response":
                    at = None
                    if "epoch" in payload:
                        epoch = payload["epoch"]
                        self.epochs.setdefault(epoch, self.reference.topics[topic].epoch)
                        self.at[place, topic] = epoch, payload["seq"]
                        at = self.epochs[epoch], payload["seq"]
                    recovered = payload.get("recovered")
                    self.answers[place, topic] = len(player.seen)
                    player.seen.append(("answer", frame["id"], at, recovered))
                case "update":
                    player.seen.append(
                        ("update", topic, frame["seq"], int(payload["payload"]["close"]))
                    )
                    if (place, topic) in self.at:
                        self.at[place, topic] = self.at[place, topic][0], frame["seq"]
                case "unsubscribe.response":
                    player.seen.append(("left", frame["id"]))
                case "unsubscribed":
                    player.seen.append(("unsubscribed", topic, payload["reason"]))
                case "reset" if self.processes > 1:
                    self.correct(place, topic, (payload["epoch"], payload["seq"]))
                case "":
                    player.seen.append((payload["code"], frame["id"]))
                case kind:
                    player.seen.append((kind, topic, payload))

    def correct(self, place: int, topic: str, at: tuple[str, int]) -> None:
        """Take a reset for a part of the answer: another process was about to begin an epoch."""
        seen, answer = self.players[place].seen, self.answers[place, topic]
        _, question, _, recovered = seen[answer]
        self.epochs.setdefault(at[0], self.reference.topics[topic].epoch)
        self.at[place, topic] = at
        known = self.epochs[at[0]], at[1]
        # What was replayed before belongs to the position that the reset replaces.
        seen[answer:] = [
            ("answer", question, known, None if recovered is None else False),
            *(each for each in seen[answer + 1 :] if each[:2] != ("update", topic)),
        ]

    @invariant()
    def clients_see_what_the_reference_says(self) -> None:
        self.settle()
        for place, player in self.players.items():
            self.look(place)
            assert player.seen == self.reference.seen.get(place, []), place

    @invariant()
    def topics_live_as_long_as_the_reference_says(self) -> None:
        if self.processes > 1:
            return  # their broker says in which of them
        (app,) = self.apps
        assert set(app._hub._channels) == set(self.reference.topics)
        lingering = [it for it in self.reference.topics.values() if not it.members]
        assert app.stats.lingering == len(lingering)

    @initialize(most=st.sampled_from([1, 512]))
    def begin(self, most: int) -> None:
        """Most of what can happen needs subscribers and updates; an update may be sent in slices."""
        slices.SLICE = most
        for name in sorted(self.routes):
            for place in (0, 1, FOUNDING):
                self.subscribe(place, name, "none")
            self.settle()
            self.publish(name, 3, pushed=False)
            self.settle()  # topics do not wait for each other

    @rule(
        name=NAMES,
        both=st.booleans(),
        count=st.integers(0, 5),
        lost=st.booleans(),
        seconds=st.sampled_from([0.0, 7.0, 71.0]),
    )
    def come_back(self, name: str, both: bool, count: int, lost: bool, seconds: float) -> None:
        """Let clients drop, miss updates, and resume at once."""
        places = (0, 1) if both else (0,)
        for place in places:
            if place in self.players:
                self.look(place)
            self.drop(place)
        self.settle()
        if lost:
            self.publish_too_fast(name, count + PENDING)
            self.settle()
        self.pass_time(seconds)
        self.settle()  # what comes before the timer of a topic has run finds it alive
        self.publish(name, count, pushed=False)
        self.settle()
        for place in places:
            self.subscribe(place, name, "own")

    def teardown(self) -> None:
        try:
            for place in tuple(self.players):
                self.drop(place)
            for app in self.apps:
                self.loop.run_until_complete(app.shutdown())
                assert not app._hub._channels
            assert not asyncio.all_tasks(self.loop)
        finally:
            slices.SLICE = 512
            self.clock.stop()
            self.loop.close()


TestContinuityModel = ContinuityModel.TestCase
TestContinuityModel.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
