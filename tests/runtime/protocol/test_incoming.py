"""Reading frames without sockets: frames in, events out."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, field_validator
from tests.runtime.malformed import texts
from tests.runtime.services import BarRequest

from wsgen_runtime import CloseCode, ErrorCode, Limits
from wsgen_runtime.protocol.events import Event, Fault, Ping, Subscribe, Unsubscribe
from wsgen_runtime.protocol.frames import error_frame
from wsgen_runtime.protocol.incoming import ServerProtocol


def protocol(limits: Limits | None = None, **models: type[BaseModel]) -> ServerProtocol:
    requests: dict[str, type[BaseModel]] = {"bars": BarRequest, "market.bars": BarRequest}
    requests.update(models)
    return ServerProtocol(requests, limits or Limits(), now=0.0)


def read(frame: object, limits: Limits | None = None) -> Event:
    text = frame if isinstance(frame, str) else json.dumps(frame)
    return protocol(limits).receive_text(text, 0.0)


def fault(frame: object, limits: Limits | None = None) -> Fault:
    event = read(frame, limits)
    assert isinstance(event, Fault)
    return event


def test_subscribe_and_unsubscribe_carry_the_validated_request() -> None:
    request = BarRequest(symbol="AAPL")
    frame = {"type": "bars.subscribe", "payload": {"symbol": "AAPL"}, "id": 7}
    assert read(frame) == Subscribe("bars", request, 7)
    frame = {"type": "bars.unsubscribe", "payload": {"symbol": "AAPL"}}
    assert read(frame) == Unsubscribe("bars", request, None)


def test_ping_is_answered_with_its_id() -> None:
    assert read({"type": "ping", "id": "a"}) == Ping("a")


def test_a_route_may_contain_dots() -> None:
    frame = '{"type":"market.bars.subscribe","payload":{"symbol":"A"}}'
    assert read(frame) == Subscribe("market.bars", BarRequest(symbol="A"), None)


def test_the_request_is_read_as_json_so_that_strict_models_take_dates() -> None:
    from datetime import date

    class Strict(BaseModel):
        model_config = ConfigDict(strict=True)
        day: date

    frame = '{"type":"days.subscribe","payload":{"day":"2025-11-01"}}'
    event = protocol(days=Strict).receive_text(frame, 0.0)
    assert event == Subscribe("days", Strict(day=date(2025, 11, 1)), None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[1]",
        '"bars.subscribe"',
        "null",
        "1",
        "{",
        '{"a":NaN}',
        "[" * 10_000,
        "{}{}",
        "\x00",
    ],
)
def test_anything_but_a_json_object_is_invalid_json(text: str) -> None:
    assert fault(text).code is ErrorCode.INVALID_JSON


@pytest.mark.parametrize(
    "kind",
    [
        None,
        7,
        "",
        ".",
        "bars",
        "bars.",
        ".subscribe",
        "bars.update",
        "bar.subscribe",
        "bars.subscribe.response",
        ["bars.subscribe"],
        {"a": 1},
    ],
)
def test_an_unknown_type_is_an_error_with_the_id(kind: object) -> None:
    found = fault({"type": kind, "id": 3})
    assert (found.code, found.id) == (ErrorCode.UNKNOWN_TYPE, 3)


@pytest.mark.parametrize("payload", [None, 1, "x", [], {}, {"symbol": 1}, {"symbol": None}])
def test_an_invalid_payload_says_where(payload: object) -> None:
    found = fault({"type": "bars.subscribe", "payload": payload, "id": "q"})
    assert (found.code, found.id) == (ErrorCode.INVALID_PAYLOAD, "q")
    assert found.details
    assert all(detail.loc[0] == "payload" for detail in found.details)


def test_the_answer_to_an_invalid_payload_has_a_bounded_size() -> None:
    class Numbers(BaseModel):
        numbers: dict[str, list[int]]

    def answer(count: int, key: str) -> Fault:
        payload: object = {"numbers": {key: [{}] * count}}
        event = protocol(n=Numbers).receive_text(
            json.dumps({"type": "n.subscribe", "payload": payload}), 0.0
        )
        assert isinstance(event, Fault)
        return event

    some, many = answer(100, "k" * 10_000), answer(101, "k")
    assert len(some.details) == 100
    assert some.details[7].loc == ("payload", "numbers", "k" * 100 + "…", 7)
    assert len(error_frame(some)) < 40_000
    assert many.details == ()
    assert many.message == "The payload is invalid in 101 places, too many to list"


def test_a_failure_of_the_server_is_not_a_bad_frame_of_the_client() -> None:
    served = protocol(Limits(bad_frames=2))
    faults = [served.fault(ErrorCode.INTERNAL, "Internal server error") for _ in range(5)]
    faults.append(served.fault(ErrorCode.INVALID_JSON, "one"))
    assert [fault.close for fault in faults] == [None] * 6


@pytest.mark.parametrize("frame_id", [True, 1.5, [], {}])
def test_an_id_is_a_string_or_an_integer(frame_id: object) -> None:
    found = fault({"type": "ping", "id": frame_id})
    assert found.code is ErrorCode.INVALID_PAYLOAD
    assert found.details[0].loc == ("id",)
    assert found.id is None


def test_binary_frames_are_answered_with_an_error() -> None:
    event = protocol().receive_bytes(b"{}", 0.0)
    assert isinstance(event, Fault)
    assert event.code is ErrorCode.INVALID_JSON
    assert event.close is None


def test_an_exception_in_a_validator_is_an_internal_error_that_shows_nothing() -> None:
    class Broken(BaseModel):
        symbol: str

        @field_validator("symbol")
        @classmethod
        def fail(cls, value: str) -> str:
            raise ZeroDivisionError("secret")

    frame = '{"type":"broken.subscribe","payload":{"symbol":"A"}}'
    event = protocol(broken=Broken).receive_text(frame, 0.0)
    assert isinstance(event, Fault)
    assert event.code is ErrorCode.INTERNAL
    assert "secret" not in event.message
    assert isinstance(event.cause, ZeroDivisionError)


@pytest.mark.parametrize("text", ["x" * 101, "é" * 51, "€" * 34])
def test_a_frame_is_measured_in_bytes(text: str) -> None:
    assert fault(text, Limits(frame_bytes=100)).close is CloseCode.TOO_LARGE


def test_a_large_binary_frame_is_too_large() -> None:
    event = protocol(Limits(frame_bytes=10)).receive_bytes(b"x" * 11, 0.0)
    assert isinstance(event, Fault)
    assert event.close is CloseCode.TOO_LARGE


@pytest.mark.parametrize("text", ["x" * 100, "é" * 50, "€" * 33])
def test_a_frame_of_the_allowed_size_is_read(text: str) -> None:
    assert fault(text, Limits(frame_bytes=100)).close is None


def test_the_last_allowed_bad_frame_in_a_row_closes() -> None:
    server = protocol(Limits(bad_frames=3))
    closes = []
    for text in ("x", "x", '{"type":"ping"}', "x", "x", "x"):
        event = server.receive_text(text, 0.0)
        if isinstance(event, Fault):
            closes.append(event.close)
        else:
            server.served()
    assert closes == [None, None, None, None, CloseCode.POLICY_VIOLATION]


def test_frames_faster_than_allowed_are_not_read_until_time_has_passed() -> None:
    server = protocol(Limits(frames_per_second=10, frame_burst=2))
    ping = '{"type":"ping"}'
    events = [server.receive_text(ping, 0.0) for _ in range(3)]
    assert events[:2] == [Ping(None), Ping(None)]
    assert isinstance(events[2], Fault)
    assert events[2].code is ErrorCode.RATE_LIMITED
    assert isinstance(server.receive_bytes(b"", 0.0), Fault)
    assert server.receive_text(ping, 0.1) == Ping(None)
    assert isinstance(server.receive_text(ping, 0.1), Fault)


@given(texts)
@settings(max_examples=150, deadline=None)
def test_no_text_raises(text: str) -> None:
    assert isinstance(protocol().receive_text(text, 0.0), Event)


@given(st.binary())
def test_no_bytes_raise(data: bytes) -> None:
    assert isinstance(protocol().receive_bytes(data, 0.0), Fault)
