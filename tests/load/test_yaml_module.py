"""What a right `ws.yaml` says: values, defaults, merge keys, places, limits."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.load.conftest import Load

from wsgen.diagnostics import Span
from wsgen.load import Loaded, load_module
from wsgen.model import Delivery, ModuleSpec, Overflow, RouterSpec, TypeRef
from wsgen.settings.config import Config
from wsgen.source import ModuleSource

FULL = """\
# yaml-language-server: $schema=../../schemas/ws.schema.json
version: 1
description: Real-time market data.
models: trading_api.models
endpoint: /api/v1/datafeed/ws
tags: [datafeed]
routers:
  QuoteWsRouter: {request: QuoteRequest, data: "dict[str, Quote]"}
  BarWsRouter:
    route: bars
    request: BarsSubscriptionRequest
    data: Bar
    summary: OHLC bars.
    description: |
      One update for each
      new or changed bar.
    tags: [charts]
    deprecated: true
    delivery: {queue: 16, overflow: latest}
"""


def model(name: str) -> TypeRef:
    return TypeRef(name=name, module="trading_api.models")


def test_a_full_file_gives_all_that_it_says(load: Load) -> None:
    loaded = load(FULL)
    assert loaded.diagnostics == ()
    assert loaded.spec == ModuleSpec(
        name="datafeed",
        description="Real-time market data.",
        endpoint="/api/v1/datafeed/ws",
        routers=(
            RouterSpec(
                class_name="BarWsRouter",
                route="bars",
                request=model("BarsSubscriptionRequest"),
                data=model("Bar"),
                summary="OHLC bars.",
                description="One update for each\nnew or changed bar.",
                tags=("charts",),
                deprecated=True,
                delivery=Delivery(queue=16, overflow=Overflow.LATEST),
            ),
            RouterSpec(
                class_name="QuoteWsRouter",
                route="quote",
                request=model("QuoteRequest"),
                data=TypeRef(name="dict", args=(TypeRef(name="str"), model("Quote"))),
                tags=("datafeed",),
            ),
        ),
    )


def test_positions_are_those_of_the_text(load: Load, tmp_path: Path) -> None:
    positions = load(FULL).positions
    path = tmp_path / "pkg/datafeed/ws.yaml"
    assert positions["endpoint"] == Span(path, 5, 11, 5, 30)
    assert positions["BarWsRouter"] == Span(path, 9, 3, 9, 14)
    assert positions["BarWsRouter.data"] == Span(path, 12, 11, 12, 14)
    assert positions["QuoteWsRouter.request"] == Span(path, 8, 28, 8, 40)


@pytest.mark.parametrize(
    ("version", "endpoint"), [(None, "/datafeed/ws"), ("v1", "/datafeed/ws/v1")]
)
def test_the_endpoint_defaults_to_the_module(
    load: Load, version: str | None, endpoint: str
) -> None:
    loaded = load("version: 1\nrouters: {}\n", version=version)
    assert loaded.spec == ModuleSpec(
        name="datafeed", version=version, endpoint=endpoint, routers=()
    )


@pytest.mark.parametrize(
    ("class_name", "route"),
    [
        ("BarWsRouter", "bar"),
        ("BrokerConnectionWsRouter", "broker-connection"),
        ("HTTPBarRouter", "http-bar"),
        ("Bars", "bars"),
    ],
)
def test_the_route_defaults_to_the_class(load: Load, class_name: str, route: str) -> None:
    loaded = load(f"version: 1\nrouters: {{{class_name}: {{request: 'a:B', data: 'a:C'}}}}\n")
    assert loaded.spec is not None
    assert loaded.spec.routers[0].route == route


def test_the_projects_models_are_used_unless_the_file_names_its_own(load: Load) -> None:
    text = "version: 1\nrouters: {BarWsRouter: {request: Req, data: Bar}}\n"
    own = load(f"models: mine.models\n{text}", models="project.models").spec
    project = load(text, models="project.models").spec
    assert own is not None
    assert project is not None
    assert own.routers[0].data == TypeRef(name="Bar", module="mine.models")
    assert project.routers[0].data == TypeRef(name="Bar", module="project.models")


def test_aliases_and_merge_keys_are_followed(load: Load) -> None:
    loaded = load(
        """\
version: 1
routers:
  AWsRouter: &base
    route: a
    request: m:Req
    data: m:Data
    tags: &tags [x, y]
  BWsRouter:
    <<: *base
    route: b
    data: m:Other
  CWsRouter:
    <<: [{route: c, summary: first}, {summary: second, request: m:Req, data: m:Data}]
    tags: *tags
"""
    )
    assert loaded.diagnostics == ()
    assert loaded.spec is not None
    _, second, third = loaded.spec.routers
    assert (second.route, second.data.name, second.tags) == ("b", "Other", ("x", "y"))
    assert (third.route, third.summary, third.tags) == ("c", "first", ("x", "y"))


@pytest.mark.parametrize("prefix", ["", "\ufeff", "%YAML 1.1\n---\n", "--- # one\n", "\r\n"])
def test_harmless_beginnings(load: Load, prefix: str) -> None:
    assert load(f"{prefix}version: 1\r\nrouters: {{}}\r\n...\n").diagnostics == ()


def test_a_module_key_renames_what_discovery_read(load: Load) -> None:
    assert load("version: 1\nmodule: quotes\nrouters: {}\n", name="quotes").diagnostics == ()


def test_a_folder_that_cannot_name_a_module_is_an_error(
    load: Load, findings: Callable[[Loaded], list[str]]
) -> None:
    loaded = load("version: 1\nrouters: {}\n", name="my module")
    assert findings(loaded) == ["1:1 WSG122"]
    assert loaded.spec is None


def test_more_than_a_mebibyte_is_not_read(
    load: Load, findings: Callable[[Loaded], list[str]]
) -> None:
    text = "version: 1\nrouters: {}\n#"
    assert load(text + "x" * (2**20 - len(text))).diagnostics == ()
    assert findings(load(text + "x" * (2**20 - len(text) + 1))) == ["1:1 WSG102"]


def test_a_file_that_is_gone_is_a_diagnostic(tmp_path: Path) -> None:
    source = ModuleSource("datafeed", None, tmp_path, (tmp_path / "ws.yaml",), tmp_path / "g")
    loaded = load_module(source, Config(root=tmp_path))
    assert [found.code for found in loaded.diagnostics] == ["WSG101"]


def test_a_thousand_routers_are_no_problem(load: Load) -> None:
    routers = "".join(f"  R{n}WsRouter: {{request: 'm:A', data: 'm:B'}}\n" for n in range(1000))
    loaded = load(f"version: 1\nrouters:\n{routers}")
    assert loaded.spec is not None
    assert len(loaded.spec.routers) == 1000


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nrouters: {}\ntags: [" + "a," * 400_000 + "]\n",
        "[" * 500_000,
        "{a: " * 200_000,
        "- " * 500_000,
        "? " * 500_000,
        "a: &a [*a" * 100_000,
        "x: " + "'" * 1_000_000,
        "&a" * 400_000,
        "!" * 1_000_000,
        "\t" * 1_000_000,
        "- &x1 {}\n" + "".join(f"- &x{n} {{<<: *x{n - 1}}}\n" for n in range(2, 20_000)),
    ],
    ids=range(11),
)
def test_hostile_files_are_diagnostics(load: Load, text: str) -> None:
    loaded = load(text)
    assert loaded.spec is None
    assert loaded.diagnostics


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("version: 1", "verson: 1"),
        ("routers:", "ruters:"),
        ("    request: Bars", "    reqest: Bars"),
        ("    data: Bar\n", "    dta: Bar\n"),
        ("{request: {symbol", "{requests: {symbol"),
    ],
)
def test_a_misspelt_required_key_is_not_called_missing_too(
    load: Load, right: str, wrong: str
) -> None:
    text = f"{FULL}    examples: [{{request: {{symbol: A}}}}]\n"
    assert right in text
    (found,) = load(text.replace(right, wrong)).diagnostics
    assert found.code == "WSG111"
    assert found.help == f"Did you mean `{right.strip(' {').partition(':')[0]}`?"


def test_a_file_with_too_many_values_is_refused_at_the_first_that_is_too_many(load: Load) -> None:
    tags = "t, " * 100_001
    loaded = load(f"version: 1\nrouters: {{}}\ntags: [{tags}]\n")
    [found] = loaded.diagnostics
    assert (found.code, found.message) == ("WSG109", "the file is too large")
