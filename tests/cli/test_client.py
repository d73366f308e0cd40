"""`wsgen client typescript` as users call it: documents from files and from the web, and what is in the way."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.outputs.clients.frames import document

import wsgen
from wsgen.cli.main import run
from wsgen.clients import configured, given_document
from wsgen.clients.module_documents import describe_modules
from wsgen.outputs.clients.typescript import client_files

pytestmark = pytest.mark.usefixtures("warm_exports")

DOCUMENT = json.dumps(document({"type": "string"}) | {"operations": {}})
MODELS = "from pydantic import BaseModel\nclass Ask(BaseModel): symbol: str\nclass Bar(BaseModel): close: float\n"
SOURCE = (
    "version: 1\nmodels: models\nrouters:\n  BarWsRouter: {route: bars, request: Ask, data: Bar}\n"
)

Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture(autouse=True)
def _runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a runtime, whether it is built here or not."""
    monkeypatch.setattr(client_files, "runtime_files", lambda: {"runtime.js": "// the runtime\n"})


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Serve HTTP while the body runs, and yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002 - its name there

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def text(body: bytes, status: int = 200, **headers: str) -> Answer:
    """Return what answers each request with `body`."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def client(folder: Path, given: str, *options: str) -> int:
    return run(["client", "typescript", "-o", str(folder), "--from", given, *options])


def test_a_file_and_a_url_give_the_same_client(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "api.json").write_text(DOCUMENT, "utf-8")
    folder = tmp_path / "feed"
    assert client(folder, str(tmp_path / "api.json")) == 0
    assert "class FeedClient" in (folder / "index.ts").read_text("utf-8")
    seen = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers["Authorization"])
        text(DOCUMENT.encode())(handler)

    with serving(answer) as url:
        # What may be secret in a URL is not written anywhere.
        secret = url.replace("//", "//user:password@")
        assert client(folder, f"{secret}/asyncapi.json?token=secret", "--check") == 0
        assert client(tmp_path / "other", f"{secret}/asyncapi.json?token=secret", "--check") == 1
    assert seen == ["Basic dXNlcjpwYXNzd29yZA=="] * 2
    told = capsys.readouterr()
    assert f"--from {url}/asyncapi.json` and commit" in told.err
    assert "password" not in told.out + told.err
    assert "secret" not in told.out + told.err
    assert not any(b"secret" in file.read_bytes() for file in folder.iterdir())


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
def test_versions_and_perspectives_give_the_same_client(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed" / "ws.yaml").write_text(SOURCE, "utf-8")
    (tmp_path / "models.py").write_text(MODELS, "utf-8")
    (tmp_path / "wsgen.toml").touch()
    monkeypatch.chdir(tmp_path)
    texts = set()
    for perspective in ("server", "client"):
        file = tmp_path / f"{perspective}.json"
        options = ["--version", version[:3], "--perspective", perspective, "-o", str(file), "-q"]
        assert run(["asyncapi", "export", *options]) == 0
        assert client(tmp_path / perspective, str(file), "-q") == 0
        index = (tmp_path / perspective / "index.ts").read_text("utf-8")
        texts.add(index)
        assert "bars(request: t.AskInput, options?: StreamOptions): Stream<t.Bar>" in index
    assert len(texts) == 1


def redirect(target: str) -> Answer:
    return text(b"", 302, Location=target)


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b" " * 65536)
    except OSError:
        pass


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    stop = threading.Event()
    try:
        while not stop.wait(0.1):
            handler.wfile.write(b" ")
    except OSError:
        pass


def half(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 9999\r\n\r\n" + DOCUMENT.encode())


def dripping_head(handler: BaseHTTPRequestHandler) -> None:
    """Send a valid document, behind headers for which each byte is in time."""
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Drops: ")
    stop = threading.Event()
    try:
        for _ in range(25):
            stop.wait(0.1)
            handler.wfile.write(b".")
        handler.wfile.write(b"\r\n\r\n" + DOCUMENT.encode())
    except OSError:
        pass


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (text(b"no", 404), "the server answers 404"),
        (text(b"no", 426), "help: Correct the URL. An app serves its document at `asyncapi.json`"),
        (text(b"\n<html>a: b: c"), "is not an AsyncAPI document, but a page"),
        (text(b"a: b: c"), "http://127.0.0.1:"),
        (text(b"\xff\xfe"), "is not UTF-8"),
        (redirect("file:///etc/passwd"), "is not allowed"),
        (redirect("/again"), "redirect"),
        (endless, "larger than 16 MiB"),
        (dripping, "timed out"),
        (dripping_head, "timed out"),
        (half, "closed before the end"),
        (lambda handler: handler.wfile.write(b"nonsense\n"), "cannot be fetched"),
        (lambda handler: handler.connection.close(), "cannot be fetched"),
    ],
    ids=[
        "missing",
        "endpoint",
        "html",
        "text",
        "bytes",
        "file",
        "circle",
        "endless",
        "slow",
        "slow-head",
        "half",
        "no-http",
        "closed",
    ],
)
def test_what_a_server_answers_is_a_diagnostic(
    answer: Answer,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(given_document, "MAX_BYTES", 1 << 18)
    monkeypatch.setattr("wsgen.asyncapi.validation.document_reader.MAX_BYTES", 1 << 18)
    with serving(answer) as url:
        assert client(tmp_path / "feed", f"{url}/api.json", "--timeout", "1") == 1
    found = capsys.readouterr().err
    assert said in found
    assert "Traceback" not in found
    assert not (tmp_path / "feed").exists()


def test_files_of_others_in_the_folder_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "api.json").write_text(DOCUMENT, "utf-8")
    folder = tmp_path / "feed"
    folder.mkdir()
    (folder / "index.ts").write_text("// mine\n", "utf-8")
    (folder / "other.ts").write_text("// mine too\n", "utf-8")
    assert client(folder, str(tmp_path / "api.json")) == 1
    assert "index.ts was not written by wsgen" in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["index.ts", "other.ts"]
    assert client(folder, str(tmp_path / "api.json"), "--force") == 0
    assert (folder / "other.ts").read_text("utf-8") == "// mine too\n"


def test_without_its_runtime_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_files, "runtime_files", lambda: None)
    (tmp_path / "api.json").write_text(DOCUMENT, "utf-8")
    assert client(tmp_path / "feed", str(tmp_path / "api.json")) == 1
    assert "WSG704" in capsys.readouterr().err
    options = ["--runtime", "@wsgen/client"]
    assert client(tmp_path / "feed", str(tmp_path / "api.json"), *options) == 0
    assert 'from "@wsgen/client"' in (tmp_path / "feed" / "index.ts").read_text("utf-8")


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with a client in its settings, which is the working directory."""
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed" / "ws.yaml").write_text(SOURCE, "utf-8")
    (tmp_path / "models.py").write_text(MODELS, "utf-8")
    settings = '[quality]\nsteps = []\n[clients.typescript]\npath = "web/feed"\n'
    (tmp_path / "wsgen.toml").write_text(settings, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(["render", "-q"]) == 0
    return tmp_path


def test_a_client_that_is_known_to_be_current_needs_no_models(
    feed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = []

    def describe(*arguments: Any) -> Any:
        imported.append(arguments)
        return describe_modules(*arguments)

    monkeypatch.setattr(configured, "describe_modules", describe)
    assert run(["check", "-q"]) == 0
    assert imported == []
    models = feed / "models.py"
    models.write_text(f"{MODELS}\n# the same\n", "utf-8")
    assert run(["check", "-q"]) == 0
    models.write_text(MODELS.replace("close: float", "close: str"), "utf-8")
    assert run(["check", "-q"]) == 1
    assert len(imported) == 2
    assert run(["render", "-q"]) == 0
    (feed / "web" / "feed" / "index.ts").unlink()
    assert run(["check", "-q"]) == 1
    assert run(["render", "-q"]) == 0
    settings = feed / "wsgen.toml"
    settings.write_text(settings.read_text("utf-8") + "open_enums = true\n", "utf-8")
    assert run(["check", "-q"]) == 1
    assert len(imported) == 6


def test_parts_of_a_project_and_app_starts_leave_clients_alone(
    feed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = feed / "web" / "feed"
    for file in folder.iterdir():
        file.unlink()
    assert run(["render", "feed"]) == 0
    assert run(["render", "--module", "feed"]) == 0
    assert "clients are left as they are" in capsys.readouterr().out
    assert wsgen.generate_module_routers("feed", root=feed)
    assert list(folder.iterdir()) == []
    result = wsgen.check(root=feed, quality=False)
    assert [client.state.value for client in result.clients] == ["stale"]
    assert [item.code for item in result.diagnostics] == ["WSG703"]
    assert [client.state.value for client in wsgen.render(root=feed).clients] == ["written"]


def test_without_any_route_the_client_goes(feed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (feed / "feed" / "ws.yaml").write_text("version: 1\nrouters: {}\n", "utf-8")
    assert run(["check", "-q"]) == 1
    assert "no module declares a route or a command" in capsys.readouterr().err
    assert run(["render", "-q"]) == 0
    assert not (feed / "web" / "feed").exists()


@pytest.mark.parametrize("path", [".", "..", "../..", "/etc", ".git/feed"])
def test_a_client_has_a_folder_of_its_own(path: str, feed: Path) -> None:
    (feed / "wsgen.toml").write_text(f'[clients.typescript]\npath = "{path}"\n', "utf-8")
    assert run(["check"]) == 2


def test_the_command_that_is_shown_makes_the_same_client(
    feed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["-o", "app", "--module", "feed", "--package", "@acme/feed", "--open-enums"]
    shown = "`wsgen client typescript feed " + " ".join(options)
    assert run(["client", "typescript", *options, "--check", "feed"]) == 1
    assert f"{shown}`" in capsys.readouterr().err
    assert run(["client", "typescript", *options, "feed"]) == 0
    (feed / "app" / "index.ts").write_text("// mine\n", "utf-8")
    assert run(["client", "typescript", *options, "feed"]) == 1
    assert f"{shown} --force`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "said"),
    [("feed", "holds a source, ws.yaml"), ("feed/ws_generated", "is a package that wsgen")],
)
def test_a_client_is_not_written_among_sources_and_routers(
    path: str, said: str, feed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted((feed / "feed").rglob("*"))
    (feed / "wsgen.toml").write_text("[quality]\nsteps = []\n", "utf-8")
    (feed / "api.json").write_text(DOCUMENT, "utf-8")
    assert client(feed / path, "api.json") == 1
    assert run(["client", "typescript", "-o", path]) == 1
    settings = f'[quality]\nsteps = []\n[clients.typescript]\npath = "{path}"\n'
    (feed / "wsgen.toml").write_text(settings, "utf-8")
    assert run(["render"]) == 1
    assert capsys.readouterr().err.count(f"error[WSG705]: the folder of the client {said}") == 3
    assert sorted((feed / "feed").rglob("*")) == before


def test_a_bound_of_a_model_is_a_change_at_its_line(
    feed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = MODELS.replace("close: float", "close: float = Field(ge=0)").replace(
        "import ", "import Field, "
    )
    (feed / "models.py").write_text(models, "utf-8")
    assert run(["check", "-q"]) == 1
    assert "models.py:3:7: error[WSG703]" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["http://127.0.0.1/a b?token=secret", "http://127.0.0.1:x/?secret"])
def test_a_url_that_is_none_is_said_without_its_secrets(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert client(tmp_path / "feed", url) == 1
    told = capsys.readouterr().err
    assert "it is not a valid URL" in told
    assert "secret" not in told


def test_a_document_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a project, there are no settings that a message could speak of."""
    assert run(["client", "typescript", "--from", "asyncapi.json"]) == 2
    said = capsys.readouterr().err
    assert "Error: --output is missing: name the folder of the client\n" in said
