"""The model of positions, histories and resumes, with clients of two processes that share a Redis.

Time does not pass in it, since that of the server cannot be moved on.
"""

import asyncio
import itertools
from collections.abc import Mapping
from contextlib import suppress

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.runtime.redis_server import RedisServer
from tests.runtime.topics.continuity_reference import Route
from tests.runtime.topics.test_continuity_model import ROUTES, ContinuityModel

from wsgen_runtime.brokers.redis import RedisBroker

_PATIENCE = 5.0  # seconds within which everything has arrived


def test_clients_of_two_processes_see_what_the_reference_says(server: RedisServer) -> None:
    prefixes = itertools.count()

    class Model(ContinuityModel):
        """Both processes in one event loop."""

        routes: Mapping[str, Route] = {name: ROUTES[name] for name in ("bars", "alerts")}
        names = ("bars", "bars", "alerts")
        processes = 2

        def __init__(self) -> None:
            self.prefix = f"model-{next(prefixes)}"
            super().__init__()

        def make_broker(self) -> RedisBroker:
            return RedisBroker(server.url, prefix=self.prefix)

        def settle(self) -> None:
            """Wait until all processes and clients are where the reference is."""

            async def arrived() -> None:
                while not self.has_arrived():  # noqa: ASYNC110 - nobody would set an event
                    await asyncio.sleep(0.001)

            with suppress(TimeoutError):  # the invariants say what is wrong
                self.loop.run_until_complete(asyncio.wait_for(arrived(), _PATIENCE))

        def has_arrived(self) -> bool:
            topics = self.reference.topics
            for app in self.apps:
                channels = app._hub._channels
                if app.stats.broker.queued or not set(channels) <= set(topics):
                    return False
                if any(it.seq != topics[name].seq or it.task for name, it in channels.items()):
                    return False
            for place, player in self.players.items():
                self.look(place)
                if player.seen != self.reference.seen.get(place, []):
                    return False
            return True

        def pass_time(self, seconds: float) -> None:
            """Leave the time alone."""

    run_state_machine_as_test(
        Model,
        settings=settings(
            max_examples=3,
            stateful_step_count=12,
            deadline=None,
            phases=[Phase.generate],  # a shorter failure is not worth its time
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
