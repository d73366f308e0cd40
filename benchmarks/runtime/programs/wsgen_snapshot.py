"""This runtime as the ASGI application itself, with a state of ten bars that each subscriber gets first."""

from benchmarks.runtime.programs.bar import Bar, bar_at
from benchmarks.runtime.programs.wsgen import (
    SUBSCRIBE,
    UNSUBSCRIBE,
    BarsRequest,
    Service,
    _limits,
)
from wsgen_runtime import WsApp, WsRouter

HELLO = '{"type":"hello","payload":{"version":1,"features":["positions","snapshot"]}}'
ANSWERS = 2


class _StatefulService(Service):
    """Has a state."""

    async def snapshot(self, _request: BarsRequest) -> list[Bar]:
        """Return the state."""
        return [bar_at(number, 0.0) for number in range(10)]


_service = _StatefulService()
app = WsApp(
    routers=[
        WsRouter(
            service=_service,
            route="bars",
            request_type=BarsRequest,
            data_type=Bar,
            snapshot_type=list[Bar],
        )
    ],
    limits=_limits,
)


async def publish(number: int, bar: Bar) -> None:
    """Publish `bar` as a producer does."""
    _service.feeds[f'bars:{{"symbol":"S{number}"}}'](bar)


__all__ = ["ANSWERS", "HELLO", "SUBSCRIBE", "UNSUBSCRIBE", "app", "publish"]
