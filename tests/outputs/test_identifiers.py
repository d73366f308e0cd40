"""Identifiers in documents are type names, no two the same, that no other route or command changes."""

import re
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

import wsgen_runtime.documents.identifiers as of_runtime
from wsgen.outputs.channels.identifiers import (
    command_identifier,
    key_of,
    module_identifier,
    route_identifier,
    verb_identifier,
)
from wsgen_runtime.documents.route_parts import STATE, VERBS

SEGMENTS = st.sampled_from(["a", "b", "ab", "order", "items", "1", "a1", "x123abc", "update", "v2"])


def joined(separators: str) -> st.SearchStrategy[str]:
    """Return names of these segments, with one of the `separators` between two."""
    parts = st.lists(st.tuples(SEGMENTS, st.sampled_from(separators)), min_size=1, max_size=4)
    return parts.map(lambda pairs: "".join(map("".join, pairs))[:-1])


ROUTES = joined("-_") | st.text(max_size=8)
COMMANDS = joined(".-_") | st.text(max_size=8)


def words(identifier: str) -> list[str]:
    """Return the words that a tool finds in an identifier, which it may join in another case."""
    return [word.lower() for word in re.findall("[A-Z][a-z0-9]*|[A-Z]+", identifier)]


def test_usual_names_have_identifiers_as_one_would_write_them() -> None:
    assert route_identifier("broker-connection") == "BrokerConnection"
    assert command_identifier("orders.place-all") == "OrdersPlaceAll"
    assert module_identifier("market_data-v2") == "MarketDataV2"
    assert verb_identifier("subscribe.response") == "SubscribeResponse"
    assert key_of("MarketData") == "marketData"
    assert re.fullmatch("OrderItemsX[0-9a-f]{6}", route_identifier("order_items"))
    assert module_identifier("2fa") == "M2fa"


@settings(max_examples=50)
@given(st.sets(ROUTES, min_size=2, max_size=6))
def test_no_two_routes_have_the_same_words(routes: set[str]) -> None:
    found = {route: f"Module{route_identifier(route)}" for route in routes}
    for identifier in found.values():
        assert re.fullmatch("[A-Za-z][A-Za-z0-9]*", identifier)
    for one, other in combinations(found.values(), 2):
        assert words(one) != words(other)


@settings(max_examples=30)
@given(st.sets(COMMANDS, min_size=2, max_size=6), st.sets(ROUTES, min_size=1, max_size=4))
def test_no_command_has_the_words_of_another_or_of_a_frame_of_a_route(
    commands: set[str], routes: set[str]
) -> None:
    found = [f"{command_identifier(name)}Command" for name in commands]
    found += [f"{name}Response" for name in found]
    found += [
        route_identifier(route) + verb_identifier(verb)
        for route in routes
        for verb in (*VERBS, STATE)
    ]
    for one, other in combinations(found, 2):
        assert words(one) != words(other)


@given(ROUTES | COMMANDS)
def test_the_runtime_makes_the_same(name: str) -> None:
    assert of_runtime.route_identifier(name) == route_identifier(name)
    assert of_runtime.command_identifier(name) == command_identifier(name)
    assert of_runtime.verb_identifier(name) == verb_identifier(name)
    identifier = module_identifier(name)
    assert of_runtime.identifier_of(key_of(identifier)) == identifier
