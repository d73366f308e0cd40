"""The routes of the harness, with what each of them has to keep."""

from tests.continuity.services import REPLAY, Ask, Counting, CountingWithState, Pair, Step, Whole
from tests.continuity.truth import Truth
from wsgen_runtime import Delivery, History, WsRouter


def routers(truth: Truth) -> list[WsRouter]:
    """Return the routes: bars with history and replay, deep with few large updates, book with state, alerts."""
    slow = Delivery(queue=64)
    return [
        WsRouter(
            service=Counting(truth, "bars", 0).stream,
            route="bars",
            request_type=Ask,
            data_type=Step,
            history=History(updates=1500, seconds=120),
            replay=REPLAY,
        ),
        WsRouter(
            service=Counting(truth, "deep", 4000).stream,
            route="deep",
            request_type=Ask,
            data_type=Step,
            delivery=slow,
            history=History(updates=40, seconds=20),
        ),
        WsRouter(
            service=CountingWithState(truth, "book", 1000),
            route="book",
            request_type=Ask,
            data_type=Step,
            snapshot_type=Whole,
            delivery=slow,
            history=History(updates=100, seconds=20),
        ),
        WsRouter(
            service=CountingWithState(truth, "state", 1000),
            route="state",
            request_type=Ask,
            data_type=Step,
            snapshot_type=Whole,
        ),
        WsRouter(
            route="alerts",
            request_type=Ask,
            data_type=Step,
            published=True,
            history=History(updates=1500, seconds=20),
            replay=REPLAY,
        ),
        WsRouter(
            service=Pair(Counting(truth, "plain", 0)),
            route="plain",
            request_type=Ask,
            data_type=Step,
        ),
    ]
