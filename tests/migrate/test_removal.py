"""`wsgen migrate --remove-aliases`: what becomes of a ws.py, in every form that one can have."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Project
from wsgen import GenerationError, generate_module_routers

from .shapes import HIDDEN, SHAPES
from .test_migrate import FOUNDING

HEAD = """\
from typing import TYPE_CHECKING, TypeAlias

from app.models import Bar, BarRequest, Quote
from app.routes import WsRouter

"""
ALIAS = "A: TypeAlias = WsRouter[BarRequest, Bar]\n"


def migrated(project: Project, text: str | bytes, *, code: int = 0) -> str:
    """Return what becomes of a ws.py with `text`."""
    (project.root / "specs/datafeed/ws.yaml").unlink(missing_ok=True)
    file = project.write("specs/feed/ws.py", "")
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    outcome = project.wsgen("migrate", "--remove-aliases")
    assert outcome.code == code, outcome.stderr
    return file.read_bytes().decode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(
            HEAD + ALIAS.strip() + "; B: TypeAlias = WsRouter[BarRequest, Quote]; X = 1\n",
            "from typing import TYPE_CHECKING\n\nX = 1\n",
            id="several in a line",
        ),
        pytest.param(
            HEAD + "X = 1; " + ALIAS.strip() + "; B: TypeAlias = WsRouter[BarRequest, Quote]\n",
            "from typing import TYPE_CHECKING\n\nX = 1\n",
            id="several at the end of a line",
        ),
        pytest.param(
            HEAD.replace("Quote", "Quote  # noqa") + "if TYPE_CHECKING: " + ALIAS + "X: Bar\n",
            "from app.models import Bar, Quote  # noqa\n\nX: Bar\n",
            id="a block in one line",
        ),
        pytest.param(HEAD.replace(", Quote", "") + ALIAS, "from typing import TYPE_CHECKING\n", id="only"),
        pytest.param(
            HEAD
            + "if TYPE_CHECKING:\n    # About all of them.\n\n    # One.\n    "
            + ALIAS
            + "    # The end.\n\n\ndef f() -> 'A': ...\n",
            "from typing import TYPE_CHECKING\n\nfrom app.models import Quote\n\nif TYPE_CHECKING:\n"
            "    # About all of them.\n\n    from .ws_generated import A\n    # The end.\n\n\n"
            "def f() -> 'A': ...\n",
            id="used in a quoted annotation",
        ),
        pytest.param(
            HEAD + "if TYPE_CHECKING:\n    # About all.\n\n    " + ALIAS + "    # The end.\n\nX = 1\n",
            "from app.models import Quote\n\n# About all.\n# The end.\n\nX = 1\n",
            id="comments of a block that goes",
        ),
        pytest.param(
            "import sys\n" + HEAD + "if sys.version_info >= (3, 12):\n    " + ALIAS
            + "else:\n    A: TypeAlias = 'WsRouter[BarRequest, Bar]'\nX = 1\n",
            "from typing import TYPE_CHECKING\n\nfrom app.models import Quote\n\nX = 1\n",
            id="one for each version of Python",
        ),
        pytest.param(
            HEAD + ALIAS + "\n\ndef make(s):\n    return A(route='x', service=s)\n",
            "from typing import TYPE_CHECKING\n\nfrom app.models import Quote\n\n"
            "from .ws_generated import A\n\n\ndef make(s):\n    return A(route='x', service=s)\n",
            id="used as it runs",
        ),
        pytest.param(
            HEAD.replace("TYPE_CHECKING, ", "") + ALIAS + "\n\ndef f(a: 'A') -> Quote: ...\n",
            "from typing import TYPE_CHECKING\n\nfrom app.models import Quote\n\nif TYPE_CHECKING:\n"
            "    from .ws_generated import A\n\n\ndef f(a: 'A') -> Quote: ...\n",
            id="an alias outside of the block, used for types",
        ),
        pytest.param(
            HEAD.replace("TYPE_CHECKING, TypeAlias", "Any")
            + "type A = WsRouter[BarRequest, Bar]\n\n\nclass C[T: Bar]: ...\n\n\nX: Any\nY: Quote\n",
            "from typing import Any\n\nfrom app.models import Bar, Quote\n\n\n"
            "class C[T: Bar]: ...\n\n\nX: Any\nY: Quote\n",
            id="Python 3.12",
        ),
    ],
)  # fmt: skip
def test_what_is_left_is_what_a_person_would_leave(
    project: Project, text: str, wanted: str
) -> None:
    left = migrated(project, text)
    assert left == wanted
    assert project.wsgen("migrate", "--remove-aliases").stdout.startswith("Nothing to migrate")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_marks_stay(project: Project, end: str, mark: str) -> None:
    text = mark + (HEAD + "# Bärs.\n" + ALIAS + "\nX: 'A' = Quote\n").replace("\n", end)
    left = migrated(project, text)
    assert left.startswith(mark + "from typing import TYPE_CHECKING" + end)
    assert set(left.replace(end, "")) & set("\r\n") == set()
    assert f"if TYPE_CHECKING:{end}    from .ws_generated import A{end}" in left
    assert "description: Bärs." in project.read("specs/feed/ws.yaml").replace('"', "")


def test_another_encoding_stays(project: Project) -> None:
    text = "# coding: latin-1\n" + HEAD + "# Bärs.\n" + ALIAS + "X = Quote, 'é'\n"
    left = migrated(project, text.encode("latin-1"))
    assert left.encode("utf-8", "surrogateescape").endswith("X = Quote, 'é'\n".encode("latin-1"))
    assert "Bärs." in project.read("specs/feed/ws.yaml")


def test_what_is_not_utf8_is_reported_and_left(project: Project) -> None:
    text = (HEAD + "# Bärs.\n" + ALIAS).encode("latin-1")
    migrated(project, text, code=1)
    assert (project.root / "specs/feed/ws.py").read_bytes() == text
    assert not (project.root / "specs/feed/ws.yaml").exists()


def test_a_comment_that_the_ws_yaml_lacks_stays(project: Project) -> None:
    text = HEAD + "# Of bars.\n" + ALIAS
    project.write(
        "specs/feed/ws.yaml",
        "version: 1\nrouters:\n  A: {request: app.models:BarRequest, data: app.models:Bar}\n",
    )
    assert "# Of bars.\n" in migrated(project, text)


def test_a_link_stays_a_link(project: Project) -> None:
    real = project.write("shared/real.py", HEAD + ALIAS)
    link = project.root / "specs/feed/ws.py"
    link.parent.mkdir()
    link.symlink_to(real)
    assert project.wsgen("migrate", "--remove-aliases").code == 0
    assert link.is_symlink()
    assert "TypeAlias" not in real.read_text()


def test_a_link_to_outside_is_not_followed(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    real = tmp_path_factory.mktemp("elsewhere") / "ws.py"
    real.write_text(HEAD + ALIAS)
    link = project.root / "specs/feed/ws.py"
    link.parent.mkdir()
    link.symlink_to(real)
    outcome = project.wsgen("migrate", "--remove-aliases")
    assert (outcome.code, "WSG405" in outcome.stderr) == (2, True)
    assert real.read_text() == HEAD + ALIAS


def test_a_folder_that_cannot_be_written_stops_no_other_module(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("specs/feed/ws.py", HEAD + ALIAS)
    project.write("specs/other/ws.py", HEAD + ALIAS)
    move = Path.replace

    def refuse(path: Path, target: Path) -> Path:
        if "feed" in path.parts:
            raise PermissionError(13, "Permission denied")
        return move(path, target)

    monkeypatch.setattr(Path, "replace", refuse)
    outcome = project.wsgen("migrate")
    assert outcome.code == 2
    assert "specs/feed/ws.yaml" in outcome.stderr
    assert "WSG405" in outcome.stderr
    assert (project.root / "specs/other/ws.yaml").is_file()
    assert sorted(file.name for file in (project.root / "specs/feed").iterdir()) == ["ws.py"]


def test_a_run_that_is_killed_between_the_files_leaves_a_valid_module(project: Project) -> None:
    project.write("specs/feed/ws.py", HEAD + ALIAS)
    script = (
        "import os, pathlib, signal\nfrom wsgen.cli.main import run\n"
        "replace = pathlib.Path.replace\n"
        "def once(self, target):\n"
        "    if target.name == 'ws.py': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return replace(self, target)\n"
        "pathlib.Path.replace = once\nrun(['migrate', '--remove-aliases'])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], timeout=60, capture_output=True, check=False
    )
    assert ended.returncode == -9
    assert project.read("specs/feed/ws.py") == HEAD + ALIAS
    assert project.wsgen("validate").code == 0
    assert project.wsgen("migrate", "--remove-aliases").code == 0
    assert sorted(file.name for file in (project.root / "specs/feed").iterdir()) == [
        "ws.py",
        "ws.yaml",
    ]


def test_a_versioned_module(project: Project) -> None:
    project.write("specs/broker/ws/v1/__init__.py", HEAD + ALIAS + "\nX: 'A' = Quote\n")
    assert project.wsgen("migrate", "--remove-aliases").code == 0
    assert "from .ws_generated import A\n" in project.read("specs/broker/ws/v1/__init__.py")
    assert "routers:\n  A:\n" in project.read("specs/broker/ws/v1/ws.yaml")


def test_the_diff_is_what_is_written(project: Project) -> None:
    text = HEAD + "\f\n# Bärs.\n" + ALIAS + "X = Quote, '\u2028'\n"
    project.write("specs/feed/ws.py", text)
    patch = project.wsgen("migrate", "--remove-aliases", "--diff").stdout
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "apply"], input=patch.encode(), check=True)
    applied = {name: project.read(f"specs/feed/{name}") for name in ("ws.py", "ws.yaml")}
    (project.root / "specs/feed/ws.yaml").unlink()
    project.write("specs/feed/ws.py", text)
    assert project.wsgen("migrate", "--remove-aliases").code == 0
    assert applied == {name: project.read(f"specs/feed/{name}") for name in applied}


def test_the_ws_yaml_is_as_those_beside_it(project: Project) -> None:
    schema = "# yaml-language-server: $schema=../../schemas/ws.schema.json\n"
    project.write("specs/datafeed/ws.yaml", schema + project.read("specs/datafeed/ws.yaml"))
    project.write(
        "specs/feed/ws.py",
        HEAD + "# TODO: rename\n" + ALIAS + "B: TypeAlias = WsRouter[BarRequest, Quote]\n"
        "C: TypeAlias = WsRouter[BarRequest, list[Quote]]\n"
        "X = [A(tags=['x']), B(tags=['x']), C(tags=['y'])]\n",
    )
    assert project.wsgen("migrate").code == 0
    assert project.read("specs/feed/ws.yaml") == (
        schema + "version: 1\nmodels: app.models\ntags: [x]\nrouters:\n  # TODO: rename\n  A:\n"
        "    route: a\n    request: BarRequest\n    data: Bar\n\n  B:\n    route: b\n"
        "    request: BarRequest\n    data: Quote\n\n  C:\n    route: c\n    request: BarRequest\n"
        "    data: list[Quote]\n    tags: [y]\n"
    )


@pytest.mark.slow  # it starts fifteen tools; the other tests say what is written, byte by byte
def test_every_tool_finds_what_it_found_before_and_nothing_else(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every form of a ws.py before and after: black, ruff format, ruff, flake8, isort, mypy and pyright."""
    for folder in ("specs", "src"):
        shutil.rmtree(project.root / folder)
    shutil.copytree(FOUNDING / "trading_api", project.root / "src/trading_api")
    for name, text in SHAPES.items():
        project.write(f"src/trading_api/modules/{name}/__init__.py", "")
        project.write(f"src/trading_api/modules/{name}/ws.py", text)
    versioned = "src/trading_api/modules/versioned/ws"
    project.write(f"{versioned}/__init__.py", "")
    project.write(f"{versioned}/v1/__init__.py", HIDDEN)
    project.write(".flake8", "[flake8]\nmax-line-length = 88\nextend-ignore = E501\n")
    project.write(
        "pyproject.toml",
        "[tool.wsgen]\npaths = ['src']\n[tool.wsgen.quality]\nsteps = []\n"
        "[tool.isort]\nprofile = 'black'\nsrc_paths = ['src']\n"
        "[tool.ruff]\nsrc = ['src']\n[tool.ruff.lint]\nselect = ['E4', 'E7', 'E9', 'F', 'I']\n"
        "[tool.pyright]\nextraPaths = ['src']\nignore = ['src/trading_api/shared', '**/ws_generated']\n"
        "[tool.mypy]\nmypy_path = 'src'\n"
        # The libraries' own types have no part in this, and take mypy seconds to read.
        "[[tool.mypy.overrides]]\nmodule = ['pydantic.*', 'wsgen.*', 'wsgen_runtime.*']\n"
        "follow_imports = 'skip'\n",
    )
    project.write(
        "typings/pydantic/__init__.pyi",  # as the overrides, for pyright
        "from typing import Any\n\n\ndef __getattr__(name: str) -> Any: ...\n",
    )
    project.write(
        "src/trading_api/shared/ws/module_router_generator.py",
        "def generate_module_routers(name: str, *, skip_quality_checks: bool = False) -> bool: ...\n",
    )
    for command in (["black", "-q"], ["isort", "-q"]):
        tool(*command, "src")
    assert project.wsgen("render").code == 0
    cache = tmp_path_factory.mktemp("mypy")
    before = findings(cache)
    assert project.wsgen("migrate", "--remove-aliases").code == 0
    assert project.wsgen("render").code == 0
    after = findings(cache)
    new = {name: set(found) - set(before[name]) for name, found in after.items()}
    assert not any(new.values()), new
    # Pyright takes seconds, so it runs once; it has no objections to these files before either.
    found = tool("pyright", "--pythonpath", sys.executable, "src")
    assert [line for line in found if " - error: " in line] == []
    for name in ("broker", "datafeed", *SHAPES):
        assert "alias" not in project.read(f"src/trading_api/modules/{name}/ws.py").lower()
    assert "TypeAlias" not in project.read(f"{versioned}/v1/__init__.py")


def test_comments_on_the_aliases_go_with_them_and_others_stay(project: Project) -> None:
    left = migrated(project, HIDDEN)
    assert "# TODO: one for orders\n" in left
    assert "# Import generated routers (runtime)\n" in left
    assert "compile-time" not in left + project.read("specs/feed/ws.yaml")
    assert "router generator" not in left


def test_a_factory_that_contradicts_the_ws_yaml_is_an_error_with_both_places(
    project: Project,
) -> None:
    migrated(project, HIDDEN)
    assert project.wsgen("render").code == 0
    source = project.read("specs/feed/ws.yaml")
    project.write("specs/feed/ws.yaml", source.replace("route: bars", "route: candles"))
    for command in ("validate", "render", "check"):
        outcome = project.wsgen(command)
        assert outcome.code == 1
        assert "specs/feed/ws.yaml:6:12: error[WSG125]" in outcome.stderr
        assert "specs/feed/ws.py:20:34" in outcome.stderr
    project.write("specs/feed/ws.yaml", source)
    assert project.wsgen("check").code == 0
    factory = project.read("specs/feed/ws.py")
    project.write("specs/feed/ws.py", factory.replace('tags=["feed"]', 'tags=["other"]'))
    outcome = project.wsgen("check")
    assert (outcome.code, outcome.stderr.count("WSG125")) == (1, 2)


def test_a_class_of_the_same_name_from_elsewhere_is_another(project: Project) -> None:
    migrated(project, HIDDEN)
    factory = project.read("specs/feed/ws.py").replace('route="bars"', 'route="candles"')
    project.write("specs/feed/ws.py", factory.replace(".ws_generated", "app.routers"))
    assert project.wsgen("validate").code == 0


def test_code_that_declares_nothing_does_not_make_a_package_stale(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrated(project, HIDDEN)
    assert project.wsgen("render").code == 0
    factory = project.read("specs/feed/ws.py")
    project.write("specs/feed/ws.py", f"{factory}\n\n# A remark.\nLIMIT = 3\n")
    before = project.snapshot()
    for command in ("check", "render", "list"):
        outcome = project.wsgen(command)
        assert (outcome.code, outcome.stderr) == (0, "")
    assert "  current  (specs/feed/ws.yaml, specs/feed/ws.py)" in outcome.stdout
    assert project.snapshot() == before
    monkeypatch.setenv("WSGEN", "check")
    assert generate_module_routers("feed", root=project.root)
    project.write("specs/feed/ws.py", factory.replace('route="bars"', 'route="candles"'))
    assert project.wsgen("check").code == 1
    with pytest.raises(GenerationError):
        generate_module_routers("feed", root=project.root)


def findings(cache: Path) -> dict[str, list[str]]:
    """Return what each tool says of the modules' own files, whatever the line."""
    modules = "src/trading_api/modules"
    commands = {
        "black": ["--check", "-q", "--exclude", "ws_generated"],
        "ruff": ["check", "--output-format", "concise", "--exclude", "ws_generated"],
        "flake8": ["--exclude", "ws_generated"],
        "isort": ["--check", "--skip-glob", "*/ws_generated/*"],
        "mypy": ["--exclude", "ws_generated", "--cache-dir", str(cache)],
    }
    found = {name: tool(name, *options, modules) for name, options in commands.items()}
    found["format"] = tool("ruff", "format", "--check", "--exclude", "ws_generated", modules)
    return {
        name: [re.sub(r":\d+", "", line) for line in lines if ".py" in line]
        for name, lines in found.items()
    }


def tool(*command: str) -> list[str]:
    ended = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, timeout=120, check=False
    )
    return (ended.stdout + ended.stderr).splitlines()


def test_the_codes_of_migrate_are_explained(project: Project) -> None:
    for code in ("WSG430", "WSG431", "WSG432"):
        assert project.wsgen("explain", code).code == 0
    assert json.dumps(project.wsgen("migrate", "--help").stdout).count("remove-aliases") >= 2
