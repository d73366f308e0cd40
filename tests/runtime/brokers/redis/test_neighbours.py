"""Two services on one Redis: their names differ, and neither delivers the updates of the other."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, TypeAdapter
from tests.runtime.brokers.redis.redis_apps import Process, running
from tests.runtime.brokers.test_brokers import Bus, BusBroker
from tests.runtime.redis_server import RedisServer
from tests.runtime.services import AAPL, Bar, BarRequest, BarRouter, Recorder, until

from wsgen_runtime import Broker, MemoryBroker, WsApp, WsRouter
from wsgen_runtime.brokers.labels import Difference, compare, label_of
from wsgen_runtime.brokers.redis import RedisBroker
from wsgen_runtime.testing import connect

URL = "redis://127.0.0.1:1/0"


@pytest.mark.parametrize("broker", [URL, "rediss://127.0.0.1:1", "unix:///tmp/redis"])
def test_a_shared_broker_demands_a_title_or_a_prefix(broker: str) -> None:
    for shared in (broker, RedisBroker(broker)):
        with pytest.raises(ValueError, match=r"WsApp\(title=...\)"):
            WsApp(routers=[], broker=shared)
        with pytest.raises(ValueError, match=r"RedisBroker\(prefix=...\)"):
            WsApp(routers=[], title="WebSocket API", broker=shared)
        with pytest.raises(ValueError, match=r"WsApp\(title=...\)"):
            WsApp(routers=[], title=" ", broker=shared)
    WsApp(routers=[], title="datafeed", broker=broker)
    WsApp(routers=[], title="datafeed", broker=RedisBroker(broker))
    WsApp(routers=[], broker=RedisBroker(broker, prefix="datafeed"))


async def test_a_broker_without_a_prefix_takes_the_title(server: RedisServer) -> None:
    apps = [
        WsApp(title=title, routers=[BarRouter(service=Recorder())], broker=RedisBroker(server.url))
        for title in ("datafeed", "orders")
    ]
    async with connect(apps[0]) as one, connect(apps[1]) as two:
        for client in (one, two):
            await client.subscribe("bars", AAPL)
        with server.client() as redis:
            names: list[bytes] = sorted(redis.keys("*"))  # type: ignore[arg-type, assignment, unused-ignore] # redis-py is partly typed
        assert [name.split(b":")[1] for name in names] == [b"datafeed", b"orders"]
    for app in apps:
        await app.shutdown()


@pytest.mark.parametrize(
    "broker", [MemoryBroker(), RedisBroker(URL), BusBroker(Bus())], ids=lambda it: type(it).__name__
)
def test_a_broker_belongs_to_one_app(broker: Broker) -> None:
    WsApp(title="one", routers=[], broker=broker)
    for title in ("one", "two"):
        with pytest.raises(ValueError, match="already belongs to a WsApp"):
            WsApp(title=title, routers=[], broker=broker)


def process(server: RedisServer, data_type: Any, route: str = "bars") -> Process:
    """Return an app that publishes data of another type on the same route, under the same names."""
    other = Process(server.url)
    other.router = Renamed(
        service=other.service, route=route, request_type=BarRequest, data_type=data_type
    )
    broker = RedisBroker(server.url, prefix="wsgen", lease=2)
    other.app = WsApp(routers=[other.router], broker=broker)
    return other


class Renamed(BarRouter):
    """A router whose topics have the names of those of the route `bars`."""

    def __init__(self, **options: Any) -> None:  # those of WsRouter
        WsRouter.__init__(self, **options)

    def name_topic(self, request: BaseModel) -> str:
        return super().name_topic(request).replace(f"{self.route}:", "bars:", 1)

    def key_topic(self, request: BaseModel) -> str:
        return super().key_topic(request).replace(f"{self.route}:", "bars:", 1)


class Quote(BaseModel):
    bid: float


def named_bar() -> type[BaseModel]:
    class Bar(BaseModel):
        close: float
        volume: float = 0.0

    return Bar


@pytest.mark.parametrize(("data_type", "route"), [(Quote, "bars"), (Bar, "candles")])
@pytest.mark.parametrize("produced", [False, True])
async def test_updates_of_another_service_are_counted_logged_and_not_delivered(
    server: RedisServer,
    caplog: pytest.LogCaptureFixture,
    data_type: type[BaseModel],
    route: str,
    produced: bool,
) -> None:
    one, two = Process(server.url), process(server, data_type, route)
    data: Any = data_type.model_validate({"bid": 1.0, "close": 1.0})
    async with running(two, one), connect(two.app) as there, connect(one.app) as here:
        await there.subscribe(route, AAPL)
        await here.subscribe("bars", AAPL)
        send = next(iter(two.service.feeds.values())) if produced else None
        for _ in range(3):
            two.router.publish(BarRequest(symbol="AAPL"), data) if send is None else send(data)
        await until(lambda: one.app.stats.broker.rejected == 3)
        assert one.app.stats.updates == 0
        one.router.publish(BarRequest(symbol="AAPL"), Bar(close=2))
        assert (await here.receive())["payload"]["payload"] == {"close": 2.0}
    told = [text for text in caplog.messages if "arrive where those of 'bars/Bar/" in text]
    assert len(told) == 1
    assert f"updates of '{route}/{data_type.__name__}/" in told[0]


async def test_updates_of_another_version_of_a_service_are_delivered_and_logged_once(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    newer = named_bar()
    one, two = Process(server.url), process(server, newer)
    async with running(one, two), connect(one.app) as client:
        await client.subscribe("bars", AAPL)
        for close in range(3):
            two.router.publish(BarRequest(symbol="AAPL"), newer(close=close))  # type: ignore[arg-type] # its own Bar
        closes = [(await client.receive())["payload"]["payload"]["close"] for _ in range(3)]
        assert closes == [0, 1, 2]
        assert one.app.stats.broker.rejected == 0
    told = [text for text in caplog.messages if "another schema" in text]
    assert told == [
        "updates of `bars/Bar` come from a process with another schema of the data, and are delivered"
    ]


def label(data_type: Any, route: str = "bars") -> str:
    return label_of(route, data_type, TypeAdapter(data_type))


@pytest.mark.parametrize(
    ("data_type", "name"),
    [
        (Bar, "Bar"),
        (Bar | None, "Bar|NoneType"),
        (list[Bar], "list[Bar]"),
        (dict[str, Bar | Quote], "dict[str,Bar|Quote]"),
        (Annotated[Bar, AfterValidator(lambda bar: bar)], "Bar"),
    ],
)
def test_a_label_is_the_same_in_every_process(data_type: Any, name: str) -> None:
    assert label(data_type).startswith(f"bars/{name}/")
    assert " " not in label(data_type, "a route")


def test_a_label_distinguishes_literals_and_needs_no_schema() -> None:
    assert label(Literal["a"]) != label(Literal["b"])
    assert label_of("bars", Bar, None).endswith("/")  # type: ignore[arg-type] # what has no schema fails alike


def test_labels_are_compared_by_route_and_type_first() -> None:
    ours = label(Bar)
    assert compare(ours, ours) is Difference.NONE
    assert compare(ours, "") is Difference.NONE
    assert compare(ours, label(named_bar())) is Difference.SCHEMA
    assert compare(ours, label(Quote)) is Difference.TYPE
    assert compare(ours, label(Bar, "candles")) is Difference.TYPE
