"""`examples:` and `security:` of ws.yaml, from the file to the documents of all versions."""

import json
from pathlib import Path

import pytest
from tests.asyncapi.documents import (
    Json,
    example_errors,
    messages_of,
    official_errors,
    operations_of,
)

from wsgen.cli.main import run

pytestmark = pytest.mark.usefixtures("warm_exports")

MODELS = """
from decimal import Decimal
from pydantic import BaseModel, Field, field_validator

class Request(BaseModel):
    symbol: str = Field(alias="sym")
    depth: int = 5

    @field_validator("symbol")
    @classmethod
    def known(cls, value: str) -> str:
        if value == "BOOM":
            raise RuntimeError("no database")
        if value == "EXIT":
            raise SystemExit("no licence")
        return value

class Bar(BaseModel):
    price: Decimal
    volume: int = 0
"""
SETTINGS = """
sources = ["."]
[asyncapi.securitySchemes]
token = {type = "http", scheme = "bearer"}
key = {type = "httpApiKey", name = "key", in = "query"}
"""
GOOD = """\
version: 1
security: [token]
routers:
  BarWsRouter:
    request: shop:Request
    data: shop:Bar
    examples:
      - name: apple
        summary: Apple.
        request: {sym: AAPL}
        data: {price: 1.5}
      - request: {sym: MSFT, depth: 1}
  FreeWsRouter:
    request: shop:Request
    data: shop:Bar
    security: []
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shop.py").write_text(MODELS, "utf-8")
    (tmp_path / "wsgen.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "feed").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def export(project: Path, text: str, version: str = "3.1") -> Json:
    (project / "feed/ws.yaml").write_text(text, "utf-8")
    assert run(["asyncapi", "export", "--version", version, "-o", "out.json", "-q"]) == 0
    document: Json = json.loads((project / "out.json").read_text("utf-8"))
    assert official_errors(document) == []
    return document


def test_examples_are_whole_frames_that_match_their_messages(project: Path) -> None:
    document = export(project, GOOD)
    messages = messages_of(document)
    topic = 'bar:{"depth":5,"symbol":"AAPL"}'
    assert messages["bar.subscribe"]["examples"][0] == {
        "name": "apple",
        "summary": "Apple.",
        "payload": {"type": "bar.subscribe", "payload": {"sym": "AAPL"}, "id": 1},
    }
    assert messages["bar.subscribe.response"]["examples"][0]["payload"]["payload"]["topic"] == topic
    assert [item["payload"] for item in messages["bar.update"]["examples"]] == [
        {
            "type": "bar.update",
            "payload": {"topic": topic, "payload": {"price": "1.5", "volume": 0}},
            "seq": 1,
        }
    ]
    for verb in ("subscribe", "subscribe.response", "unsubscribe", "unsubscribe.response"):
        assert len(messages[f"bar.{verb}"]["examples"]) == 2
    assert example_errors(document) == []
    assert [item["payload"] for item in messages["free.subscribe"]["examples"]] == [
        {"type": "free.subscribe", "payload": {"sym": "string"}, "id": 1}
    ]
    assert messages["bar.reset"]["examples"][0]["payload"]["payload"]["topic"] == topic
    assert "x-python" not in str(document)


def test_security_is_of_the_operations(project: Path) -> None:
    operations = operations_of(export(project, GOOD))
    token = [{"$ref": "#/components/securitySchemes/token"}]
    for verb in ("subscribe", "unsubscribe", "update"):
        assert operations[f"bar.{verb}"]["security"] == token
        assert "security" not in operations[f"free.{verb}"]


def test_2_6_says_what_each_message_needs(project: Path) -> None:
    document = export(project, GOOD, "2.6")
    channel = document["channels"]["/feed/ws"]
    for action in ("publish", "subscribe"):
        assert channel[action]["security"] == [{"token": []}, {}]
    messages = document["components"]["messages"]
    assert messages["FeedBarSubscribeMessage"]["x-security"] == ["token"]
    assert "x-security" not in messages["FeedFreeSubscribeMessage"]
    assert messages["FeedBarUpdateMessage"]["examples"][0]["payload"]["seq"] == 1
    strict = export(project, GOOD.replace("    security: []\n", ""), "2.6")
    assert strict["channels"]["/feed/ws"]["publish"]["security"] == [{"token": []}]


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("{sym: AAPL}", "{sym: 7}", "10:24", "`request.sym`: Input should be a valid string"),
        ("{sym: AAPL}", "{symbol: A}", "10:18", "`request.sym`: Field required"),
        ("{price: 1.5}", "{price: much}", "11:23", "`data.price`: Input should be a valid decimal"),
        ("depth: 1}", 'depth: "1"}', "12:37", "`request.depth`: '1' is not of type 'integer'"),
        ("{sym: AAPL}", "{sym: BOOM}", "10:18", "`request`: RuntimeError: no database"),
        ("{sym: AAPL}", "{sym: EXIT}", "10:18", "`request`: SystemExit: no licence"),
    ],
)
def test_an_example_that_the_model_refuses(
    project: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, place: str, said: str
) -> None:
    (project / "feed/ws.yaml").write_text(GOOD.replace(old, new, 1), "utf-8")
    for options in ([], ["--check"]):
        assert run(["asyncapi", "export", "-o", "out.yaml", *options]) == 1
        assert not (project / "out.yaml").exists()
        printed = capsys.readouterr().err
        assert (
            f"feed/ws.yaml:{place}: error[WSG665]: the example of `bar` does not match its model: {said}"
            in printed
        )


def test_schemes_are_inputs_of_what_is_rendered(project: Path) -> None:
    (project / "feed/ws.yaml").write_text(GOOD, "utf-8")
    assert run(["render", "--no-quality", "-q"]) == 0
    before = (project / "feed/ws_generated/asyncapi.json").read_text("utf-8")
    (project / "wsgen.toml").write_text(SETTINGS.replace("bearer", "basic"), "utf-8")
    assert run(["render", "--no-quality", "-q"]) == 0
    assert (project / "feed/ws_generated/asyncapi.json").read_text("utf-8") == before.replace(
        "bearer", "basic"
    )


def test_a_scheme_that_is_none_is_a_wrong_setting(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "wsgen.toml").write_text('[asyncapi.securitySchemes]\ntoken = "bearer"\n', "utf-8")
    (project / "feed/ws.yaml").write_text(GOOD, "utf-8")
    assert run(["render", "--no-quality"]) == 2
    assert "wsgen.toml:2:1: error[WSG902]: security scheme `token`" in capsys.readouterr().err


ODD = """
from datetime import datetime
from typing import Annotated
from uuid import uuid4
from pydantic import BaseModel, Field, WithJsonSchema, computed_field

class Request(BaseModel):
    symbol: str = Field(examples=["AAPL"])
    at: str = Field(default_factory=lambda: uuid4().hex)

class Endless(BaseModel):
    next: "Endless"

class Changing(BaseModel):
    @computed_field
    @property
    def now(self) -> str:
        return uuid4().hex

class Lying(BaseModel):
    text: Annotated[str, WithJsonSchema({"type": "integer", "default": "no number"})]
"""
ROUTES = """\
version: 1
models: odd
routers:
  EndlessWsRouter: {route: endless, request: Endless, data: Endless}
  ChangingWsRouter: {route: changing, request: Request, data: Changing}
  LyingWsRouter: {route: lying, request: Lying, data: Lying}
commands:
  Ask: {command: lying.ask, request: Request, response: Lying}
"""


def test_an_example_that_cannot_be_made_is_left_out(project: Path) -> None:
    (project / "odd.py").write_text(ODD, "utf-8")
    document = export(project, ROUTES)
    missing = [f"endless.{verb}" for verb in ("subscribe", "update", "reset", "unsubscribed")]
    missing += ["changing.update", "lying.subscribe", "lying.update", "lying.ask.response"]
    errors = example_errors(document)
    assert [error for error in errors if not error.endswith("has no example")] == []
    assert {f"{name} has no example" for name in missing} <= set(errors)
    messages = messages_of(document)
    (example,) = messages["changing.subscribe"]["examples"]
    assert example["payload"]["payload"] == {"symbol": "AAPL", "at": "string"}
    assert export(project, ROUTES) == document


@pytest.mark.parametrize("version", ["3.0", "2.6"])
def test_made_examples_are_in_every_version(project: Path, version: str) -> None:
    newest = export(project, GOOD)["components"]["messages"]
    older = export(project, GOOD, version)["components"]["messages"]
    assert {item["name"]: item["examples"] for item in older.values()} == {
        item["name"]: item["examples"] for item in newest.values()
    }


def test_examples_that_there_is_no_time_to_check_are_left_out(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsgen.asyncapi.export.export_problems._SECONDS", 0.0)
    document = export(project, GOOD.partition("  FreeWsRouter")[0].partition("    examples")[0])
    assert "examples" not in str(document["components"]["messages"])


def test_an_example_of_data_stays_though_a_schema_of_its_own_refuses_it(project: Path) -> None:
    (project / "odd.py").write_text(ODD, "utf-8")
    text = """\
version: 1
models: odd
routers:
  LyingWsRouter:
    route: lying
    request: Request
    data: Lying
    examples:
      - {request: {symbol: AAPL}, data: {text: "7"}}
"""
    messages = messages_of(export(project, text))
    assert messages["lying.update"]["examples"][0]["payload"]["payload"]["payload"] == {"text": "7"}
