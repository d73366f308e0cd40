"""One simulated account: what a broker would report of it, step by step."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from random import Random

from trading_api.models import (
    BrokerConnectionStatus,
    ConnectionState,
    Equity,
    Execution,
    Order,
    OrderSide,
    OrderStatus,
    OrderType,
    Position,
)
from trading_api.shared.prices import walk

Record = Order | Position | Execution | Equity | BrokerConnectionStatus

SYMBOLS = ("AAPL", "MSFT")
_CENT = Decimal("0.01")
_PIP = Decimal("0.0001")
_DROPS_EVERY = 40
_CANCELS_EVERY = 5


class Account:
    """The same seed and account give the same records, apart from their times.

    The connection drops from time to time, and nothing else is reported until it is back.
    """

    def __init__(self, account_id: str, seed: int) -> None:
        self._random = Random(f"{seed}:{account_id}")
        self._walks = {symbol: walk(symbol, seed) for symbol in SYMBOLS}
        self._prices = {symbol: _cents(next(prices)) for symbol, prices in self._walks.items()}
        self._positions: dict[str, Position] = {}
        self._balance = Decimal("100000.00")
        self._working: Order | None = None
        self._placed: dict[str, Order] = {}
        self._orders = 0
        self._orders_of_clients = 0
        self._steps = 0
        self._status: BrokerConnectionStatus | None = None

    @property
    def is_connected(self) -> bool:
        """Return whether the broker can be reached: without it, no order is taken."""
        return self._status is None or self._status.state is ConnectionState.CONNECTED

    @property
    def has_placed_orders(self) -> bool:
        """Return whether orders of clients are to be filled."""
        return bool(self._placed)

    @property
    def positions(self) -> dict[str, Position]:
        """Return a copy of the positions by symbol."""
        return dict(self._positions)

    def place(self, symbol: str, side: OrderSide, quantity: Decimal) -> Order:
        """Return a new order of a client, which the next step fills."""
        self._orders_of_clients += 1
        order = Order(
            id=f"C{self._orders_of_clients}",
            symbol=symbol,
            side=side,
            type=OrderType.MARKET,
            status=OrderStatus.WORKING,
            quantity=quantity,
        )
        self._placed[order.id] = order
        return order

    def cancel(self, order_id: str) -> Order | None:
        """Return an order of a client, canceled; None if it does not work (any more)."""
        order = self._placed.pop(order_id, None)
        return order and order.model_copy(update={"status": OrderStatus.CANCELED})

    def step(self, now: datetime) -> Iterator[Record]:
        """Let the market move once, and yield what changed."""
        status = self._connection(now)
        if status != self._status:
            self._status = status
            yield status
        self._steps += 1
        if status.state is not ConnectionState.CONNECTED:
            return
        self._prices = {symbol: _cents(next(prices)) for symbol, prices in self._walks.items()}
        yield from self._trade(now)
        placed, self._placed = self._placed, {}
        for order in placed.values():
            yield from self._fill(order, self._prices[order.symbol], now)
        for symbol, position in self._positions.items():
            marked = _mark(position, self._prices[symbol])
            if marked != position:
                self._positions[symbol] = marked
                yield marked
        yield self._equity()

    def snapshot(self) -> Iterator[Record]:
        """Yield how things stand, for a client that comes later."""
        if self._status is not None:
            yield self._status
        if self._working is not None:
            yield self._working
        yield from self._placed.values()
        yield from self._positions.values()
        yield self._equity()

    def _connection(self, now: datetime) -> BrokerConnectionStatus:
        state = {
            _DROPS_EVERY - 2: ConnectionState.DISCONNECTED,
            _DROPS_EVERY - 1: ConnectionState.CONNECTING,
        }.get(self._steps % _DROPS_EVERY, ConnectionState.CONNECTED)
        if self._status is not None and self._status.state is state:
            return self._status
        return BrokerConnectionStatus(state=state, since=now)

    def _trade(self, now: datetime) -> Iterator[Record]:
        """Place an order if none is working; else fill it, or cancel each fifth one."""
        order = self._working
        if order is None:
            self._orders += 1
            self._working = Order(
                id=f"{self._orders}",
                symbol=self._random.choice(SYMBOLS),
                side=self._random.choice([OrderSide.BUY, OrderSide.SELL]),
                type=OrderType.MARKET,
                status=OrderStatus.WORKING,
                quantity=Decimal(self._random.randint(1, 10)),
            )
            yield self._working
        elif self._orders % _CANCELS_EVERY == 0:
            self._working = None
            yield order.model_copy(update={"status": OrderStatus.CANCELED})
        else:
            self._working = None
            yield from self._fill(order, self._prices[order.symbol], now)

    def _fill(self, order: Order, price: Decimal, now: datetime) -> Iterator[Record]:
        yield order.model_copy(update={"status": OrderStatus.FILLED, "filled": order.quantity})
        yield Execution(
            order_id=order.id,
            symbol=order.symbol,
            side=order.side,
            quantity=order.quantity,
            price=price,
            time=now,
        )
        signed = order.quantity if order.side is OrderSide.BUY else -order.quantity
        before = self._positions.get(
            order.symbol,
            Position(symbol=order.symbol, quantity=Decimal(0), average_price=Decimal(0)),
        )
        position, profit = trade(before, signed, price)
        self._balance += profit
        self._positions[order.symbol] = position
        yield position

    def _equity(self) -> Equity:
        profit = sum((item.unrealized_profit for item in self._positions.values()), Decimal("0.00"))
        return Equity(
            balance=self._balance, equity=self._balance + profit, unrealized_profit=profit
        )


def trade(position: Position, signed: Decimal, price: Decimal) -> tuple[Position, Decimal]:
    """Return the position after `signed` more were bought at `price`, and the profit made."""
    held, total = position.quantity, position.quantity + signed
    if held * signed >= 0:  # opened or enlarged
        cost = held * position.average_price + signed * price
        profit, average = Decimal(0), (cost / total).quantize(_PIP)
    else:  # reduced, closed or turned over
        closed = min(abs(held), abs(signed)).copy_sign(held)
        profit = closed * (price - position.average_price)
        average = position.average_price if held * total > 0 else price
    changed = position.model_copy(update={"quantity": total, "average_price": average})
    return _mark(changed, price), profit.quantize(_CENT)


def _mark(position: Position, price: Decimal) -> Position:
    profit = position.quantity * (price - position.average_price)
    return position.model_copy(update={"unrealized_profit": profit.quantize(_CENT)})


def _cents(price: float) -> Decimal:
    return Decimal(str(price)).quantize(_CENT)
