"""What travels over the sockets."""

from typing import Generic, TypeVar

from pydantic import BaseModel

_T = TypeVar("_T")


class SubscriptionResponse(BaseModel):
    """The answer to a subscription."""

    status: str
    topic: str


class SubscriptionUpdate(BaseModel, Generic[_T]):
    """One update of a topic."""

    topic: str
    payload: _T


class BarsSubscriptionRequest(BaseModel):
    """What to send."""

    symbol: str = ""


class QuotesSubscriptionRequest(BaseModel):
    """What to send."""

    symbol: str = ""


class OrdersSubscriptionRequest(BaseModel):
    """What to send."""

    symbol: str = ""


class PositionsSubscriptionRequest(BaseModel):
    """What to send."""

    symbol: str = ""


class ExecutionsSubscriptionRequest(BaseModel):
    """What to send."""

    symbol: str = ""


class EquitySubscriptionRequest(BaseModel):
    """What to send."""

    symbol: str = ""


class BrokerConnectionSubscriptionRequest(BaseModel):
    """What to send."""

    symbol: str = ""


class Bar(BaseModel):
    """One update."""

    value: float


class Quote(BaseModel):
    """One update."""

    value: float


class Order(BaseModel):
    """One update."""

    value: float


class Position(BaseModel):
    """One update."""

    value: float


class Execution(BaseModel):
    """One update."""

    value: float


class Equity(BaseModel):
    """One update."""

    value: float


class BrokerConnectionStatus(BaseModel):
    """One update."""

    value: float
