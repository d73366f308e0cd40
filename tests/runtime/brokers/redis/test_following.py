"""What a process makes of the messages of a topic with positions, and of what it reads."""

import pytest
from tests.runtime.brokers.redis.position_hosts import KEEPING, TOPIC, Host

from wsgen_runtime.brokers.redis.following import Entry, Follower, Reading
from wsgen_runtime.brokers.redis.keeping import Ledger
from wsgen_runtime.brokers.redis.messages import Numbered, RedisNames, Update, read_message
from wsgen_runtime.brokers.redis.positions import KeptTopics, generation
from wsgen_runtime.protocol.positions import Position


class Following:
    """A follower of a topic, which has read its state."""

    def __init__(self, epoch: str = "3.a", seq: int = 2, *entries: int) -> None:
        self.host = Host(KEEPING)
        self.asked: list[str] = []
        topic = KeptTopics(RedisNames("wsgen", 0)).open(TOPIC, KEEPING, "")
        self.it = Follower(topic, self.host, lambda: "0.own", self.asked.append)
        self.read(epoch, seq, *entries)

    def read(self, epoch: str, seq: int, *entries: int) -> None:
        kept = [Entry(it, f"m{it}", "", str(it)) for it in entries]
        self.it.take(Reading(Position(epoch, seq), kept))

    def hear(self, kind: str, epoch: str, seq: int) -> None:
        self.it.hear(Numbered(kind, epoch, seq, f"m{seq}", "", str(seq)))


def test_messages_that_come_before_the_store_was_read_are_merged_by_number() -> None:
    it = Following()
    it.it.disconnect()
    for seq in (2, 3, 4, 5):
        it.hear("u", "3.a", seq)
    assert it.host.updates == []
    it.read("3.a", 4, 3, 4)
    assert it.host.updates == [(3, "3"), (4, "4"), (5, "5")]
    assert (it.host.losses, it.it.unread, it.host.wrong) == (1, False, [])


def test_what_the_store_does_not_have_any_more_is_a_loss() -> None:
    it = Following()
    it.it.disconnect()
    it.read("3.a", 6, 5, 6)
    assert (it.host.updates, it.host.losses) == ([(5, "5"), (6, "6")], 2)


def test_messages_before_an_epoch_are_passed_over_and_those_of_an_unknown_one_are_read() -> None:
    it = Following()
    it.hear("u", "2.z", 99)
    assert (it.host.updates, it.it.unread, it.it.doubtful) == ([], False, True)
    it.hear("u", "4.b", 2)
    assert it.it.unread
    it.read("4.b", 1, 1)
    assert it.host.updates == [(1, "1"), (2, "2")]
    assert it.host.position == Position("4.b", 2)


def test_two_epochs_of_one_generation_are_read_whatever_the_message() -> None:
    for kind in "bun":
        it = Following()
        it.hear(kind, "3.b", 0)
        assert it.it.unread


def test_what_a_client_has_had_elsewhere_is_read_if_it_is_not_known() -> None:
    it = Following("2.a", 3)
    there = [("2.a", 3), ("2.b", 9), ("1.c", 9), ("other", 9), ("²", 9), ("9" * 5000, 9)]
    assert not any(it.it.seek(Position(*each), 1) for each in there)
    for later in (("2.a", 4), ("3.b", 0)):
        assert Following("2.a", 3).it.seek(Position(*later), 1)
    it.it.disconnect()
    assert it.it.seek(Position("2.a", 3), 1)


def test_what_the_store_does_not_have_is_not_sought_again_at_once() -> None:
    it = Following("2.a", 3)
    assert it.it.seek(Position("2.a", 4), 1)
    it.read("2.a", 4, 4)
    assert it.it.seek(Position("2.a", 9), 1)
    it.read("2.a", 4)
    assert not it.it.seek(Position("2.a", 9), 1)
    assert not it.it.seek(Position("2.a", 5), 1.5)
    assert it.it.seek(Position("2.a", 5), 2)


def test_an_epoch_that_begins_is_not_read() -> None:
    it = Following()
    it.hear("b", "4.b", 0)
    it.hear("u", "4.b", 1)
    assert it.host.updates == [(1, "1")]
    assert (it.host.losses, it.it.unread) == (2, False)
    it.hear("b", "4.b", 0)  # sent again
    assert it.host.losses == 2


def test_a_number_that_comes_again_shows_that_the_store_counts_anew() -> None:
    it = Following()
    it.hear("u", "3.a", 3)
    it.hear("u", "3.a", 3)
    assert (it.it.unread, it.it.forked) == (True, True)
    assert it.host.updates == [(3, "3")]
    it.read("4.c", 0)
    assert (it.it.forked, it.host.position) == (False, Position("4.c", 0))
    assert it.host.wrong == []


def test_a_state_from_before_what_was_read_is_asked_for_again() -> None:
    it = Following()
    it.hear("s", "3.a", 1)
    assert (it.host.snapshots, it.asked) == ([], [TOPIC])
    it.hear("s", "3.a", 2)
    assert it.host.snapshots == [(Position("3.a", 2), "2")]


def test_an_update_that_cannot_be_delivered_leaves_a_gap() -> None:
    it = Following()
    it.it.pass_over(Numbered("u", "3.a", 3))
    it.hear("u", "3.a", 4)
    assert it.host.updates == [(4, "4")]
    it.hear("u", "3.a", 4)
    assert it.it.forked


def test_updates_of_earlier_versions_are_counted_here() -> None:
    it = Following()
    it.it.hear(Update("7", b"token", 1))
    it.hear("u", "3.a", 3)
    it.it.skip(2)
    it.it.hear(Update("9", b"token", 4))
    it.hear("n", "3.a", 4)
    it.hear("s", "3.a", 4)
    assert it.host.updates == [(1, "7"), (2, "3"), (5, "9")]
    assert it.host.position == Position("0.own", 6)
    assert it.host.snapshots == [(Position("0.own", 6), "4")]
    assert (it.host.losses, it.it.countable) == (3, False)
    it.hear("b", "4.b", 0)
    it.hear("u", "4.b", 1)
    assert it.host.updates == [(1, "1")]
    assert it.host.wrong == []


@pytest.mark.parametrize(
    "text",
    [
        b"2 x 3.a 1",
        b"2 u 3.a 1",
        b"2 u 3.a 1 mark label",
        b"2 u 3.a 1 mark label {",
        b"2 u a 1 mark label 1",
        b"2 u 3.\xff 1 mark label 1",
        b"2 u 3.a -1 mark label 1",
        b"2 u 3.a 1 m\xff label 1",
        b"2 u 3.a 1 mark l\xff 1",
        b"2 u 3.a%b 1 mark label 1" % (b"a" * 100),
        b"2 b 3.a 0 more",
        b"2 e 3.a 1 7",
        b"2 n 3.\x00 1",
        b"2 ",
        b"2 a more",
    ],
)
def test_malformed_messages_are_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"^it"):
        read_message(text)


def test_the_generation_of_an_epoch_is_its_number() -> None:
    assert [generation(it) for it in ("3.a", "12.b-1", "", "own", "0.own")] == [3, 12, 0, 0, 0]


def test_a_topic_that_was_closed_meanwhile_is_not_read() -> None:
    ledger = Ledger(Host(KEEPING), RedisNames("wsgen", 0), "process", lambda: 0, lambda _: None)
    closed = ledger.follow(TOPIC, "")
    assert closed is not None
    ledger.close(TOPIC)
    ledger.read_soon(closed)
    assert ledger.unread(10) == []
    ledger.follow(TOPIC, "")
    ledger.read_soon(closed)
    assert ledger.unread(10) == []
