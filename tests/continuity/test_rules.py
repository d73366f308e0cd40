"""The rules of the reference client, one by one, without a connection."""

from typing import Any

from tests.continuity.rules import Event, Following, Position

TOPIC = "bars:{}"


def following(*, stateful: bool = False) -> tuple[Following, list[Event]]:
    events: list[Event] = []
    return Following("bars", {}, events.append, stateful), events


def answer(seq: int, *, epoch: str = "e", **more: Any) -> dict[str, Any]:
    return {"topic": TOPIC, "epoch": epoch, "seq": seq, "recovered": False, **more}


def live(at: int, *, stateful: bool = False) -> tuple[Following, list[Event]]:
    """Return a client that has had one update, or state, at position `at`."""
    client, events = following(stateful=stateful)
    client.ask(1)
    client.answer(answer(at - 1))
    if stateful:
        client.snapshot("e", at, "state")
    else:
        client.update(at, "data")
    events.clear()
    return client, events


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events]


def test_rule_1_a_client_asks_since_its_position() -> None:
    client, _ = following()
    assert client.ask(7) == {"type": "bars.subscribe", "payload": {}, "id": 7}
    client.answer(answer(3))
    assert client.ask(8)["since"] == {"epoch": "e", "seq": 3}


def test_rule_2_frames_of_before_are_ignored_until_the_answer() -> None:
    client, events = live(4)
    client.ask(2)
    client.update(5, "data")
    client.reset(answer(9))
    assert client.unsubscribed({"retry_after": 1}) is None
    assert (client.state, client.at, events) == ("asked", Position("e", 4), [])


def test_rule_3_a_recovered_client_goes_on_where_it_was() -> None:
    client, events = live(4)
    client.ask(2)
    client.answer(answer(4, recovered=True))
    client.update(5, "data")
    assert kinds(events) == ["answer", "update"]
    assert client.at == Position("e", 5)


def test_rule_4_a_client_that_is_not_recovered_knows_of_a_loss() -> None:
    client, events = live(4)
    client.ask(2)
    client.answer(answer(8, epoch="f"))
    assert kinds(events) == ["gap", "answer"]
    assert (client.state, client.at) == ("live", Position("f", 8))


def test_rule_5_a_refused_client_asks_again_if_that_may_help() -> None:
    client, _ = following()
    client.ask(1)
    assert (client.refuse({"code": "internal", "retry_after": 2.0}), client.state) == (
        2.0,
        "waiting",
    )
    client.ask(2)
    assert (client.refuse({"code": "unauthorized"}), client.state) == (None, "ended")


def test_rule_6_a_client_without_a_state_drops_updates() -> None:
    client, events = following(stateful=True)
    client.ask(1)
    client.answer({"topic": TOPIC})
    client.update(3, "data")
    client.snapshot("e", 3, "state")
    assert kinds(events) == ["answer", "snapshot"]
    assert (client.state, client.at) == ("live", Position("e", 3))


def test_rule_7_each_missing_number_is_a_loss() -> None:
    client, events = live(4)
    assert not client.update(8, "data")
    assert [(event.kind, event.count) for event in events] == [("gap", 3), ("update", None)]
    assert not client.update(8, "data")
    assert kinds(events)[-1] == "overtaken"


def test_rule_7_a_state_with_a_loss_is_asked_for_again() -> None:
    client, events = live(4, stateful=True)
    assert client.update(6, "data")
    assert (client.state, client.at, kinds(events)) == ("syncing", None, ["gap"])


def test_rule_8_a_reset_is_like_an_answer() -> None:
    client, events = live(4)
    client.reset(answer(0, epoch="f"))
    assert kinds(events) == ["gap", "answer"]
    assert client.at == Position("f", 0)


def test_rule_9_a_topic_that_has_ended_is_asked_for_again_if_that_may_help() -> None:
    client, _ = live(4)
    assert client.unsubscribed({"retry_after": 1.0}) == 1.0
    client.lose_connection()
    assert client.state == "off"
    client, _ = live(4)
    assert client.unsubscribed({}) is None
    client.lose_connection()
    assert client.state == "ended"


def test_rule_11_a_position_survives_its_connection() -> None:
    client, _ = live(4)
    client.lose_connection()
    assert client.ask(2)["since"] == {"epoch": "e", "seq": 4}


def test_rule_12_a_founding_server_gives_no_positions() -> None:
    client, events = following()
    client.ask(1)
    client.answer({"topic": TOPIC})
    client.update(5, "data")
    client.update(6, "data")
    client.lose_connection()
    assert "since" not in client.ask(2)
    client.answer({"topic": TOPIC})
    assert kinds(events) == ["answer", "update", "update", "lost", "gap", "answer"]
