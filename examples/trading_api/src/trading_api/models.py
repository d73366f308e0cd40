"""What travels over the sockets: market data, the broker's records, requests and commands."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Resolution(StrEnum):
    """The length of a bar."""

    MINUTE = "1"
    FIVE_MINUTES = "5"
    HOUR = "60"
    DAY = "1D"


class BarsSubscriptionRequest(_Model):
    """Which bars to send."""

    symbol: str = Field(min_length=1, max_length=32, examples=["AAPL"])
    resolution: Resolution = Resolution.MINUTE


class Bar(_Model):
    """One OHLCV bar."""

    time: datetime = Field(description="When the bar opened, in UTC.")
    open: float
    high: float
    low: float
    close: float
    volume: int = Field(default=0, ge=0)


class QuotesSubscriptionRequest(_Model):
    """Which symbols' quotes to send."""

    symbols: list[str] = Field(min_length=1, max_length=50, examples=[["AAPL", "MSFT"]])


class Quote(_Model):
    """The best bid and ask of one symbol."""

    symbol: str
    bid: float
    ask: float
    last: float | None = None
    time: datetime


class BookSide(StrEnum):
    """A side of an order book."""

    BID = "bid"
    ASK = "ask"


class BookSubscriptionRequest(_Model):
    """Which symbol's order book to send."""

    symbol: str = Field(min_length=1, max_length=32, examples=["AAPL"])


class BookLevel(_Model):
    """What is offered at one price; as a change, a size of 0 removes the price."""

    side: BookSide
    price: Decimal
    size: int = Field(ge=0)


class Book(_Model):
    """An order book: the best prices first."""

    bids: list[BookLevel]
    asks: list[BookLevel]


class AlertLevel(StrEnum):
    """How urgent an alert is."""

    INFO = "info"
    WARNING = "warning"


class Alert(_Model):
    """What all traders are told."""

    level: AlertLevel = AlertLevel.INFO
    text: str = Field(min_length=1, max_length=500)
    time: datetime


class OrderSide(StrEnum):
    """The direction of an order."""

    BUY = "buy"
    SELL = "sell"


class OrderType(StrEnum):
    """How an order's price is decided."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"


class OrderStatus(StrEnum):
    """Where an order is in its life."""

    WORKING = "working"
    FILLED = "filled"
    CANCELED = "canceled"
    REJECTED = "rejected"


class OrdersSubscriptionRequest(_Model):
    """Which account's orders to send."""

    account_id: str = Field(min_length=1, examples=["demo"])


class Order(_Model):
    """One order after its latest change."""

    id: str
    symbol: str
    side: OrderSide
    type: OrderType
    status: OrderStatus
    quantity: Decimal = Field(gt=0)
    filled: Decimal = Field(default=Decimal(0), ge=0)
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None


class PositionsSubscriptionRequest(_Model):
    """Which account's positions to send."""

    account_id: str = Field(min_length=1, examples=["demo"])


class Position(_Model):
    """How much of a symbol an account holds; negative quantities are short."""

    symbol: str
    quantity: Decimal
    average_price: Decimal
    unrealized_profit: Decimal = Decimal(0)


class Portfolio(_Model):
    """All positions of an account."""

    positions: list[Position]


class NewOrder(_Model):
    """A market order to place."""

    account_id: str = Field(min_length=1, examples=["demo"])
    symbol: str = Field(min_length=1, max_length=32, examples=["AAPL"])
    side: OrderSide
    quantity: Decimal = Field(gt=0, le=1000)


class OrderToCancel(_Model):
    """Which order to cancel."""

    account_id: str = Field(min_length=1, examples=["demo"])
    order_id: str


class ExecutionsSubscriptionRequest(_Model):
    """Which account's executions to send, of all symbols or one."""

    account_id: str = Field(min_length=1, examples=["demo"])
    symbol: str | None = None


class Execution(_Model):
    """One fill of an order."""

    order_id: str
    symbol: str
    side: OrderSide
    quantity: Decimal = Field(gt=0)
    price: Decimal
    time: datetime


class EquitySubscriptionRequest(_Model):
    """Which account's equity to send."""

    account_id: str = Field(min_length=1, examples=["demo"])


class Equity(_Model):
    """What an account is worth."""

    balance: Decimal
    equity: Decimal
    unrealized_profit: Decimal


class BrokerConnectionSubscriptionRequest(_Model):
    """Which account's connection to watch."""

    account_id: str = Field(min_length=1, examples=["demo"])


class ConnectionState(StrEnum):
    """Whether the broker can be reached."""

    CONNECTED = "connected"
    CONNECTING = "connecting"
    DISCONNECTED = "disconnected"


class BrokerConnectionStatus(_Model):
    """The state of the connection to the broker."""

    state: ConnectionState
    message: str | None = None
    since: datetime
