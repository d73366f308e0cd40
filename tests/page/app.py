"""The app that the browser tests open: bars that come fast, its page and the index of modules."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, Field
from starlette.applications import Starlette
from starlette.routing import Mount

from wsgen_runtime import (
    Command,
    CommandContext,
    ServiceError,
    WsApp,
    WsCommands,
    WsRouter,
    WsRouteService,
)
from wsgen_runtime.docs import WsDocs


class Resolution(StrEnum):
    """How long a bar lasts."""

    MINUTE = "1m"
    DAY = "1d"


class Range(BaseModel):
    """A span of time."""

    start: AwareDatetime
    end: AwareDatetime | None = None


class BarsSubscriptionRequest(BaseModel):
    """Which bars to receive."""

    symbol: str = Field(min_length=1, examples=["AAPL"], description="The instrument.")
    resolution: Resolution = Resolution.MINUTE
    history: int | None = Field(default=None, ge=0, le=500)
    range: Range | None = None
    adjusted: bool = False


class QuotesSubscriptionRequest(BaseModel):
    """Which quotes to receive."""

    symbols: list[str] = Field(examples=[["AAPL", "MSFT"]])


class Bar(BaseModel):
    """The prices of one period."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float = 0


class AccountsSubscriptionRequest(BaseModel):
    """Which account to watch."""

    account: int = Field(le=2**63 - 1, examples=[9007199254740993])


class Account(BaseModel):
    """The state of an account."""

    account: int
    limit: int = Field(default=2**63 - 1, le=2**63 - 1)


class Accounts:
    """A producer of one update for each topic."""

    async def create_topic(self, topic: str, topic_update: Callable[[Account], None]) -> None:
        """Send the account that the topic names."""
        topic_update(Account(account=json.loads(topic.partition(":")[2])["account"]))

    def remove_topic(self, topic: str) -> None:
        """There is nothing to stop."""


class Gate:
    """A producer that starts nothing: its subscriptions are never answered."""

    async def create_topic(self, topic: str, topic_update: Callable[[Bar], None]) -> None:
        """Wait for ever."""
        await asyncio.Event().wait()

    def remove_topic(self, topic: str) -> None:
        """There is nothing to stop."""


class Market:
    """A producer of one bar every few milliseconds for each topic."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def create_topic(self, topic: str, topic_update: Callable[[Bar], None]) -> None:
        """Start producing."""
        self._tasks[topic] = asyncio.create_task(_produce(topic_update))

    def remove_topic(self, topic: str) -> None:
        """Stop producing."""
        self._tasks.pop(topic).cancel()


async def _produce(topic_update: Callable[[Bar], None]) -> None:
    for number in itertools.count():
        close = round(187.2 + (number * 7 % 40) / 100, 2)
        time = 1_762_000_000_000 + number * 60_000
        topic_update(
            Bar(time=time, open=187.2, high=188.04, low=186.91, close=close, volume=1_200 + number)
        )
        await asyncio.sleep(0.04)


class BarWsRouter(WsRouter):
    """OHLC bars."""

    def __init__(self, service: WsRouteService) -> None:
        """Serve bars."""
        super().__init__(
            service=service,
            route="bars",
            request_type=BarsSubscriptionRequest,
            data_type=Bar,
            tags=["charts"],
        )


class QuoteWsRouter(WsRouter):
    """Best bid and ask."""

    def __init__(self, service: WsRouteService) -> None:
        """Serve quotes."""
        super().__init__(
            service=service,
            route="quotes",
            request_type=QuotesSubscriptionRequest,
            data_type=Bar,
            deprecated=True,
        )


class AccountWsRouter(WsRouter):
    """Accounts with large numbers."""

    def __init__(self, service: WsRouteService) -> None:
        """Serve accounts."""
        super().__init__(
            service=service,
            route="accounts",
            request_type=AccountsSubscriptionRequest,
            data_type=Account,
        )


class GateWsRouter(WsRouter):
    """A route that never answers."""

    def __init__(self, service: WsRouteService) -> None:
        """Serve nothing."""
        super().__init__(
            service=service, route="gate", request_type=QuotesSubscriptionRequest, data_type=Bar
        )


class Positions:
    """What is held, and one change of it."""

    async def stream(self) -> AsyncIterator[Account]:
        """Change it once."""
        yield Account(account=2)
        await asyncio.Event().wait()

    async def snapshot(self) -> list[Account]:
        """Return what is held."""
        return [Account(account=1), Account(account=2)]


class PositionWsRouter(WsRouter):
    """A route without a request, whose topic has a state."""

    def __init__(self, service: Positions) -> None:
        """Serve what is held."""
        super().__init__(
            service=service,
            route="positions",
            request_type=None,
            data_type=Account,
            snapshot_type=list[Account],
        )


class Transfer(BaseModel):
    """What is asked of the command."""

    account: int = Field(examples=[1])
    amount: int = Field(default=1, ge=1)


async def transfer(request: Transfer, context: CommandContext) -> Account:
    """Refuse too large amounts."""
    if request.amount > 100:
        raise ServiceError("Not enough money", code="refused")
    return Account(account=request.account, limit=2**63 - 1 - request.amount)


def create_form_app() -> Starlette:
    """Return the app of the tests of forms and cards; pages from disk may use it."""
    market = Market()
    ws_app = WsApp(
        title="forms",
        routers=[
            BarWsRouter(market),
            QuoteWsRouter(market),
            AccountWsRouter(Accounts()),
            GateWsRouter(Gate()),
            PositionWsRouter(Positions()),
        ],
        commands=WsCommands(
            Command(
                name="money.transfer",
                request_type=Transfer,
                response_type=Account,
                run=transfer,
            )
        ),
        origins=["null"],
    )
    return Starlette(routes=ws_app.routes("/ws"))


def create_app() -> Starlette:
    """Return the app: `/ws` is the endpoint, `/ws/asyncapi` its page, `/docs` the index."""
    market = Market()
    ws_app = WsApp(
        title="datafeed",
        description="Real-time **market data**: one socket, any number of subscriptions.",
        routers=[BarWsRouter(market), QuoteWsRouter(market)],
    )
    docs = WsDocs({"/ws": ws_app}, title="Trading")
    return Starlette(routes=[*ws_app.routes("/ws"), Mount("/docs", docs)])
