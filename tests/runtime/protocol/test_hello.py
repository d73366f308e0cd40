"""Reading `hello`, and what changes after it: ids of frames that are not read, and `retry_after`."""

import json

import pytest
from tests.runtime.services import BarRequest

from wsgen_runtime import ErrorCode, Limits, WsRouter
from wsgen_runtime.protocol.events import Event, Fault, Hello, Ping
from wsgen_runtime.protocol.frame_ids import find_id
from wsgen_runtime.protocol.frames import error_frame
from wsgen_runtime.protocol.incoming import ServerProtocol
from wsgen_runtime.protocol.reserved import RESERVED

HELLO = {"type": "hello", "payload": {"version": 1, "features": ["positions"]}, "id": 1}


def protocol(**limits: float) -> ServerProtocol:
    return ServerProtocol({"bars": BarRequest}, Limits(**limits), now=0.0)  # type: ignore[arg-type] # by their names


def read(server: ServerProtocol, frame: object) -> Event:
    return server.receive_text(frame if isinstance(frame, str) else json.dumps(frame), 0.0)


def refused(event: Event) -> Fault:
    assert isinstance(event, Fault)
    return event


def test_hello_names_the_features_of_the_client() -> None:
    assert read(protocol(), HELLO) == Hello(frozenset({"positions"}), 1)


def test_unknown_features_and_fields_are_ignored() -> None:
    payload = {"version": 1, "features": ["x"], "client": "bot/1", "contract": "9f3c", "y": [1]}
    frame = {"type": "hello", "payload": payload, "z": 1}
    assert read(protocol(), frame) == Hello(frozenset({"x"}), None)


@pytest.mark.parametrize("before", ["ping", '{"type":"ping"}', "x", '{"type":"x"}'])
def test_hello_must_be_the_first_frame(before: str) -> None:
    server = protocol()
    read(server, before)
    event = refused(read(server, HELLO))
    assert (event.code, event.id) == (ErrorCode.UNEXPECTED_HELLO, 1)
    assert not server.greeted


def test_a_second_hello_is_an_error() -> None:
    server = protocol()
    read(server, HELLO)
    assert refused(read(server, HELLO)).code is ErrorCode.UNEXPECTED_HELLO
    assert server.greeted


@pytest.mark.parametrize("payload", [None, {}, {"version": 2}, {"version": "x"}])
def test_the_answer_to_another_version_says_which_is_supported(payload: object) -> None:
    server = protocol()
    event = refused(read(server, {"type": "hello", "payload": payload, "id": 1}))
    assert (event.code, event.id) == (ErrorCode.INVALID_PAYLOAD, 1)
    assert event.message == "The version of the protocol is not supported; version 1 is"
    assert isinstance(read(server, HELLO), Hello), "the client may correct it"


@pytest.mark.parametrize("payload", [7, [], {"version": 1, "features": "positions"}])
def test_a_malformed_hello_says_where(payload: object) -> None:
    event = refused(read(protocol(), {"type": "hello", "payload": payload}))
    assert event.code is ErrorCode.INVALID_PAYLOAD
    assert event.details[0].loc[0] == "payload"


def test_without_hello_a_frame_that_is_not_read_is_answered_without_an_id() -> None:
    server = protocol(frame_burst=1)
    read(server, {"type": "ping"})
    event = refused(read(server, {"type": "ping", "id": 5}))
    assert (event.code, event.id) == (ErrorCode.RATE_LIMITED, None)
    assert refused(read(protocol(), '{"x":,"id":5}')).id is None
    assert "retry_after" not in error_frame(event)


def test_after_hello_rate_limited_has_the_id_and_the_time_until_the_next_frame() -> None:
    server = protocol(frame_burst=1, frames_per_second=4)
    read(server, HELLO)
    event = refused(read(server, {"type": "ping", "id": 5}))
    assert (event.code, event.id, event.retry_after) == (ErrorCode.RATE_LIMITED, 5, 0.25)
    frame = json.loads(error_frame(event, greeted=True))
    assert (frame["id"], frame["payload"]["retry_after"]) == (5, 0.25)
    assert server.receive_text('{"type":"ping"}', 0.25) == Ping(None)


def test_after_hello_invalid_json_has_the_id_where_one_can_be_read() -> None:
    server = protocol()
    read(server, HELLO)
    assert refused(read(server, '{"type":"bars.subscribe","payload":{"a":},"id":5}')).id == 5
    assert refused(read(server, "{")).id is None


def test_after_hello_a_frame_that_is_too_large_has_the_id() -> None:
    server = protocol(frame_bytes=200)
    read(server, HELLO)
    assert refused(read(server, {"type": "x", "payload": "x" * 200, "id": 5})).id == 5


def test_an_answer_that_is_final_has_no_retry_after() -> None:
    assert refused(read(protocol(), {"type": "x"})).retry_after is None


def test_an_internal_error_may_be_asked_again() -> None:
    assert protocol().failure(1, ZeroDivisionError()).retry_after == 1.0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"id":7,"type":"ping"}', 7),
        ('{ "type" : "ping" , "id" : "a\\"b" }', 'a"b'),
        ('{"type":"x","payload":{"id":1},"id":2}', 2),
        ('{"type":"x","id":2,"payload":{"id":1}}', 2),
        ('{"type":"x","id":2,"payload":{"id":1},"z":1}', 2),
        ('{"type":"x","payload":{"id":1},"id":2,"since":{"epoch":"e","seq":1}}', 2),
        ('{"type":"x","payload":{"id":1},"id":2,"key":"k"}', 2),
        ('{"type":"x","payload":{"id":1}}', None),
        ('{"payload":{"id":1},"type":"x"}', None),
        ('{"type":"x","payload":"\\"id\\":1}"}', None),
        ('{"id":1.5}', None),
        ('{"id":null}', None),
        ('{"id":"\\x"}', None),
        ('{"id":99999999999999999999}', None),
        ('{"id":' + '"' + "x" * 300 + '"}', None),
        ('{"payload":"' + "x" * 60_000 + '","id":3}', 3),
        ("", None),
    ],
)
def test_an_id_is_found_only_where_it_is_that_of_the_frame(text: str, found: object) -> None:
    assert find_id(text) == found


@pytest.mark.parametrize("route", sorted(RESERVED))
def test_no_route_has_a_reserved_name(route: str) -> None:
    class Service:
        async def create_topic(self, topic: str, topic_update: object) -> None: ...

        async def remove_topic(self, topic: str) -> None: ...

    for name in (route, f"market.{route}"):
        with pytest.raises(ValueError, match="reserved name"):
            WsRouter(service=Service(), route=name, request_type=BarRequest, data_type=int)
