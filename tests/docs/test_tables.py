"""The tables of the runtime's docs: they name what there is, all of it, with its defaults."""

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterator

import pytest

from tests.runtime import test_limits
from tests.runtime.commands import test_commands, test_keys
from tests.runtime.connections import test_auth
from tests.runtime.outgoing import test_slow_clients
from tests.runtime.protocol import test_hello, test_incoming
from wsgen_runtime import CloseCode, ErrorCode, Limits
from wsgen_runtime.documents.metrics import render_metrics
from wsgen_runtime.stats import BrokerStats, Stats

from .pages import ROOT

# Where each code is caused: on purpose by name, so that a code nobody causes cannot pass.
CLOSED_BY: dict[CloseCode, Callable[..., object]] = {
    CloseCode.GOING_AWAY: test_limits.test_the_maximum_lifetime_closes_with_1001,
    CloseCode.POLICY_VIOLATION: test_limits.test_too_many_bad_frames_in_a_row_close_with_1008,
    CloseCode.TOO_LARGE: test_limits.test_a_frame_too_large_closes_with_1009,
    CloseCode.INTERNAL: test_limits.test_an_unforeseen_failure_closes_with_1011_and_is_logged,
    CloseCode.TRY_LATER: test_slow_clients.test_the_policy_disconnect_closes_with_a_reason,
    CloseCode.UNAUTHORIZED: test_auth.test_an_expired_authentication_closes_the_socket,
    CloseCode.TIMEOUT: test_limits.test_silence_closes_with_3008_unless_frames_come,
}
ANSWERED_BY: dict[ErrorCode, Callable[..., object]] = {
    ErrorCode.INVALID_JSON: test_limits.test_a_binary_frame_is_an_error_and_the_socket_stays,
    ErrorCode.UNKNOWN_TYPE: test_incoming.test_an_unknown_type_is_an_error_with_the_id,
    ErrorCode.INVALID_PAYLOAD: test_incoming.test_an_invalid_payload_says_where,
    ErrorCode.NOT_SUBSCRIBED: test_limits.test_unsubscribing_without_a_subscription_is_an_error,
    ErrorCode.UNAUTHORIZED: test_auth.test_a_token_in_the_header_is_accepted,
    ErrorCode.TOO_MANY_SUBSCRIPTIONS: test_limits.test_the_number_of_topics_is_limited,
    ErrorCode.KEYS_UNAVAILABLE: test_keys.test_a_key_needs_a_user_with_an_id,
    ErrorCode.KEY_REUSED: test_keys.test_a_key_belongs_to_one_payload_and_one_user,
    ErrorCode.OUTCOME_UNKNOWN: test_keys.test_what_a_shutdown_cuts_short_has_an_unknown_outcome,
    ErrorCode.UNAVAILABLE: test_commands.test_waiting_commands_are_limited,
    ErrorCode.RATE_LIMITED: test_limits.test_frames_too_fast_are_an_error_and_then_1008,
    ErrorCode.UNEXPECTED_HELLO: test_hello.test_hello_must_be_the_first_frame,
    ErrorCode.INTERNAL: test_auth.test_authorize_may_be_a_coroutine_function_and_may_raise,
}


def rows(page: str, head: str) -> list[list[str]]:
    """Return the cells, without back quotes, of the table of `page` whose first row begins with `head`."""
    lines = (ROOT / page).read_text("utf-8").splitlines()
    start = next(
        number
        for number, line in enumerate(lines)
        if line.replace("`", "").startswith(f"| {head} |")
    )
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip().replace("`", "") for cell in line.strip("|").split("|")])
    return found


def test_close_codes() -> None:
    documented = {int(code): when for code, when in rows("docs/reference/close-codes.md", "code")}
    described = {int(code): code.description for code in CloseCode}
    assert documented == {
        code: text[0].lower() + text[1:].removesuffix(".").replace("`", "")
        for code, text in described.items()
    }


def test_error_codes() -> None:
    codes = [code for code, _ in rows("docs/reference/close-codes.md", "error code")]
    assert codes == [code.value for code in ErrorCode]


@pytest.mark.parametrize("table", [CLOSED_BY, ANSWERED_BY], ids=["close", "error"])
def test_every_code_is_caused_by_a_test(
    table: dict[CloseCode | ErrorCode, Callable[..., object]],
) -> None:
    assert set(table) in (set(CloseCode), set(ErrorCode))
    for code, test in table.items():
        assert re.search(rf"\b{code.name}\b|\b{code.value}\b", inspect.getsource(test)), code


def default_of(cell: str) -> float | None:
    number = re.match(r"[\d,.]+", cell)
    return float(number[0].rstrip(",").replace(",", "")) if number else None


def test_limits_and_their_defaults() -> None:
    documented = {
        name: default_of(default) for name, default, _ in rows("docs/reference/limits.md", "field")
    }
    assert documented == dataclasses.asdict(Limits())
    assert list(documented) == [field.name for field in dataclasses.fields(Limits)]


def test_limits_are_frozen() -> None:
    limits = Limits()
    for field in dataclasses.fields(Limits):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(limits, field.name, 1)


def statistics() -> Iterator[str]:
    for field in dataclasses.fields(Stats):
        if field.name != "broker":
            yield field.name
    for field in dataclasses.fields(BrokerStats):
        yield f"broker.{field.name}"


def test_statistics() -> None:
    assert [name for name, _ in rows("docs/reference/statistics.md", "stats")] == list(statistics())


def test_metrics_show_every_statistic() -> None:
    numbers = {name: number for number, name in enumerate(statistics(), start=1)}
    broker = {name: n for name, n in numbers.items() if name.startswith("broker.")}
    stats = Stats(
        **{name: n for name, n in numbers.items() if name not in broker},
        broker=BrokerStats(**{name.removeprefix("broker."): n for name, n in broker.items()}),  # type: ignore[arg-type] # `connected` is a number here, to be told apart
    )
    text = render_metrics("datafeed", stats).decode()
    samples = re.findall(r'^wsgen_(\w+)\{app="datafeed"\} ([\d.]+)$', text, re.MULTILINE)
    shown = {name.removesuffix("_total"): float(value) for name, value in samples}
    assert shown == {name.replace(".", "_"): n for name, n in numbers.items()}
    totals = {name.removesuffix("_total") for name, _ in samples if name.endswith("_total")}
    meanings = {
        name.replace(".", "_"): text for name, text in rows("docs/reference/statistics.md", "stats")
    }
    now = {name for name, meaning in meanings.items() if re.search(r"\bnow\b", meaning)}
    assert totals == set(shown) - now
