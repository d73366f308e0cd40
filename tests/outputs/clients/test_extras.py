"""What a client has besides, where its settings or options ask for it: hooks of React, a mock, schemas of zod."""

import json
import re
import shutil
from pathlib import Path

import pytest
from tests.outputs.clients.frames import document

from wsgen.cli.main import run
from wsgen.outputs.clients.contract import ClientOptions
from wsgen.outputs.clients.typescript import client_files
from wsgen.outputs.clients.typescript.client_files import render_typescript

pytestmark = pytest.mark.usefixtures("warm_exports")

CASE = Path(__file__).parents[2] / "cases" / "client-typescript"
CLIENT = {".wsgen.json", "index.ts", "types.d.ts"}
EXTRAS = {
    "react": {"react.ts", "runtime-react.js", "runtime-react.d.ts"},
    "mock": {"mock.ts", "runtime-mock.js", "runtime-mock.d.ts"},
    "zod": {"schemas.ts"},
}


@pytest.fixture(autouse=True)
def _runtime(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let there be parts of a runtime, built or not."""
    folder = tmp_path / "runtime"
    folder.mkdir()
    for part in ("runtime", "runtime-react", "runtime-mock"):
        (folder / f"{part}.js").write_text("", "utf-8")
        text = 'import type { Client } from "./runtime.js";\n'
        (folder / f"{part}.d.ts").write_text(text, "utf-8")
    monkeypatch.setattr(client_files, "_RUNTIME", folder)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project whose settings name a client."""
    return Path(shutil.copytree(CASE, tmp_path / "project"))


def files_in(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


@pytest.mark.parametrize("extra", EXTRAS)
def test_an_option_adds_files(project: Path, extra: str) -> None:
    folder = project / "web" / "other"
    arguments = ["-C", str(project), "client", "typescript", "-q", "-o", str(folder)]

    assert run([*arguments, f"--{extra}"]) == 0
    runtime = {"runtime.js", "runtime.d.ts"}
    assert files_in(folder) == CLIENT | runtime | EXTRAS[extra]
    assert run([*arguments, "--check"]) == 1
    assert run([*arguments, f"--{extra}", "--check"]) == 0
    assert run(arguments) == 0
    assert files_in(folder) == CLIENT | runtime


def test_settings_own_the_files(project: Path) -> None:
    settings = project / "wsgen.toml"
    with settings.open("a", encoding="utf-8") as file:
        file.write("react = true\nmock = true\nzod = true\n\n[quality]\nsteps = []\n")
    folder = project / "web" / "feed"

    assert run(["-C", str(project), "render", "-q"]) == 0
    assert files_in(folder) == CLIENT | EXTRAS["react"] | EXTRAS["mock"] | EXTRAS["zod"]
    types = (folder / "runtime-mock.d.ts").read_text("utf-8")
    assert types == 'import type { Client } from "@wsgen/client";\n'
    (folder / "own.ts").write_text("", "utf-8")
    assert run(["-C", str(project), "check", "-q"]) == 0
    (folder / "mock.ts").unlink()
    assert run(["-C", str(project), "check", "-q"]) == 1
    assert run(["-C", str(project), "render", "-q"]) == 0
    assert run(["-C", str(project), "clean", "-q"]) == 0
    assert files_in(folder) == {"own.ts"}


def test_hooks_and_mock_have_the_types_of_the_client(project: Path) -> None:
    folder = project / "web" / "feed"
    assert run(["-C", str(project), "client", "typescript", "-q", "--react", "--mock"]) == 0

    react = (folder / "react.ts").read_text("utf-8")
    client = "client: FeedClient | null | undefined"
    request = "request: t.BookRequest | null | undefined"
    options = "options?: FollowOptions<t.Level, t.Book>"
    assert (
        f"export function useOrderBook({client}, {request}, {options}): Followed<t.Book>" in react
    )
    options = "options?: FollowOptions<string[] | null>"
    assert f"export function useAlert({client}, {options}): Followed<string[] | null>" in react
    assert " * @deprecated\n */\nexport function useAlert" in react
    mock = (folder / "mock.ts").read_text("utf-8")
    assert "  orderBook(request: t.BookRequest): MockState<t.Book, t.Level>;\n" in mock
    assert "  alert(): MockStream<string[] | null>;\n" in mock
    member = 'placeOrder: MockCommand<t.NewOrderInput, t.OrderAck, "order_rejected">;\n'
    assert f"  readonly {member}" in mock
    overload = "(client: typeof FeedClient, options?: FeedOptions): FeedMock\n"
    assert f"export function createMock{overload}" in mock
    assert 'commands: { placeOrder: "orders.place" },\n' in mock


def test_a_package_has_its_exports_and_what_it_needs() -> None:
    options = ClientOptions("x", runtime="@wsgen/client/deep", package="@acme/feed")
    options = options._replace(react=True, zod=True)

    files = render_typescript(document({}), options).files

    package = json.loads(files["package.json"])
    assert (package["name"], package["version"]) == ("@acme/feed", "1.0.0")
    assert (package["type"], package["sideEffects"]) == ("module", False)
    assert package["exports"]["."] == {"types": "./index.d.ts", "default": "./index.js"}
    assert set(package["exports"]) == {".", "./react", "./schemas", "./package.json"}
    assert package["dependencies"] == {"@wsgen/client": "*"}
    assert package["peerDependencies"] == {"react": ">=18", "zod": ">=4.3"}
    assert set(package["peerDependenciesMeta"]) == {"react", "zod"}
    # npm installs no optional peers
    assert set(package["devDependencies"]) == {"typescript", "zod"}
    assert json.loads(files["tsconfig.json"])["include"] == ["*.ts"]
    assert "package.json" not in render_typescript(document({}), ClientOptions("x")).files


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.2.3", "1.2.3"),
        ("v2", "2.0.0"),
        ("2.1", "2.1.0"),
        ("1.2.3-rc.01", "1.2.3-rc.1"),
        ("1.0.0rc1", "1.0.0-rc1"),
        ("2026-11-26", "2026.0.0-11-26"),
        ("next", "0.0.0-next"),
        ('" }, "x"', "0.0.0-x"),
        ("", "0.0.0"),
    ],
)
def test_versions_are_those_of_npm(version: str, expected: str) -> None:
    value = document({}) | {"info": {"title": "x", "version": version}}

    files = render_typescript(value, ClientOptions("x", package="feed")).files

    assert json.loads(files["package.json"])["version"] == expected


@pytest.mark.parametrize("name", ["a/b", "../a", "A B", "@acme"])
def test_a_package_has_a_name_of_npm(
    project: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["-C", str(project), "client", "typescript", "-q", "--package", name]
    assert run(arguments) == 2
    assert "--package is not the name of an npm package" in capsys.readouterr().err


def test_hooks_of_the_same_name_are_told_apart() -> None:
    value = document({"type": "string"}, wire="bars")
    channel = value["channels"]["feed"]
    value["channels"]["spot"] = channel
    value["channels"]["own"] = document({}, wire="connection")["channels"]["feed"]

    files = render_typescript(value, ClientOptions("x", react=True, mock=True)).files

    for name in ("useFeedBars", "useSpotBars", "useOwnConnection"):
        assert f"export function {name}(" in files["react.ts"]
    assert files["mock.ts"].count("export function createMock(client: typeof ") == 3
    assert "./types" not in files["react.ts"]  # no named type is used


def test_a_text_that_looks_like_a_type_needs_no_import() -> None:
    files = render_typescript(
        document({"enum": ['t.Bar" t.Foo']}), ClientOptions("x", react=True, mock=True)
    ).files

    assert "./types" not in files["react.ts"] + files["mock.ts"]
    assert r'Followed<"t.Bar\" t.Foo">' in files["react.ts"]


def test_a_missing_part_of_the_runtime_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "runtime" / "runtime-mock.js").unlink()

    found = render_typescript(document({}), ClientOptions("x", mock=True))

    assert [problem.code for problem in found.problems] == ["WSG704"]


def test_errors_of_commands_hide_none_of_the_runtime() -> None:
    value = document({})
    channel = value["channels"]["feed"]
    for name in ("client", "command", "order"):
        channel["messages"] |= {name: {"name": name}, f"{name}Answer": {"name": f"{name}.response"}}
        message = {"$ref": f"#/channels/feed/messages/{name}"}
        value["operations"][name] = {"messages": [message], "x-errors": {"full": "No room"}}
    index = render_typescript(value, ClientOptions("x")).files["index.ts"]
    errors = re.findall(r"export type (\w+) = CommandError", index)
    assert errors == ["FeedClientError", "FeedCommandError", "OrderError"]
