"""`--format json` prints what schemas/report.schema.json describes, and no key that it does not describe."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.conftest import Project

from wsgen.result import State

SCHEMAS = Path(__file__).parents[2] / "schemas"
REPORT: dict[str, Any] = json.loads((SCHEMAS / "report.schema.json").read_text("utf-8"))


def closed(schema: Any) -> Any:
    """Return `schema` without room for other keys than those that it names."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return {"additionalProperties": False, **inner} if schema.get("type") == "object" else inner


def test_the_schema_is_valid_and_names_all_states() -> None:
    Draft202012Validator.check_schema(REPORT)
    states = REPORT["$defs"]["result"]["properties"]["state"]["enum"]
    assert states == [state.value for state in State]


@pytest.mark.parametrize("file", sorted(SCHEMAS.iterdir()), ids=lambda file: file.name)
def test_the_address_of_a_schema_holds_its_version(file: Path) -> None:
    address = json.loads(file.read_text("utf-8"))["$id"]
    place = f"https://wsgen.github.io/wsgen/schemas/([1-9][0-9]*)/{re.escape(file.name)}"
    assert re.fullmatch(place, address)


def test_the_address_of_the_schema_holds_the_version_of_the_report() -> None:
    assert f"/schemas/{REPORT['properties']['version']['const']}/" in REPORT["$id"]


@pytest.mark.parametrize(
    "command", ["list", "validate", "check", "diff", "render", "clean", "migrate", "doctor"]
)
def test_every_command_prints_what_the_schema_describes(project: Project, command: str) -> None:
    """First with a stale package and wrong sources, then with nothing wrong."""
    assert project.wsgen("render").code == 0
    project.write("specs/datafeed/ws.yaml", project.read("specs/datafeed/ws.yaml") + "# edited\n")
    project.write("specs/broker/ws.yaml", "version: 1\nruters: {}\n")
    project.write(
        "specs/twice/ws.yaml", "version: 1\nmodels: app.models\nrouters: {}\nrouters: {}\n"
    )
    reports = [project.wsgen(command, "--format", "json").stdout]
    for name in ("broker", "twice"):
        (project.root / "specs" / name / "ws.yaml").unlink()
    assert project.wsgen("render").code == 0
    reports.append(project.wsgen(command, "--format", "json").stdout)
    validator = Draft202012Validator(closed(REPORT))
    for report in reports:
        validator.validate(json.loads(report))


def test_list_prints_every_key_of_a_route_and_a_command_as_the_schema_describes(
    project: Project,
) -> None:
    project.write(
        "specs/datafeed/ws.yaml",
        """\
version: 1
models: app.models
routers:
  BarWsRouter:
    {route: bars, data: Bar, history: {updates: 9}, replay: 3, errors: {shut: Shut}, delivery: {interval: 1}}
  QuoteWsRouter: {route: quotes, data: Quote, source: published}
  StateWsRouter: {route: state, request: BarRequest, data: Bar, snapshot: Quote}
commands:
  PlaceBar: {command: bars.place, request: BarRequest, response: Bar, errors: [BarRejected], timeout: 2.5}
""",
    )
    report = json.loads(project.wsgen("list", "--format", "json").stdout)
    assert [len(module["commands"]) for module in report["modules"]] == [1], report
    Draft202012Validator(closed(REPORT)).validate(report)


@pytest.mark.usefixtures("warm_exports")
def test_clients_are_as_the_schema_describes(project: Project) -> None:
    settings = project.read("pyproject.toml")
    client = '[tool.wsgen.clients.typescript]\npath = "{}"\nruntime = "@wsgen/client"\n'
    project.write("pyproject.toml", f"{settings}\n{client.format('web')}")
    validator = Draft202012Validator(closed(REPORT))
    states = []
    for command, path in (
        ("doctor", "web"),
        ("render", "web"),
        ("check", "other"),
        ("doctor", "other"),
    ):
        project.write("pyproject.toml", f"{settings}\n{client.format(path)}")
        report = json.loads(project.wsgen(command, "--format", "json").stdout)
        validator.validate(report)
        states.append([each["state"] for each in report["clients"]])
    assert states == [["missing"], ["written"], ["stale", "stale"], ["missing", "stale"]]
