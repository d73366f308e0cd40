"""A module is started where the layout of a project wants it, and is served from there by what `init` prints."""

import importlib
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.conftest import Outcome, Project

from wsgen_runtime.testing import connect

APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"


def pyproject(name: str, backend: str = "", more: str = "") -> str:
    build = f'\n[build-system]\nrequires = []\nbuild-backend = "{backend}"\n' if backend else ""
    return f'[project]\nname = "{name}"\nversion = "0.1.0"\n{build}{more}'


class Layout(NamedTuple):
    """A project before `wsgen init market`, and the folder of the module and the command to serve it after."""

    files: Mapping[str, str]
    module: str
    serves: str
    settings: str = "pyproject.toml"


LAYOUTS = {
    "empty": Layout({}, "lay_empty/market", "lay_empty.main:app"),
    "uv init": Layout(
        {"pyproject.toml": pyproject("lay-uv"), "main.py": "def main() -> None: ...\n"},
        "lay_uv/market",
        "lay_uv.main:app",
    ),
    "uv init --package": Layout(
        {"pyproject.toml": pyproject("lay-uvp", "uv_build"), "src/lay_uvp/__init__.py": ""},
        "src/lay_uvp/market",
        "lay_uvp.main:app --app-dir src",
    ),
    "uv_build without its package": Layout(
        {"pyproject.toml": pyproject("lay-uvn", "uv_build")},
        "src/lay_uvn/market",
        "lay_uvn.main:app --app-dir src",
    ),
    "uv_build with a name": Layout(
        {
            "pyproject.toml": pyproject(
                "x",
                "uv_build",
                '[tool.uv.build-backend]\nmodule-name = "lay_uvm"\nmodule-root = ""\n',
            ),
            "lay_uvm/__init__.py": "",
            "other/__init__.py": "",
        },
        "lay_uvm/market",
        "lay_uvm.main:app",
    ),
    "hatchling, flat, with an application": Layout(
        {
            "pyproject.toml": pyproject("lay.hatch", "hatchling.build"),
            "lay_hatch/__init__.py": "",
            "lay_hatch/api.py": APP.replace("app =", "api: FastAPI ="),
            "tests/__init__.py": "",
            "tests/test_api.py": APP,
            "docs/conf.py": "",
        },
        "lay_hatch/market",
        "lay_hatch.api:api",
    ),
    "hatchling with packages": Layout(
        {
            "pyproject.toml": pyproject(
                "x",
                "hatchling.build",
                '[tool.hatch.build.targets.wheel]\npackages = ["lib/lay_hp"]\n',
            ),
            "lib/lay_hp/__init__.py": "",
        },
        "lib/lay_hp/market",
        "lay_hp.main:app --app-dir lib",
    ),
    "setuptools, find": Layout(
        {
            "pyproject.toml": pyproject(
                "x", "setuptools.build_meta", '[tool.setuptools.packages.find]\nwhere = ["lib"]\n'
            ),
            "lib/lay_st/__init__.py": "",
        },
        "lib/lay_st/market",
        "lay_st.main:app --app-dir lib",
    ),
    "setuptools, setup.cfg": Layout(
        {
            "setup.cfg": "[options]\npackage_dir =\n    = code\n[options.packages.find]\nwhere = code\n",
            "code/lay_cfg/__init__.py": "",
        },
        "code/lay_cfg/market",
        "lay_cfg.main:app --app-dir code",
        "wsgen.toml",
    ),
    "poetry": Layout(
        {
            "pyproject.toml": '[tool.poetry]\nname = "x"\npackages = [{include = "lay_po", from = "src"}]\n'
            '[build-system]\nrequires = []\nbuild-backend = "poetry.core.masonry.api"\n',
            "src/lay_po/__init__.py": "",
            "src/lay_po/app.py": APP,
            "src/helpers/__init__.py": "",
        },
        "src/lay_po/market",
        "lay_po.app:app --app-dir src",
    ),
    "a folder with a name that shells and Python would read": Layout(
        {
            "pyproject.toml": pyproject(
                "x",
                "poetry.core.masonry.api",
                "[tool.poetry]\npackages = [{include = 'lay_q', from = 'a \"\"\" b'}]\n",
            ),
            'a """ b/lay_q/__init__.py': "",
        },
        'a """ b/lay_q/market',
        'lay_q.main:app --app-dir \'a """ b\'',
    ),
    "pdm": Layout(
        {
            "pyproject.toml": pyproject(
                "x", "pdm.backend", '[tool.pdm.build]\npackage-dir = "py"\n'
            ),
            "py/lay_pdm/__init__.py": "",
        },
        "py/lay_pdm/market",
        "lay_pdm.main:app --app-dir py",
    ),
    "flit": Layout(
        {
            "pyproject.toml": pyproject(
                "x", "flit_core.buildapi", '[tool.flit.module]\nname = "lay_flit"\n'
            ),
            "lay_flit/__init__.py": '"""Flat."""\n',
            "lay_other/__init__.py": "",
        },
        "lay_flit/market",
        "lay_flit.main:app",
    ),
    "several packages, one with the application": Layout(
        {
            "pyproject.toml": pyproject("x"),
            "lay_a/__init__.py": "",
            "lay_b/__init__.py": "",
            "lay_b/main.py": APP,
        },
        "lay_b/market",
        "lay_b.main:app",
    ),
    "an application of a function": Layout(
        {
            "pyproject.toml": pyproject("lay-fun"),
            "lay_fun/__init__.py": "",
            "lay_fun/main.py": "from fastapi import FastAPI\n\n\ndef build(debug: bool = False) -> FastAPI:\n"
            "    made = FastAPI(debug=debug)\n    return made\n\n\napplication = build()\n",
        },
        "lay_fun/market",
        "lay_fun.main:application",
    ),
    "a package of a namespace": Layout(
        {
            "pyproject.toml": pyproject("lay-spa-ce"),
            "src/lay_spa/ce/__init__.py": "",
            "src/lay_spa/ce/main.py": APP,
        },
        "src/lay_spa/ce/market",
        "lay_spa.ce.main:app --app-dir src",
    ),
    "a factory": Layout(
        {
            "pyproject.toml": pyproject("lay-fac"),
            "lay_fac/__init__.py": "",
            "lay_fac/main.py": "from fastapi import FastAPI\n\n\ndef create_app() -> FastAPI:\n"
            "    app = FastAPI()\n    return app\n",
        },
        "lay_fac/market",
        "lay_fac.main:create_app --factory",
    ),
    "requirements": Layout(
        {
            "requirements.txt": "fastapi\n",
            "lay_req/main.py": f"import lay_req.deps\n{APP}",
            "lay_req/deps.py": "",
        },
        "lay_req/market",
        "lay_req.main:app",
        "wsgen.toml",
    ),
    "requirements, imported from the folder": Layout(
        {
            "requirements.txt": "fastapi\n",
            "code/lay_sib.py": f"import deps_sib\n{APP}",
            "code/deps_sib.py": "",
        },
        "code/market",
        "lay_sib:app --app-dir code",
        "wsgen.toml",
    ),
    "settings that name a folder": Layout(
        {"wsgen.toml": 'paths = ["lay_specs"]\n', "lay_main.py": APP, "lay_specs/x.txt": ""},
        "lay_specs/market",
        "lay_main:app",
        "wsgen.toml",
    ),
    "a name of the standard library": Layout(
        {"pyproject.toml": pyproject("json")}, "app/market", "app.main:app"
    ),
}


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget after the test what it has imported from the projects in it."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield
    for name in list(sys.modules):
        if name.partition(".")[0] in ("app", "market") or name.startswith(("lay_", "deps_")):
            del sys.modules[name]
    importlib.invalidate_caches()


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize("name", LAYOUTS)
async def test_the_module_is_in_the_package_and_is_served(
    name: str, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = LAYOUTS[name]
    root = make(tmp_path, layout.files, "lay_empty")
    monkeypatch.chdir(root)
    before = {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}
    outcome = project.wsgen("init", "market")
    assert (outcome.code, outcome.stderr) == (0, "")
    assert f"wrote    {layout.module}/ws.yaml\n" in outcome.stdout
    command, address = outcome.stdout.splitlines()[-2:]
    assert command == f"    uvicorn {layout.serves}"
    assert address == "    http://127.0.0.1:8000/market/ws"
    assert (root / layout.settings).is_file()
    assert all(file.read_bytes().startswith(data) for file, data in before.items())
    made = not any("FastAPI(" in text for file, text in layout.files.items() if "test" not in file)
    assert ("/main.py\n" in outcome.stdout.partition("Add to")[0]) is made
    add_lines(outcome, root)
    rendered = project.wsgen("render", "--no-quality")
    assert (rendered.code, rendered.stderr) == (0, "")
    assert (root / layout.module / "ws_generated" / "__init__.py").is_file()
    await get_update(root, shlex.split(command), "/market/ws")


def make(tmp_path: Path, files: Mapping[str, str], name: str) -> Path:
    (tmp_path / "pyproject.toml").unlink()
    root = tmp_path / name
    root.mkdir()
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def add_lines(outcome: Outcome, root: Path) -> None:
    """Add the lines that `init` has printed to the application that it names."""
    if found := re.search(
        r"Add to (\S+), below `(\w+) = ...`.*:\n\n(.*?)\n\nNext", outcome.stdout, re.DOTALL
    ):
        file, name = root / found[1], found[2]
        lines = re.sub(r"(?m)^    ", "", found[3])
        place = re.compile(rf"(?m)^ *{name}(?:: \w+)? = FastAPI\(.*\)$")
        file.write_text(place.sub(lambda at: f"{at[0]}\n{lines}", file.read_text()))


async def get_update(root: Path, command: list[str], path: str) -> None:
    """Import the application as `command` does, and get an update from it."""
    target, *options = command[1:]
    sys.path.insert(0, str(root / options[1]) if "--app-dir" in options else str(root))
    try:
        importlib.invalidate_caches()
        module, _, attribute = target.partition(":")
        app = getattr(importlib.import_module(module), attribute)
        app = app() if "--factory" in options else app
        async with connect(app, path) as client:
            await client.subscribe("market", {"symbol": "AAPL"})
            assert (await client.receive())["payload"]["payload"]["symbol"] == "AAPL"
    finally:
        del sys.path[0]


WORKSPACE = {
    "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/old"]\n',
    "hooks/release.py": "",
    **{
        file: text
        for name in ("api", "feed", "old")
        for file, text in (
            (f"packages/{name}/pyproject.toml", pyproject(f"lay-{name}", "hatchling.build")),
            (f"packages/{name}/src/lay_{name}/__init__.py", ""),
            (f"packages/{name}/src/lay_{name}/main.py", APP),
        )
    },
}


@pytest.mark.usefixtures("imported")
async def test_a_workspace_is_started_in_a_member(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(tmp_path, WORKSPACE, "work")
    monkeypatch.chdir(root)
    refused = project.wsgen("init", "market")
    assert refused.code == 2
    assert "but projects: packages/api, packages/feed\n" in refused.stderr
    assert "`wsgen init market -C packages/api`" in refused.stderr
    outcome = project.wsgen("init", "market", "-C", "packages/api")
    assert (outcome.code, outcome.stderr) == (0, "")
    assert "Next, in packages/api:" in outcome.stdout
    # In a folder of a package, the project is that of the package.
    monkeypatch.chdir(root / "packages/feed/src/lay_feed")
    assert project.wsgen("init", "market").code == 0
    assert (root / "packages/feed/src/lay_feed/market/ws.yaml").is_file()
    for member in ("api", "feed"):
        monkeypatch.chdir(root / "packages" / member)
        again = project.wsgen("init", "market")
        add_lines(again, root / "packages" / member)
        assert project.wsgen("render", "--no-quality").code == 0
        command = again.stdout.splitlines()[-2]
        await get_update(root / "packages" / member, shlex.split(command), "/market/ws")


def test_a_root_with_settings_keeps_the_modules_of_members_that_it_names(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = '[tool.wsgen]\npaths = ["packages/api/src"]\nsources = ["packages/api/src"]\n'
    files = WORKSPACE | {"pyproject.toml": WORKSPACE["pyproject.toml"] + settings}
    root = make(tmp_path, files, "work")
    monkeypatch.chdir(root / "packages/api")
    assert project.wsgen("init", "market", "--path", "src/lay_api").code == 0
    assert "[tool.wsgen]" not in (root / "packages/api/pyproject.toml").read_text()
    monkeypatch.chdir(root)
    assert project.wsgen("validate").stdout.startswith("✓ 1 module")


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (
            {"pyproject.toml": pyproject("x"), "lay_a/__init__.py": "", "lay_b/__init__.py": ""},
            ("several packages could take the module: lay_a, lay_b", "such as `--path lay_a`"),
        ),
        (
            {"backend/pyproject.toml": pyproject("x"), "backend/x.py": "", "web/y.js": ""},
            ("no package of its own, but projects: backend", "`wsgen init market -C backend`"),
        ),
        (
            {
                "backend/requirements.txt": "fastapi\n",
                "backend/app/main.py": APP,
                "docs/requirements.txt": "mkdocs\n",
                "docs/hook.py": "",
            },
            ("no package of its own, but projects: backend\n", "`wsgen init market -C backend`"),
        ),
        (
            {"pyproject.toml": pyproject("json"), "app/readme.txt": ""},
            ("the name of the project cannot be that of a new package", "`--path NAME`"),
        ),
        (
            {"pyproject.toml": pyproject("../../etc"), "app.py": ""},
            ("the name of the project cannot be that of a new package",),
        ),
    ],
)
def test_where_the_place_is_not_known_the_user_says_it(
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: Mapping[str, str],
    says: tuple[str, ...],
) -> None:
    root = make(tmp_path, files, "shop")
    monkeypatch.chdir(root)
    refused = project.wsgen("init", "market")
    assert refused.code == 2
    for text in says:
        assert text in refused.stderr
    assert project.wsgen("init", "market", "--path", "lay_b").code == 0


def backend(name: str, settings: str) -> str:
    return f'[build-system]\nbuild-backend = "{name}"\n{settings}'


@pytest.mark.parametrize(
    "text",
    [
        '[build-system]\nbuild-backend = 3\n[project]\nname = ["x"]\n',
        "[tool]\nhatch = 1\nuv = []\nsetuptools = {packages = {find = 1}, package-dir = []}\n",
        backend("hatchling.build", '[tool.hatch.build]\npackages = ["../../out", "/etc", 1]\n'),
        backend("poetry.core.masonry.api", '[tool.poetry]\npackages = [1, {include = "../x"}]\n'),
        backend(
            "uv_build", '[project]\nname = "x"\n[tool.uv.build-backend]\nmodule-root = "../.."\n'
        ),
        backend("pdm.backend", '[tool.pdm.build]\npackage-dir = "../.."\nincludes = ["../x"]\n'),
        backend("setuptools.build_meta", '[tool.setuptools.packages.find]\nwhere = ["../.."]\n'),
        '[tool.uv.workspace]\nmembers = ["../*", "/*", "**", 3]\n',
        '[tool.poetry.dependencies]\nx = {path = "\\u0000"}\ny = {path = "."}\n',
    ],
)
def test_settings_of_a_backend_that_make_no_sense_lead_nowhere(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    root = make(tmp_path, {"pyproject.toml": text}, "lay_odd")
    monkeypatch.chdir(root)
    outcome = project.wsgen("init", "market")
    assert (outcome.code, outcome.stderr) == (0, "")
    assert project.wsgen("validate").stdout.startswith("✓ 1 module")
    assert sorted(entry.name for entry in tmp_path.iterdir() if entry != root) == ["specs", "src"]


def test_modules_elsewhere_go_on_being_found(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "version: 1\nmodels: lay_x.m\nrouters:\n  AWsRouter: {request: A, data: B}\n"
    files = {
        "pyproject.toml": pyproject("lay-x"),
        "specs/old/ws.yaml": source,
        "lay_x/__init__.py": "",
    }
    root = make(tmp_path, files, "lay_x")
    monkeypatch.chdir(root)
    assert project.wsgen("init", "market").code == 0
    assert "paths" not in (root / "pyproject.toml").read_text()
    listed = project.wsgen("list").stdout
    assert "market" in listed
    assert "old" in listed
