"""Type checkers take right services of generated routers, and refuse each wrong one at its line."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import Project

ROOT = Path(__file__).parents[2]
ROUTERS = """\
version: 1
models: app.models
routers:
  BarWsRouter: {request: Ask, data: Bar}
  BookWsRouter: {request: Ask, data: Change, snapshot: Book}
  NewsWsRouter: {data: Bar}
  WholeWsRouter: {data: Change, snapshot: Book}
  AlertWsRouter: {request: Ask, data: Bar, source: published}
commands:
  BuyBar: {command: bars.buy, request: Ask, response: Bar, errors: [SoldOut]}
"""
MODELS = """\
from pydantic import BaseModel


class Ask(BaseModel):
    symbol: str


class OtherAsk(BaseModel):
    number: int


class Bar(BaseModel):
    close: float


class NightBar(Bar):
    at_night: bool = True


class Change(BaseModel):
    size: int


class Book(BaseModel):
    sizes: list[int]
"""
SERVICES = """\
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from functools import partial

from feed.ws_generated import (
    AlertWsRouter,
    BarWsRouter,
    BookWsRouter,
    Commands,
    NewsWsRouter,
    SoldOut,
    WholeWsRouter,
)
from app.models import Ask, Bar, Book, Change, NightBar, OtherAsk
from trading_api.models import Bar as ApiBar, BarsSubscriptionRequest, Quote
from trading_api.modules.broker.ws_generated import OrderWsRouter
from trading_api.modules.datafeed.ws_generated import BarWsRouter as ApiBarWsRouter
from wsgen_runtime import (
    CommandContext,
    Service,
    Snapshot,
    Topic,
    TopicUpdate,
    TypedTopicUpdate,
    WsApp,
    WsRouteService,
)


async def bars(request: Ask) -> AsyncIterator[Bar]:
    yield Bar(close=1)


async def night_bars(asked: Ask) -> AsyncGenerator[NightBar, None]:
    yield NightBar(close=1)


async def bars_of(database: str, request: Ask) -> AsyncIterator[Bar]:
    yield Bar(close=len(database))


async def books(request: Ask) -> AsyncIterator[Book]:
    yield Book(sizes=[])


async def books_of(database: str, request: Ask) -> AsyncIterator[Book]:
    yield Book(sizes=[len(database)])


async def others(request: OtherAsk) -> AsyncIterator[Bar]:
    yield Bar(close=request.number)


async def returned(request: Ask) -> AsyncIterator[Bar]:
    return bars(request)


async def news() -> AsyncIterator[Bar]:
    yield Bar(close=1)


class Streams:
    def stream(self, request: Ask) -> AsyncIterator[Bar]:
        return bars(request)


class WrongStreams:
    async def stream(self, request: Ask) -> AsyncIterator[Change]:
        yield Change(size=1)


class News:
    async def stream(self) -> AsyncIterator[Bar]:
        yield Bar(close=1)


class Pair:
    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        topic_update(topic)

    def remove_topic(self, topic: str) -> None: ...


class TypedPair:
    async def create_topic(self, topic: Topic[Ask], update: TypedTopicUpdate[Bar]) -> None:
        update(Bar(close=len(topic.request.symbol)))
        update(Book(sizes=[]))  # wrong
        topic.request.number  # wrong

    async def remove_topic(self, topic: Topic[Ask]) -> None: ...


class CallingPair:
    async def create_topic(self, topic: str, update: Callable[[Bar], None]) -> None: ...

    async def remove_topic(self, topic: str) -> None: ...


class WrongPair:
    async def create_topic(self, topic: str, update: TypedTopicUpdate[Book]) -> None: ...

    async def remove_topic(self, topic: str) -> None: ...


class PairOfOthers:
    async def create_topic(self, topic: Topic[OtherAsk], update: TopicUpdate) -> None: ...

    async def remove_topic(self, topic: str) -> None: ...


class HalfPair:
    async def create_topic(self, topic: str, update: TopicUpdate) -> None: ...


class Books:
    async def stream(self, request: Ask) -> AsyncIterator[Change | Snapshot[Book]]:
        yield Snapshot(Book(sizes=[1]))
        yield Change(size=1)

    async def snapshot(self, request: Ask) -> Book:
        return Book(sizes=[1])


class PairOfBooks(Pair):
    async def snapshot(self, request: Ask) -> Book:
        return Book(sizes=[1])


class WrongBooks:
    async def stream(self, request: Ask) -> AsyncIterator[Change]:
        yield Change(size=1)

    async def snapshot(self, request: Ask) -> Change:
        return Change(size=1)


class WrongSnapshots(Books):
    async def stream(self, request: Ask) -> AsyncIterator[Change | Snapshot[Book]]:
        yield Snapshot(Change(size=1))  # wrong


class WholeBook:
    async def stream(self) -> AsyncIterator[Change]:
        yield Change(size=1)

    async def snapshot(self) -> Book:
        return Book(sizes=[1])


class Shop:
    async def buy_bar(self, request: Ask, context: CommandContext) -> Bar:
        if context.key is None:
            raise SoldOut("None is left", retry_after=1)
        return Bar(close=1)


class ShopOfNight:
    async def buy_bar(self, request: Ask, context: CommandContext) -> NightBar:
        raise SoldOut(1)  # wrong


class ShopOfBooks:
    async def buy_bar(self, request: Ask, context: CommandContext) -> Book:
        return Book(sizes=[])


class ShopForOthers:
    async def buy_bar(self, request: OtherAsk, context: CommandContext) -> Bar:
        return Bar(close=1)


class PlainShop:
    def buy_bar(self, request: Ask, context: CommandContext) -> Bar:
        return Bar(close=1)


class Closed:
    async def sell_bar(self, request: Ask, context: CommandContext) -> Bar:
        return Bar(close=1)


def built(service: WsRouteService, typed: Service[Ask, Bar]) -> tuple[BarWsRouter, ...]:
    return BarWsRouter(service=service), BarWsRouter(service=typed)


BarWsRouter(service=bars)
BarWsRouter(service=night_bars)
BarWsRouter(service=partial(bars_of, "quotes"))
BarWsRouter(service=Streams())
BarWsRouter(service=Streams().stream)
BarWsRouter(service=Pair())
BarWsRouter(service=TypedPair())
BarWsRouter(service=CallingPair())
BookWsRouter(service=Books())
BookWsRouter(service=PairOfBooks())
NewsWsRouter(service=news)
NewsWsRouter(service=News())
NewsWsRouter(service=Pair())
WholeWsRouter(service=WholeBook())
AlertWsRouter().publish(Ask(symbol="A"), Bar(close=1))
NewsWsRouter(service=news).publish(Bar(close=1))

WsApp(commands=Commands(Shop()))
WsApp(commands=[Commands(ShopOfNight())])

Commands(ShopOfBooks())  # wrong
Commands(ShopForOthers())  # wrong
Commands(PlainShop())  # wrong
Commands(Closed())  # wrong
Commands(Shop)  # wrong
WsApp(commands=Shop())  # wrong
BarWsRouter(service=books)  # wrong
BarWsRouter(service=partial(books_of, "quotes"))  # wrong
BarWsRouter(service=others)  # wrong
BarWsRouter(service=returned)  # wrong
BarWsRouter(service=news)  # wrong
BarWsRouter(service=WrongStreams())  # wrong
BarWsRouter(service=Streams)  # wrong
BarWsRouter(service=Pair)  # wrong
BarWsRouter(service=WrongPair())  # wrong
BarWsRouter(service=PairOfOthers())  # wrong
BarWsRouter(service=HalfPair())  # wrong
BarWsRouter(service=Books())  # wrong
BarWsRouter(service=None)  # wrong
BarWsRouter()  # wrong
BookWsRouter(service=bars)  # wrong
BookWsRouter(service=Streams())  # wrong
BookWsRouter(service=WrongBooks())  # wrong
BookWsRouter(service=Pair())  # wrong
NewsWsRouter(service=bars)  # wrong
NewsWsRouter(service=Streams())  # wrong
NewsWsRouter(service=TypedPair())  # wrong
NewsWsRouter(service=news).publish(Book(sizes=[]))  # wrong
WholeWsRouter(service=Books())  # wrong
WholeWsRouter(service=news)  # wrong
AlertWsRouter(service=bars)  # wrong
AlertWsRouter().publish(Bar(close=1))  # wrong


async def api_bars(request: BarsSubscriptionRequest) -> AsyncIterator[ApiBar]:
    raise NotImplementedError
    yield


async def api_quotes(request: BarsSubscriptionRequest) -> AsyncIterator[Quote]:
    raise NotImplementedError
    yield


ApiBarWsRouter(service=api_bars)
ApiBarWsRouter(service=Pair())
ApiBarWsRouter(service=api_quotes)  # wrong
OrderWsRouter(service=api_bars)  # wrong
"""
WRONG = [number for number, line in enumerate(SERVICES.splitlines(), 1) if "# wrong" in line]
COMMANDS = {
    "mypy": [
        *("mypy", "--strict", "--config-file=", "--no-error-summary"),
        *("--cache-dir", str(ROOT / ".mypy_cache"), "services.py"),
    ],
    "pyright": ["pyright", "--pythonpath", sys.executable, "--outputjson", "services.py"],
}


@pytest.mark.slow
@pytest.mark.parametrize("checker", COMMANDS)
def test_wrong_services_are_refused_at_their_lines(project: Project, checker: str) -> None:
    project.write("app/models.py", MODELS)
    project.write("feed/ws.yaml", ROUTERS)
    project.write("services.py", SERVICES)
    project.write("pyrightconfig.json", '{"typeCheckingMode": "strict"}')
    outcome = project.wsgen("render", "--no-quality", "feed")
    assert outcome.code == 0, outcome.stderr
    paths = [str(ROOT / "examples/trading_api/src"), str(ROOT / "src")]
    environment = {**os.environ, "MYPYPATH": os.pathsep.join(paths)}
    if checker == "pyright":
        settings = {"typeCheckingMode": "strict", "extraPaths": paths}
        project.write("pyrightconfig.json", json.dumps(settings))
    done = subprocess.run(
        [sys.executable, "-m", *COMMANDS[checker]],
        cwd=project.root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert sorted(_lines(checker, done.stdout)) == WRONG, done.stdout


def _lines(checker: str, output: str) -> set[int]:
    """Return the lines of the errors that a type checker has printed."""
    if checker == "mypy":
        return {
            int(line) for line in re.findall(r"^services\.py:(\d+): error:", output, re.MULTILINE)
        }
    found = json.loads(output)["generalDiagnostics"]
    return {item["range"]["start"]["line"] + 1 for item in found if item["severity"] == "error"}
