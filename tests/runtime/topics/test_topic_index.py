"""The bookkeeping of topics: each rule, and then any sequence of calls against a model."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from wsgen_runtime.topics.subscriptions import Joined, TopicIndex, TopicOutcome, TopicStep

Index = TopicIndex[str, int]


def live(index: Index, topic: str, *members: str) -> None:
    """Bring `topic` up with `members`, produced here."""
    for member in members:
        index.join(topic, member, 0)
    assert index.next_step(topic) is TopicStep.OPEN
    index.finish(topic, owned=True)
    assert index.next_step(topic) is TopicStep.CREATE
    index.finish(topic)
    assert index.next_step(topic) is None


def test_first_subscriber_waits_for_open_and_create() -> None:
    index = Index()
    assert index.join("t", "a", 1) is Joined.WAITING
    assert index.next_step("t") is TopicStep.OPEN
    assert index.next_step("t") is None
    assert index.finish("t", owned=True) == TopicOutcome()
    assert index.next_step("t") is TopicStep.CREATE
    assert index.finish("t") == TopicOutcome(subscribed=(("a", [1]),))
    assert index.join("t", "b", 2) is Joined.READY


def test_concurrent_first_subscribers_share_one_create() -> None:
    index = Index()
    index.join("t", "a", 1)
    index.next_step("t")
    index.join("t", "b", 2)
    index.join("t", "a", 3)
    index.finish("t", owned=True)
    assert index.next_step("t") is TopicStep.CREATE
    assert index.finish("t").subscribed == (("a", [1, 3]), ("b", [2]))


def test_the_last_subscriber_who_leaves_removes_the_topic() -> None:
    index = Index()
    live(index, "t", "a", "b")
    assert index.leave("t", "a") == []
    assert index.next_step("t") is None
    assert index.leave("t", "b") == []
    assert index.next_step("t") is TopicStep.REMOVE
    index.finish("t")
    assert index.next_step("t") is TopicStep.CLOSE
    index.finish("t")
    assert index.next_step("t") is None
    assert len(index) == 0


def test_leaving_a_topic_without_a_subscription_returns_none() -> None:
    index = Index()
    assert index.leave("t", "a") is None
    live(index, "t", "a")
    assert index.leave("t", "b") is None
    index.leave("t", "a")
    assert index.leave("t", "a") is None


def test_duplicate_subscriptions_count_once() -> None:
    index = Index()
    live(index, "t", "a")
    assert index.join("t", "a", 2) is Joined.READY
    assert len(index.held_by("a").names) == 1
    assert index.leave("t", "a") == []
    assert index.next_step("t") is TopicStep.REMOVE


def test_a_subscriber_who_comes_while_the_last_one_leaves_gets_a_new_producer() -> None:
    index = Index()
    live(index, "t", "a")
    index.leave("t", "a")
    assert index.next_step("t") is TopicStep.REMOVE
    assert index.join("t", "b", 5) is Joined.WAITING
    assert index.finish("t") == TopicOutcome()
    assert index.next_step("t") is TopicStep.CREATE
    assert index.finish("t").subscribed == (("b", [5]),)


def test_leaving_before_the_topic_has_started_returns_the_unanswered_tokens() -> None:
    index = Index()
    index.join("t", "a", 1)
    index.next_step("t")
    assert index.leave("t", "a") == [1]
    index.finish("t", owned=True)
    assert index.next_step("t") is TopicStep.CLOSE


def test_a_failed_create_expels_all_and_leaves_nothing() -> None:
    index = Index()
    index.join("t", "a", 1)
    index.next_step("t")
    index.finish("t", owned=True)
    index.next_step("t")
    assert index.finish("t", failed=True) == TopicOutcome(failed=(("a", [1]),))
    assert index.next_step("t") is TopicStep.CLOSE
    index.finish("t")
    index.next_step("t")
    assert (len(index), len(index.held_by("a").names)) == (0, 0)


def test_a_failed_open_expels_all_and_leaves_nothing() -> None:
    index = Index()
    index.join("t", "a", 1)
    index.next_step("t")
    assert index.finish("t", failed=True).failed == (("a", [1]),)
    assert index.next_step("t") is None
    assert len(index) == 0


def test_a_topic_produced_elsewhere_is_ready_once_open() -> None:
    index = Index()
    index.join("t", "a", 1)
    index.next_step("t")
    assert index.finish("t", owned=False).subscribed == (("a", [1]),)
    assert index.next_step("t") is None
    index.own("t", True)
    assert index.next_step("t") is TopicStep.CREATE
    index.finish("t")
    index.own("t", False)
    assert index.next_step("t") is TopicStep.REMOVE
    index.finish("t")
    assert index.join("t", "b", 2) is Joined.READY


def test_a_takeover_that_fails_ends_the_subscriptions() -> None:
    index = Index()
    index.join("t", "a", 1)
    index.next_step("t")
    index.finish("t", owned=False)
    index.own("t", True)
    index.next_step("t")
    assert index.finish("t", failed=True) == TopicOutcome(ended=("a",))


def test_cancel_expels_members_and_those_who_wait() -> None:
    index = Index()
    live(index, "t", "a")
    assert index.cancel("t") == TopicOutcome(ended=("a",))
    assert index.cancel("unknown") == TopicOutcome()
    assert index.next_step("t") is TopicStep.REMOVE
    index.join("t", "b", 1)
    assert index.cancel("t") == TopicOutcome(failed=(("b", [1]),))
    index.finish("t")
    assert index.next_step("t") is TopicStep.CLOSE


def test_a_producer_that_has_ended_is_created_again_for_the_next_subscriber() -> None:
    index = Index()
    live(index, "t", "a", "b")
    assert index.end("t") == TopicOutcome(ended=("a", "b"))
    assert index.end("unknown") == TopicOutcome()
    assert index.join("t", "c", 1) is Joined.WAITING
    assert index.next_step("t") is TopicStep.REMOVE
    assert index.finish("t") == TopicOutcome()
    assert index.next_step("t") is TopicStep.CREATE
    assert index.finish("t") == TopicOutcome(subscribed=(("c", [1]),))


def test_drop_leaves_all_topics() -> None:
    index = Index()
    live(index, "t", "a", "b")
    live(index, "u", "a")
    assert index.held_by("a").names == {"t", "u"}
    assert sorted(index.drop("a")) == ["t", "u"]
    assert index.held_by("a").names == frozenset()
    assert index.next_step("t") is None
    assert index.next_step("u") is TopicStep.REMOVE


def test_those_who_wait_are_subscribed_when_another_process_produces_the_topic() -> None:
    index = Index()
    index.join("t", "a", 1)
    index.next_step("t")
    index.finish("t", owned=False)
    index.own("t", True)
    assert index.join("t", "b", 2) is Joined.WAITING
    assert index.own("t", False) == TopicOutcome(subscribed=(("b", [2]),))
    assert index.join("t", "b", 3) is Joined.READY


def test_own_of_an_unknown_topic_does_nothing() -> None:
    index = Index()
    index.own("t", True)
    assert index.next_step("t") is None
    assert "t" not in index


MEMBERS = st.sampled_from(["a", "b", "c"])
TOPICS = st.sampled_from(["t", "u"])


def test_a_topic_lives_on_without_subscribers_until_it_expires() -> None:
    index = Index()
    live(index, "t", "a")
    index.join("t", "a", 1, lives_on=True)
    index.leave("t", "a")
    assert index.next_step("t") is None
    assert (len(index), index.names()) == (1, ())
    assert index.join("t", "b", 2, lives_on=True) is Joined.READY
    index.leave("t", "b")
    index.expire("t")
    assert index.next_step("t") is TopicStep.REMOVE


def test_a_topic_that_lives_on_is_not_produced_for_nobody() -> None:
    index = Index()
    index.join("t", "a", 1, lives_on=True)
    index.next_step("t")
    index.finish("t", owned=False)
    index.leave("t", "a")
    assert index.next_step("t") is None
    index.own("t", owned=True)
    assert index.next_step("t") is TopicStep.CLOSE


def test_a_topic_whose_producer_has_ended_does_not_live_on() -> None:
    index = Index()
    index.join("t", "a", 1, lives_on=True)
    live(index, "t", "b")
    index.join("t", "b", 1, lives_on=True)
    index.end("t")
    assert index.next_step("t") is TopicStep.REMOVE
    index.finish("t")
    assert index.next_step("t") is TopicStep.CLOSE


def test_who_may_have_had_more_waits_until_the_position_was_read() -> None:
    index = Index()
    live(index, "t", "a")
    assert index.join("t", "a", 1, behind=True) is Joined.READY
    assert index.next_step("t") is None
    assert index.join("t", "b", 2, behind=True) is Joined.WAITING
    assert index.next_step("t") is TopicStep.READ
    assert index.join("t", "c", 3) is Joined.WAITING
    assert index.join("t", "d", 4, behind=True) is Joined.WAITING
    assert not index["t"].starting
    outcome = index.finish("t", failed=True)
    assert outcome.subscribed == (("b", [2]), ("c", [3]), ("d", [4]))
    assert index.next_step("t") is None
    assert index.join("t", "e", 5) is Joined.READY


class TopicModel(RuleBasedStateMachine):
    """The index against a set of pairs: (topic, member) is in it from join to leave, drop, cancel or failure."""

    def __init__(self) -> None:
        super().__init__()
        self.index = Index()
        self.pairs: set[tuple[str, str]] = set()
        self.unanswered: set[tuple[str, str, int]] = set()
        self.steps: dict[str, TopicStep] = {}
        self.producing: set[str] = set()
        self.opened: set[str] = set()
        self.spent: set[str] = set()
        self.lives_on: set[str] = set()
        self.tokens = 0

    def answer(self, topic: str, answered: tuple[tuple[str, list[int]], ...]) -> None:
        for member, tokens in answered:
            for token in tokens:
                self.unanswered.remove((topic, member, token))  # answered only once

    def ended(self, topic: str, outcome: TopicOutcome[str, int]) -> None:
        self.answer(topic, outcome.failed)
        gone = {member for member, _ in outcome.failed} | set(outcome.ended)
        assert gone == {member for name, member in self.pairs if name == topic}
        self.pairs = {pair for pair in self.pairs if pair[0] != topic}

    @rule(topic=TOPICS, member=MEMBERS, lives_on=st.booleans(), behind=st.booleans())
    def join(self, topic: str, member: str, lives_on: bool, behind: bool) -> None:
        self.tokens += 1
        self.pairs.add((topic, member))
        (self.lives_on.add if lives_on else self.lives_on.discard)(topic)
        joined = self.index.join(topic, member, self.tokens, lives_on=lives_on, behind=behind)
        if joined is Joined.WAITING:
            self.unanswered.add((topic, member, self.tokens))

    @rule(topic=TOPICS, member=MEMBERS)
    def leave(self, topic: str, member: str) -> None:
        tokens = self.index.leave(topic, member)
        assert (tokens is not None) is ((topic, member) in self.pairs)
        self.pairs.discard((topic, member))
        self.answer(topic, ((member, tokens or []),))

    @rule(member=MEMBERS)
    def drop(self, member: str) -> None:
        assert set(self.index.drop(member)) == {t for t, m in self.pairs if m == member}
        self.pairs = {pair for pair in self.pairs if pair[1] != member}
        self.unanswered = {item for item in self.unanswered if item[1] != member}

    @rule(topic=TOPICS)
    def cancel(self, topic: str) -> None:
        self.ended(topic, self.index.cancel(topic))

    @rule(topic=TOPICS)
    def producer_ends(self, topic: str) -> None:
        waiting = {member for name, member, _ in self.unanswered if name == topic}
        gone = set(self.index.end(topic).ended)
        assert gone == {member for name, member in self.pairs if name == topic} - waiting
        self.pairs -= {(topic, member) for member in gone}
        if topic in self.producing:
            self.spent.add(topic)

    @rule(topic=TOPICS, owned=st.booleans())
    def own(self, topic: str, owned: bool) -> None:
        if topic in self.opened:
            self.answer(topic, self.index.own(topic, owned).subscribed)

    @rule(topic=TOPICS)
    def keep(self, topic: str) -> None:
        self.index.keep(topic)
        self.lives_on.add(topic)

    @rule(topic=TOPICS)
    def expire(self, topic: str) -> None:
        self.index.expire(topic)
        self.lives_on.discard(topic)

    @rule(topic=TOPICS)
    def begin(self, topic: str) -> None:
        step = self.index.next_step(topic)
        if step is None:
            return
        assert topic not in self.steps, "one step at a time"
        self.steps[topic] = step
        wanted = any(name == topic for name, _ in self.pairs)
        assert (topic in self.opened) is (step is not TopicStep.OPEN)
        if step is not TopicStep.READ:
            assert (topic in self.producing) is (step is TopicStep.REMOVE)
        if topic in self.spent:
            assert step is TopicStep.REMOVE
        if step is TopicStep.OPEN:
            assert wanted or topic in self.lives_on
        if step is TopicStep.CREATE:
            assert wanted, "nothing is produced for nobody"
        if step is TopicStep.CLOSE:
            assert not wanted

    @precondition(lambda self: self.steps)
    @rule(data=st.data(), failed=st.booleans(), owned=st.booleans())
    def end(self, data: st.DataObject, failed: bool, owned: bool) -> None:
        topic = data.draw(st.sampled_from(sorted(self.steps)))
        step = self.steps.pop(topic)
        outcome = self.index.finish(topic, failed=failed, owned=owned)
        if step is TopicStep.OPEN and not failed:
            self.opened.add(topic)
        elif step is TopicStep.CREATE and not failed:
            self.producing.add(topic)
        elif step is TopicStep.REMOVE:
            self.producing.discard(topic)
            self.spent.discard(topic)
        elif step is TopicStep.CLOSE:
            self.opened.discard(topic)
        if failed and step in (TopicStep.OPEN, TopicStep.CREATE):
            self.ended(topic, outcome)
        else:
            self.answer(topic, outcome.subscribed)

    @invariant()
    def subscriptions_are_those_of_the_model(self) -> None:
        for member in "abc":
            assert self.index.held_by(member).names == {t for t, m in self.pairs if m == member}

    def teardown(self) -> None:
        """After all have left and all steps are done, nothing is left and nobody waits for an answer."""
        for member in "abc":
            self.drop(member)
        for topic in "tu":
            self.expire(topic)
            while topic in self.steps or self.index.next_step(topic):
                self.steps.pop(topic, None)
                self.index.finish(topic)
        assert len(self.index) == 0
        assert not self.unanswered


TestTopicModel = TopicModel.TestCase
TestTopicModel.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
