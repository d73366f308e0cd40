"""Leases of three processes with a simple model of Redis and one clock: there are never two producers.

The model may lose all keys, as a Redis without persistence does when it restarts.
"""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from wsgen_runtime.brokers.redis.leases import Claim, Leases

TTL = 8.0
LEASE = TTL / 0.8  # what a user sets; see RedisBroker
TICK = 0.5
CONNECTION = ["cut", "connect", "restart", "hint", "expire"]
STEPS = st.sampled_from(["open", "close", "crash", "ask", "answer", "publish", *CONNECTION])


class World:
    """The processes, the key of their only topic, and the pending claims."""

    def __init__(self) -> None:
        self.now = 0.0
        self.key: tuple[bytes, float] = (b"", 0.0)
        self.processes = [Leases(name, TTL, jitter=lambda: 1.0) for name in "abc"]
        self.opened = [False] * 3
        self.under_way: list[list[tuple[Claim, float, float]]] = [[], [], []]
        self.published: list[tuple[bytes, int]] = []

    def ask(self, number: int) -> None:
        process = self.processes[number]
        process.expire(self.now)
        for claim in process.claims(self.now, 10):
            holder, until = self.key
            free = until <= self.now or holder == claim.token
            if free:
                self.key = claim.token, self.now + TTL
            rest = 0.0 if free else until - self.now
            self.under_way[number].append((claim, self.now, rest))

    def answer(self, number: int) -> None:
        process = self.processes[number]
        process.expire(self.now)
        for claim, asked_at, rest in self.under_way[number]:
            if rest:
                process.refuse(claim, rest, self.now)
            else:
                process.grant(claim, asked_at, self.now)
        self.under_way[number].clear()

    def publish(self, number: int) -> None:
        stamp = self.processes[number].number("t", self.now)
        if stamp is not None and self.key[0] == stamp[0] and self.now < self.key[1]:
            self.published.append(stamp)

    def cut(self, number: int) -> None:
        self.processes[number].disconnect(self.now)
        self.under_way[number].clear()

    def step(self, kind: str, number: int) -> None:
        process = self.processes[number]
        if kind == "open" and not self.opened[number]:
            process.open("t")
            process.hear("t", self.now)
            self.opened[number] = True
        elif kind == "close" and self.opened[number]:
            token = process.close("t")
            if token == self.key[0]:
                self.key = (b"", 0.0)
            self.opened[number] = False
        elif kind == "crash":
            process.close("t")
            self.under_way[number].clear()
            self.opened[number] = False
        elif kind == "cut":
            self.cut(number)
        elif kind == "connect":
            process.hear("t", self.now)
        elif kind == "restart":
            self.key = (b"", 0.0)
            for each in range(3):
                self.cut(each)
        elif kind == "hint":
            process.hint("t", self.now)
        elif kind == "expire":
            process.expire(self.now)
        elif kind in ("ask", "answer", "publish"):
            getattr(self, kind)(number)


def script(text: str) -> list[tuple[str, int, float]]:
    """Return the steps of a text such as `open0 ask0`, in which no time passes."""
    return [(step[:-1], int(step[-1]), 0.0) for step in text.split()]


BEGUN = "open0 ask0 answer0 open1 ask1 answer1 "


@settings(max_examples=150, deadline=None)
@example(script(BEGUN + "crash0"))
@example(script(BEGUN + "restart0 connect1 ask1 answer1"))
@example(script(BEGUN + "restart0 open2 connect2 ask2 answer2"))
@example(script(BEGUN + "restart0 crash0"))
@given(st.lists(st.tuples(STEPS, st.integers(0, 2), st.sampled_from([0.0, 0.5, 3.0, 9.0]))))
def test_there_are_never_two_producers_and_one_within_the_lease(
    steps: list[tuple[str, int, float]],
) -> None:
    world = World()
    for kind, number, delay in steps:
        world.now += delay
        world.step(kind, number)
        assert sum(process.holds("t", world.now) for process in world.processes) <= 1
    # No update comes twice, and the updates of two producers do not mix.
    assert len(set(world.published)) == len(world.published)
    changes = [
        token
        for before, (token, _) in zip(
            [b"", *(t for t, _ in world.published)], world.published, strict=False
        )
        if token != before
    ]
    assert len(set(changes)) == len(changes)
    # Without further events, a process that wants to produce does so within the lease.
    for process in world.processes:
        process.hear("t", world.now)
    for _ in range(int(LEASE / TICK)):
        world.now += TICK
        for number in range(3):
            world.ask(number)
            world.answer(number)
    holders = sum(process.holds("t", world.now) for process in world.processes)
    assert holders == int(any(world.opened))
