"""Processes of one app on one broker; in one real process, so that each step can be awaited."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from tests.runtime.greeting import position_of
from tests.runtime.services import AAPL_TOPIC, Bar, BarRequest, BarRouter, Recorder

from wsgen_runtime import Broker, History, Position, WsApp
from wsgen_runtime.testing import Frame, WsTestClient

APPLE = BarRequest(symbol="AAPL")
HISTORY = History(updates=50, seconds=60)


@dataclass(eq=False)
class Process:
    """One process: its app with one route, whose updates are numbers."""

    broker: Broker | None
    history: History | None = HISTORY
    replay: int = 0
    published: bool = False
    service: Recorder = field(default_factory=Recorder)
    router: BarRouter = field(init=False)
    app: WsApp = field(init=False)

    def __post_init__(self) -> None:
        service = None if self.published else self.service
        self.router = BarRouter(service=service, history=self.history, replay=self.replay)
        self.app = WsApp(routers=[self.router], title="conformance", broker=self.broker)

    @property
    def produces(self) -> bool:
        return AAPL_TOPIC in self.service.feeds

    def produce(self, *data: int) -> None:
        for each in data:
            self.service.feeds[AAPL_TOPIC](Bar(close=each))

    def publish(self, *data: int) -> None:
        for each in data:
            self.router.publish(APPLE, Bar(close=each))


MakeBroker = Callable[[], Broker | None]


@asynccontextmanager
async def running(*processes: Process) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for process in processes:
            await stack.enter_async_context(process.app.lifespan())
        yield


@dataclass
class Seen:
    """What a client was given of its topic: each frame continues what came before, or says that it does not."""

    client: WsTestClient
    position: Position | None = None
    data: list[int] = field(default_factory=list)
    """Since the position was last given without being recovered."""
    resets: int = 0

    def take(self, frame: Frame) -> None:
        kind = frame["type"].partition(".")[2]
        if kind == "update":
            assert self.position is not None
            assert frame["seq"] > self.position.seq, "a number came twice"
            self.position = Position(self.position.epoch, frame["seq"])
            self.data.append(frame["payload"]["payload"]["close"])
        elif kind in ("reset", "subscribe.response"):
            if not frame["payload"].get("recovered"):
                self.data = []
            self.resets += kind == "reset"
            self.position = position_of(frame)

    async def next(self) -> Frame:
        frame = await self.client.receive(timeout=10)
        self.take(frame)
        return frame

    async def until(self, *data: int) -> None:
        """Receive until these are the last updates of the present position."""
        while tuple(self.data[-len(data) :]) != data:
            await self.next()

    async def until_reset(self) -> None:
        while (await self.next())["type"] != "bars.reset":
            pass
