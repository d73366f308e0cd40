"""An account's records, produced while somebody is subscribed to any of them."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel
from wsgen_runtime import TopicUpdate

from trading_api.models import (
    BrokerConnectionStatus,
    BrokerConnectionSubscriptionRequest,
    Equity,
    EquitySubscriptionRequest,
    Execution,
    ExecutionsSubscriptionRequest,
    Order,
    OrdersSubscriptionRequest,
    Position,
    PositionsSubscriptionRequest,
)
from trading_api.shared.accounts.account import Account, Record
from trading_api.shared.settings import Settings
from trading_api.shared.ws.topics import Producers, request_of, route_of

_Request = (
    OrdersSubscriptionRequest
    | PositionsSubscriptionRequest
    | ExecutionsSubscriptionRequest
    | EquitySubscriptionRequest
    | BrokerConnectionSubscriptionRequest
)
_ROUTES: dict[str, tuple[type[_Request], type[BaseModel]]] = {
    "orders": (OrdersSubscriptionRequest, Order),
    "positions": (PositionsSubscriptionRequest, Position),
    "executions": (ExecutionsSubscriptionRequest, Execution),
    "equity": (EquitySubscriptionRequest, Equity),
    "broker-connection": (BrokerConnectionSubscriptionRequest, BrokerConnectionStatus),
}


@dataclass(frozen=True, slots=True)
class _Listener:
    """A topic with subscribers: which records of which account it is about."""

    account_id: str
    kind: type[BaseModel]
    symbol: str | None
    update: TopicUpdate

    def offer(self, records: Iterable[Record]) -> None:
        for record in records:
            if isinstance(record, self.kind) and self.symbol in (
                None,
                getattr(record, "symbol", None),
            ):
                self.update(record)


class BrokerService:
    """One task for each account; it runs while any topic of the account has subscribers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._accounts: dict[str, Account] = {}
        self._listeners: dict[str, _Listener] = {}
        self._producers = Producers()

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        """Send how the account stands, then what changes."""
        model, kind = _ROUTES[route_of(topic)]
        request = request_of(topic, model)
        listener = _Listener(
            request.account_id, kind, getattr(request, "symbol", None), topic_update
        )
        self._listeners[topic] = listener
        account = self._accounts.get(request.account_id)
        if account is not None:
            listener.offer(account.snapshot())
        else:
            account = Account(request.account_id, self._settings.seed)
            self._accounts[request.account_id] = account
            self._producers.start(request.account_id, self._report(request.account_id, account))

    async def remove_topic(self, topic: str) -> None:
        """Stop the topic's updates, and the account with its last topic."""
        account_id = self._listeners.pop(topic).account_id
        if all(listener.account_id != account_id for listener in self._listeners.values()):
            del self._accounts[account_id]
            await self._producers.stop(account_id)

    async def _report(self, account_id: str, account: Account) -> None:
        while True:
            records = list(account.step(datetime.now(UTC)))
            for listener in list(self._listeners.values()):
                if listener.account_id == account_id:
                    listener.offer(records)
            await asyncio.sleep(self._settings.tick)
