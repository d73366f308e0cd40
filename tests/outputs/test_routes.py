"""The route of a router that names none."""

import pytest

from wsgen.names import default_route


@pytest.mark.parametrize(
    ("name", "route"),
    [
        ("BarWsRouter", "bar"),
        ("L2BookWsRouter", "l2-book"),
        ("S3Events", "s3-events"),
        ("HTTP2ServerRouter", "http2-server"),
        ("OHLC1mWsRouter", "ohlc1m"),
        ("Bars5MinWsRouter", "bars5-min"),
        ("OrderBookV10WsRouter", "order-book-v10"),
        ("HTTPBarWsRouter", "http-bar"),
        ("X1Y2Z3", "x1-y2-z3"),
        ("order_book2WsRouter", "order-book2"),
    ],
)
def test_digits_stay_with_their_word(name: str, route: str) -> None:
    assert default_route(name) == route
