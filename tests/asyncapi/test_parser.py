"""Our documents before the parser of the AsyncAPI initiative, which its own tools read documents with."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.parts import NODE, require

from wsgen.cli.main import run

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "trading_api"
NPM = ROOT / "tests" / "npm"
TOKEN = '[tool.wsgen.asyncapi.securitySchemes.token]\ntype = "http"\nscheme = "bearer"\n'


@pytest.fixture(scope="module")
def node() -> str:
    """Return the program that runs the parser."""
    program = require(NODE)
    if not (NPM / "node_modules/@asyncapi/parser").is_dir():
        pytest.fail("the AsyncAPI parser is missing: run `make parser`")
    return program


@pytest.fixture
def seven_routes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a project of the modules in specs/ with the metadata of the example, which the parser asks for."""
    app = tmp_path / "src" / "trading_api"
    for module in ("datafeed", "broker"):
        shutil.copytree(ROOT / "specs" / module, app / "modules" / module)
    shutil.copyfile(EXAMPLE / "src" / "trading_api" / "models.py", app / "models.py")
    settings = (EXAMPLE / "pyproject.toml").read_text("utf-8")
    (tmp_path / "pyproject.toml").write_text(f"{settings}\n{TOKEN}", "utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("seven_routes")
@pytest.mark.parametrize(
    "versions",
    [
        pytest.param(("3.1",), id="the newest version"),
        pytest.param(("3.0", "2.6"), id="older versions"),
    ],
)
@pytest.mark.slow  # two seconds for each version; test_export.py asks the official schemas about all of them
def test_it_finds_nothing_in_the_documents_of_the_seven_routes(
    node: str, tmp_path: Path, versions: tuple[str, ...]
) -> None:
    documents = [tmp_path / f"{version}.yaml" for version in versions]
    for version, file in zip(versions, documents, strict=True):
        options = ["--version", version, "-o", str(file), "--quiet"]
        assert run(["asyncapi", "export", *options]) == 0
        assert all(f"{route}.update" in file.read_text("utf-8") for route in ("bars", "equity"))
    # To know that it would find something; a short document, since the parser needs seconds for ours.
    wrong = tmp_path / "wrong.yaml"
    text = (NPM.parent / "cases/asyncapi-validate-3.1/api.yaml").read_text("utf-8")
    wrong.write_text(text.replace("action: receive", "action: received", 1), "utf-8")

    ended = subprocess.run(
        [node, str(NPM / "check.mjs"), *map(str, [*documents, wrong])],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    lines = ended.stderr.splitlines()
    assert [line for line in lines if not line.startswith(f"{wrong}: ")] == []
    assert any("action" in line for line in lines), ended.stderr
    assert ended.returncode == 1
