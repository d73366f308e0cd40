"""The outbox: order, limits, and which frames each policy drops."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsgen_runtime import Delivery
from wsgen_runtime.outgoing.outbox import Outbox

OLDEST = Delivery(queue=2)
LATEST = Delivery(overflow="latest")
DISCONNECT = Delivery(queue=2, overflow="disconnect")


def update(
    outbox: Outbox, text: str, delivery: Delivery, route: str = "r", topic: str = "t"
) -> bool:
    return outbox.put_update({"text": text}, len(text), route=route, topic=topic, delivery=delivery)


def drain(outbox: Outbox) -> list[str]:
    texts = []
    while (message := outbox.pop()) is not None:
        texts.append(message["text"])
    return texts


def test_frames_keep_their_order() -> None:
    outbox = Outbox(100)
    assert outbox.put({"text": "answer"}, 6)
    assert update(outbox, "u1", OLDEST)
    assert update(outbox, "u2", LATEST)
    assert len(outbox) == 3
    assert outbox.size == 10
    assert drain(outbox) == ["answer", "u1", "u2"]
    assert outbox.size == 0
    assert outbox.dropped == 0


def test_only_the_oldest_update_of_the_route_is_dropped() -> None:
    outbox = Outbox(100)
    update(outbox, "b1", OLDEST, route="b")
    update(outbox, "a1", OLDEST, route="a")
    outbox.put({"text": "answer"}, 6)
    for text in ("a2", "a3", "a4"):
        assert update(outbox, text, OLDEST, route="a")
    assert drain(outbox) == ["b1", "answer", "a3", "a4"]
    assert outbox.dropped == 2


def test_the_latest_update_of_a_topic_takes_the_place_of_the_first() -> None:
    outbox = Outbox(100)
    update(outbox, "x1", LATEST, topic="x")
    update(outbox, "y1", LATEST, topic="y")
    update(outbox, "x-second", LATEST, topic="x")
    assert outbox.size == len("x-second") + len("y1")
    assert drain(outbox) == ["x-second", "y1"]
    assert outbox.dropped == 1
    update(outbox, "x3", LATEST, topic="x")
    assert drain(outbox) == ["x3"]


def test_a_new_update_does_not_replace_one_of_an_ended_subscription() -> None:
    outbox = Outbox(100)
    update(outbox, "x1", LATEST)
    outbox.seal("t")
    outbox.put({"text": "resubscribed"}, 12)
    update(outbox, "x2", LATEST)
    assert drain(outbox) == ["x1", "resubscribed", "x2"]
    assert outbox.dropped == 0


def test_a_full_queue_asks_to_disconnect() -> None:
    outbox = Outbox(100)
    assert update(outbox, "1", DISCONNECT)
    assert update(outbox, "2", DISCONNECT)
    assert not update(outbox, "3", DISCONNECT)


@pytest.mark.parametrize("delivery", [OLDEST, LATEST, DISCONNECT])
def test_no_policy_exceeds_the_capacity(delivery: Delivery) -> None:
    outbox = Outbox(10)
    assert outbox.put({"text": "12345678"}, 8)
    assert not update(outbox, "123", delivery)
    assert not outbox.put({"text": "123"}, 3)


def test_the_oldest_update_of_another_route_is_dropped_to_make_room() -> None:
    outbox = Outbox(10)
    for text, route in (("a1", "a"), ("b1", "b"), ("a2", "a"), ("b2", "b")):
        assert update(outbox, text, OLDEST, route=route)
    assert update(outbox, "123", OLDEST, route="c")
    assert update(outbox, "456", LATEST, route="d")
    assert outbox.put({"text": "answer"}, 2)
    assert outbox.dropped == 3
    assert drain(outbox) == ["b2", "123", "456", "answer"]


def test_an_update_larger_than_the_outbox_is_dropped_alone() -> None:
    outbox = Outbox(10)
    assert update(outbox, "1", OLDEST)
    assert update(outbox, "x" * 11, OLDEST)
    assert outbox.dropped == 1
    assert drain(outbox) == ["1"]


def test_drop_oldest_makes_room_in_bytes_too() -> None:
    outbox = Outbox(10)
    assert update(outbox, "12345", Delivery(queue=100))
    assert update(outbox, "1234", Delivery(queue=100))
    assert update(outbox, "123456", Delivery(queue=100))
    assert drain(outbox) == ["1234", "123456"]


def test_the_policy_disconnect_does_not_drop_updates() -> None:
    outbox = Outbox(10)
    assert update(outbox, "12345", DISCONNECT)
    assert not update(outbox, "123456", DISCONNECT)
    assert drain(outbox) == ["12345"]


def test_replacing_an_update_may_not_exceed_the_capacity() -> None:
    outbox = Outbox(10)
    assert update(outbox, "1", LATEST)
    assert not update(outbox, "x" * 11, LATEST)
    assert drain(outbox) == ["1"]


def test_a_cleared_outbox_is_empty() -> None:
    outbox = Outbox(10)
    update(outbox, "1", OLDEST)
    update(outbox, "2", LATEST)
    outbox.clear()
    assert (len(outbox), outbox.size, outbox.pop()) == (0, 0, None)
    assert update(outbox, "3", LATEST)
    assert drain(outbox) == ["3"]


def change(outbox: Outbox, text: str, topic: str = "t", *, queue: int = 2) -> dict[str, bool]:
    """Queue a change of a state, and return the topics whose changes were dropped."""
    outbox.put_change({"text": text}, len(text), topic=topic, queue=queue)
    return outbox.take_behind()


def test_changes_of_a_topic_are_dropped_all_together() -> None:
    outbox = Outbox(100)
    assert change(outbox, "x1", "x") == change(outbox, "y1", "y") == change(outbox, "x2", "x") == {}
    assert change(outbox, "x3", "x") == {"x": False}
    assert (outbox.dropped, outbox.size) == (3, 2)
    assert drain(outbox) == ["y1"]


def test_changes_that_no_longer_fit_are_dropped_by_topic_after_other_updates() -> None:
    outbox = Outbox(10)
    assert change(outbox, "x1", "x") == change(outbox, "y1", "y") == {}
    assert update(outbox, "u1", OLDEST)
    assert outbox.put({"text": "answer"}, 6)
    assert outbox.take_behind() == {}
    assert outbox.put({"text": "another"}, 2)
    assert outbox.take_behind() == {"x": False}
    assert change(outbox, "y2-", "y") == {"y": False}
    assert drain(outbox) == ["answer", "another"]


def test_a_state_takes_the_place_of_what_is_queued_of_its_topic() -> None:
    outbox = Outbox(100)
    change(outbox, "x1", "x")
    change(outbox, "y1", "y")
    for state in ("state", "newer"):
        assert outbox.put_state({"text": state}, 5, topic="x")
    assert change(outbox, "x2", "x") == {}
    assert (outbox.dropped, outbox.size) == (0, 9)
    assert drain(outbox) == ["y1", "newer", "x2"]


def test_whoever_overflows_before_the_state_was_sent_is_known() -> None:
    outbox = Outbox(100)
    assert outbox.put_state({"text": "state"}, 5, topic="x")
    assert change(outbox, "x1", "x", queue=1) == {}
    assert change(outbox, "x2", "x", queue=1) == {"x": True}
    assert drain(outbox) == ["state"]
    assert change(outbox, "x3", "x", queue=1) == {}
    assert change(outbox, "x4", "x", queue=1) == {"x": False}


def test_a_state_that_does_not_fit_is_refused() -> None:
    outbox = Outbox(10)
    assert not outbox.put_state({"text": "x" * 11}, 11, topic="x")
    assert outbox.put({"text": "x" * 8}, 8)
    assert not outbox.put_state({"text": "xxx"}, 3, topic="x")


def test_a_sealed_topic_keeps_what_is_queued() -> None:
    outbox = Outbox(100)
    change(outbox, "x1", "x")
    outbox.seal("x")
    assert change(outbox, "x2", "x", queue=1) == {}
    assert change(outbox, "x3", "x", queue=1) == {"x": False}
    assert drain(outbox) == ["x1"]


def test_no_update_overtakes_a_notice_to_all() -> None:
    outbox = Outbox(100)
    update(outbox, "x9", LATEST, topic="x")
    outbox.seal(None)
    outbox.put({"text": "notice"}, 6)
    update(outbox, "x11", LATEST, topic="x")
    assert drain(outbox) == ["x9", "notice", "x11"]


actions = st.lists(
    st.tuples(st.just("put"), st.integers(0, 20))
    | st.tuples(st.sampled_from(["oldest", "latest", "disconnect"]), st.integers(0, 20))
    | st.just(("pop", 0))
    | st.tuples(st.sampled_from(["change", "state"]), st.integers(0, 20))
    | st.sampled_from([("seal", 0), ("seal all", 0)]),
    max_size=60,
)


@given(actions, st.integers(1, 60))
def test_bounds_hold_and_every_frame_is_sent_dropped_or_refused(
    steps: list[tuple[str, int]], capacity: int
) -> None:
    outbox = Outbox(capacity)
    policies = {"oldest": OLDEST, "latest": LATEST, "disconnect": DISCONNECT}
    accepted = sent = 0
    for kind, size in steps:
        if kind == "put":
            accepted += outbox.put({"text": "x" * size}, size)
        elif kind == "pop":
            sent += outbox.pop() is not None
        elif kind == "seal":
            outbox.seal("t")
        elif kind == "seal all":
            outbox.seal(None)
        elif kind == "change":
            change(outbox, "x" * size)
            accepted += 1  # one that is not queued counts as dropped
        elif kind == "state":
            before = len(outbox) + outbox.dropped
            queued = outbox.put_state({"text": "x" * size}, size, topic="t")
            accepted += len(outbox) + outbox.dropped - before  # less those that it replaces
            assert queued or size > capacity - outbox.size
        else:
            accepted += update(outbox, "x" * size, policies[kind], route=kind)
        assert outbox.size <= capacity
    sent += len(drain(outbox))
    assert sent + outbox.dropped == accepted
    assert outbox.size == 0
