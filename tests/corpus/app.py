"""The app that the scripts of the corpus talk to. Its clients say by commands what is to happen."""

from typing import Any

from pydantic import BaseModel

from wsgen_runtime import (
    Command,
    CommandContext,
    Connection,
    History,
    ServiceError,
    Session,
    Topic,
    TopicUpdate,
    WsApp,
    WsCommands,
    WsRouter,
)


class BarsRequest(BaseModel):
    symbol: str
    resolution: str | None = None


class Bar(BaseModel):
    close: float


class BookRequest(BaseModel):
    symbol: str


class BookChange(BaseModel):
    price: str
    size: str


class Book(BaseModel):
    sizes: dict[str, str]


class AlertsRequest(BaseModel):
    pass


class NewOrder(BaseModel):
    symbol: str
    quantity: int


class OrderAck(BaseModel):
    number: int


class Producer:
    """Produces what it is told to, for one topic at a time; a book has a change for each update."""

    def __init__(self) -> None:
        self.feed: TopicUpdate | None = None
        self.sizes: dict[str, str] = {}

    async def create_topic(self, topic: Topic[Any], topic_update: TopicUpdate) -> None:
        if topic.request.symbol == "NONE":
            raise ServiceError("unknown symbol", code="not_found")
        self.feed = topic_update

    async def remove_topic(self, topic: Topic[Any]) -> None:
        self.feed = None

    async def snapshot(self, request: BookRequest) -> Book:
        return Book(sizes=dict(self.sizes))


class Quiet:
    """Has no updates."""

    async def create_topic(self, topic: Topic[Any], topic_update: TopicUpdate) -> None:
        pass

    async def remove_topic(self, topic: Topic[Any]) -> None:
        pass


def make_app() -> WsApp:
    """Return a new app. The symbol of an order says what happens, and its quantity how often."""
    bars, books = Producer(), Producer()
    orders: list[NewOrder] = []

    async def place(request: NewOrder, context: CommandContext) -> OrderAck:
        if request.symbol == "REFUSE":
            raise ServiceError("At most 100", code="order_rejected")
        orders.append(request)
        happens = request.symbol.split(", ")
        if "CLOSE" in happens:
            app.disconnect(context.client.id, code=1013, reason="as it was told to")
        if "BARS" in happens and bars.feed is not None:
            for number in range(request.quantity):
                bars.feed(Bar(close=float(number)))
        if "BOOK" in happens and books.feed is not None:
            for number in range(request.quantity):
                books.sizes[f"{number}.5"] = str(len(orders))
                books.feed(BookChange(price=f"{number}.5", size=str(len(orders))))
        if request.symbol == "FAIL" and bars.feed is not None:
            bars.feed.fail(RuntimeError("as it was told to"))
        if request.symbol == "END" and bars.feed is not None:
            bars.feed.end("The data source ended")
        return OrderAck(number=len(orders))

    app = WsApp(
        title="corpus",
        routers=[
            WsRouter(
                service=bars,
                route="bars",
                request_type=BarsRequest,
                data_type=Bar,
                history=History(updates=2),
            ),
            WsRouter(
                service=books,
                route="book",
                request_type=BookRequest,
                data_type=BookChange,
                snapshot_type=Book,
                history=History(updates=3),
            ),
            WsRouter(service=Quiet(), route="alerts", request_type=AlertsRequest, data_type=str),
        ],
        commands=WsCommands(
            Command(
                name="orders.place",
                request_type=NewOrder,
                response_type=OrderAck,
                run=place,
                errors=["order_rejected"],
            )
        ),
        authenticate=_session,
        origins=["*"],
    )
    return app


def _session(connection: Connection) -> Session:
    return Session("ann", id="ann")
