"""`wsgen init`: what it writes is valid, what is there stays as it was, and nothing is written by halves."""

import json
import os
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Project


@pytest.fixture
def empty(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").unlink()
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def files_in(folder: Path) -> set[str]:
    return {f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()}


def test_an_empty_folder_becomes_a_project_and_a_second_run_keeps_it(
    project: Project, empty: Path
) -> None:
    outcome = project.wsgen("init", "market_data")
    assert (outcome.code, outcome.stderr) == (0, "")
    assert outcome.stdout.endswith(
        "Next:\n\n    wsgen render\n    uvicorn shop.main:app\n"
        "    http://127.0.0.1:8000/market_data/ws\n"
    )
    written = files_in(empty)
    assert written == {
        ".gitattributes",
        "pyproject.toml",
        "shop/__init__.py",
        "shop/main.py",
        *(f"shop/market_data/{name}" for name in ("__init__.py", "models.py", "service.py")),
        "shop/market_data/ws.yaml",
    }
    assert project.wsgen("render", "--no-quality").code == 0
    assert project.wsgen("check", "--no-quality").code == 0
    (empty / "shop/market_data/models.py").write_text("# mine\n")
    before = {file: (empty / file).read_bytes() for file in written}
    again = project.wsgen("init", "market_data")
    assert again.code == 0
    assert again.stdout.startswith("kept     shop/market_data/ws.yaml\n")
    assert {file: (empty / file).read_bytes() for file in written} == before
    other = project.wsgen("init", "orders")
    assert other.code == 0
    assert "Add to shop/main.py, below `app = ...`:" in other.stdout
    assert {file: (empty / file).read_bytes() for file in written} == before


@pytest.mark.parametrize(
    "name",
    ["list", "any", "union", "none", "base_model", "field", "delivery", "type", "dict", "x_1"],
)
def test_any_name_that_is_taken_gives_a_project_that_renders(
    project: Project, empty: Path, name: str
) -> None:
    assert project.wsgen("init", name).code == 0
    rendered = project.wsgen("render", "--no-quality")
    assert (rendered.code, rendered.stderr) == (0, "")
    models = (empty / f"shop/{name}/models.py").read_text()
    assert not re.search(r"class (BaseModel|Field)\(", models)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["__"], "`__` cannot name a module: use ASCII letters"),
        (["_1"], "`_1` cannot name a module"),
        (["__pycache__"], "cannot name a module"),
        (["1"], "begin with a letter"),
        (["a-b"], "use ASCII letters"),
        (["a.b"], "use ASCII letters"),
        (["a b"], "use ASCII letters"),
        (["../x"], "use ASCII letters"),
        (["ma\u0440ket"], "cannot name a module"),
        (["class"], "it is a keyword of Python"),
        (["ws_generated"], "generated packages are called so"),
        (["true"], "`true` cannot name a module"),
        (["x", "--models", "a..b"], "WSG"),
        (["x", "--models", "a/b.py"], "WSG"),
        (["x", "--path", "a\nb"], "cannot be a folder of modules"),
        (["x", "--path", ".."], "is not a folder in the project"),
        (["x", "--path", "/etc"], "is not a folder in the project"),
        (["x", "--path", "my-shop"], "`my-shop` is not a name"),
        (["x", "--path", "a b"], "`a b` is not a name"),
        (["x", "--path", "class"], "`class` is not a name"),
        (["x", "--path", "."], "'.' is the folder of the new project"),
        (["x", "--path", "pydantic"], "a package `pydantic` would hide the one of that name"),
        (["main"], "a package `shop.main` would hide shop/main.py"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    project: Project, empty: Path, arguments: list[str], says: str
) -> None:
    outcome = project.wsgen("init", *arguments)
    assert outcome.code == 2
    assert says in outcome.stderr
    assert outcome.stdout == ""
    assert list(empty.iterdir()) == []


def test_all_that_is_wrong_is_said_at_once(project: Project, empty: Path) -> None:
    outcome = project.wsgen("init", "class", "--models", "shop.modles", "--path", "../x")
    assert outcome.code == 2
    assert outcome.stderr.count("error[WSG910]") == 3


@pytest.mark.parametrize("place", ["shop", "shop/market"])
def test_a_link_out_of_the_project_is_not_followed(
    project: Project, empty: Path, tmp_path: Path, place: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (empty / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    (empty / place).parent.mkdir(exist_ok=True)
    (empty / place).symlink_to(outside)
    outcome = project.wsgen("init", "market", "--path", "shop")
    assert outcome.code == 2
    assert "link" in outcome.stderr
    assert list(outside.iterdir()) == []
    assert files_in(empty) == {"pyproject.toml"}


def test_a_path_of_any_letters_is_valid_toml(project: Project, empty: Path) -> None:
    (empty / "caf\u00e9\\").mkdir()
    assert project.wsgen("init", "x", "--path", "b1/c2").code == 0
    settings = tomllib.loads((empty / "pyproject.toml").read_text())
    assert settings["tool"]["wsgen"]["paths"] == ["b1/c2"]
    assert project.wsgen("validate").stdout.startswith("✓ 1 module, 1 router")


def test_text_comments_line_ends_and_permissions_are_kept(project: Project, empty: Path) -> None:
    file = empty / "pyproject.toml"
    before = b'[project]\r\nname = "x"  # see [tool.wsgen] docs'
    file.write_bytes(before)
    file.chmod(0o640)
    assert project.wsgen("init", "market").code == 0
    after = file.read_bytes()
    assert after.startswith(before + b"\r\n\r\n[tool.wsgen]\r\n")
    assert after.count(b"\n") == after.count(b"\r\n")
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("text", ["[tool.wsgen]\n", 'tool.wsgen.paths = ["specs"]\n'])
def test_settings_that_are_there_are_kept(project: Project, empty: Path, text: str) -> None:
    (empty / "pyproject.toml").write_text(text)
    (empty / "specs").mkdir()
    assert project.wsgen("init", "x").code == 0
    assert (empty / "pyproject.toml").read_text() == text
    assert project.wsgen("validate").stdout.startswith("✓ 1 module, 1 router")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[project\n", "pyproject.toml:1:9: error[WSG900]: pyproject.toml is not valid TOML"),
        ("tool = {}\n", "Write an empty wsgen.toml beside it"),
    ],
)
def test_a_file_that_cannot_be_extended_stays_as_it_is(
    project: Project, empty: Path, text: str, says: str
) -> None:
    (empty / "pyproject.toml").write_text(text)
    outcome = project.wsgen("init", "x")
    assert outcome.code == 2
    assert says in outcome.stderr
    assert [entry.name for entry in empty.iterdir()] == ["pyproject.toml"]
    assert (empty / "pyproject.toml").read_text() == text


def test_an_empty_wsgen_toml_takes_the_place_of_the_table(project: Project, empty: Path) -> None:
    (empty / "pyproject.toml").write_text("tool = {}\n")
    (empty / "wsgen.toml").touch()
    assert project.wsgen("init", "x").code == 0
    assert project.wsgen("validate").stdout.startswith("✓ 1 module, 1 router")


@pytest.mark.parametrize("number", range(1, 9))
def test_a_write_that_fails_undoes_those_before(
    project: Project, empty: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    (empty / "pyproject.toml").write_text("# mine\n")
    (empty / ".gitattributes").write_text("*.bin binary\n")
    writes, replace = 0, Path.replace

    def full(self: Path, target: Path) -> Path:
        nonlocal writes
        writes += 1
        if writes == number:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    outcome = project.wsgen("init", "x")
    assert outcome.code == 2
    assert "cannot be written: No space left on device" in outcome.stderr
    assert sorted(entry.name for entry in empty.iterdir()) == [".gitattributes", "pyproject.toml"]
    assert (empty / "pyproject.toml").read_text() == "# mine\n"
    assert (empty / ".gitattributes").read_text() == "*.bin binary\n"


def test_files_in_the_way_are_all_named_and_kept(project: Project, empty: Path) -> None:
    before = {f"shop/market/{name}.py" for name in ("service", "ws_service")} | {"shop/__init__.py"}
    (empty / "shop/market").mkdir(parents=True)
    for name in before:
        (empty / name).write_text("# mine\n")
    outcome = project.wsgen("init", "market")
    assert outcome.code == 2
    assert "shop/market/ws_service.py exists" in outcome.stderr
    assert files_in(empty) == before


def test_a_module_that_has_no_routes_yet_keeps_its_models_and_its_service(
    project: Project, empty: Path
) -> None:
    assert project.wsgen("init", "market").code == 0
    folder = empty / "shop/orders"
    folder.mkdir()
    models = (empty / "shop/market/models.py").read_text().replace("Market", "Order")
    own = {"__init__.py": "", "models.py": models, "service.py": "# mine\n", "api.py": ""}
    for name, text in own.items():
        (folder / name).write_text(text)
    outcome = project.wsgen("init", "orders")
    assert (outcome.code, outcome.stderr) == (0, "")
    assert "from shop.orders.ws_service import OrdersService" in outcome.stdout
    assert {name: (folder / name).read_text() for name in own} == own
    assert "data: Order\n" in (folder / "ws.yaml").read_text()
    assert project.wsgen("render", "--no-quality").code == 0


def test_a_module_never_hides_a_file_of_its_name(project: Project, empty: Path) -> None:
    (empty / "shop").mkdir()
    (empty / "shop/__init__.py").touch()
    (empty / "shop/market.py").touch()
    outcome = project.wsgen("init", "market")
    assert outcome.code == 2
    assert "`shop.market` would hide shop/market.py" in outcome.stderr


def test_a_module_in_the_folder_of_the_project_adds_to_its_settings_and_hides_no_other(
    project: Project, empty: Path
) -> None:
    (empty / "pyproject.toml").write_text("[tool.other]\n")
    (empty / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    for name in ("json", "fastapi"):
        outcome = project.wsgen("init", name, "--path", ".")
        assert (outcome.code, files_in(empty)) == (2, {"main.py", "pyproject.toml"})
        assert f"a package `{name}` would hide the one of that name" in outcome.stderr
    assert project.wsgen("init", "market", "--path", ".").code == 0
    assert project.wsgen("render", "--no-quality").code == 0
    assert (empty / "pyproject.toml").read_text().startswith("[tool.other]\n")


def test_what_is_in_the_place_of_the_folder_is_named(project: Project, empty: Path) -> None:
    (empty / "shop").mkdir()
    (empty / "shop/__init__.py").touch()
    (empty / "shop/market").symlink_to("nowhere")
    outcome = project.wsgen("init", "market")
    assert outcome.code == 2
    assert "shop/market exists, and is not what `wsgen init` writes" in outcome.stderr


def test_a_run_that_was_killed_is_completed(project: Project, empty: Path) -> None:
    assert project.wsgen("init", "market").code == 0
    whole = {name: (empty / name).read_bytes() for name in files_in(empty)}
    order = ["shop/market/ws.yaml", "shop/main.py", "shop/market/service.py"]
    for count in range(1, len(order) + 1):
        for name in order[:count]:
            (empty / name).unlink()
        outcome = project.wsgen("init", "market")
        assert outcome.code == 0
        assert "Add " not in outcome.stdout
        assert {name: (empty / name).read_bytes() for name in files_in(empty)} == whole
    for name in set(whole) - {"pyproject.toml"}:
        (empty / name).unlink()
    assert project.wsgen("init", "market").code == 0
    assert {name: (empty / name).read_bytes() for name in files_in(empty)} == whole


def test_attributes_that_cannot_be_read_are_kept(
    project: Project, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = empty / ".gitattributes"
    file.write_text("*.png binary\n")
    opened = os.open

    def refusing(path: str | Path, *arguments: int) -> int:
        if os.fspath(path) == str(file):
            raise PermissionError(13, "Permission denied", path)
        return opened(path, *arguments)

    monkeypatch.setattr(os, "open", refusing)
    outcome = project.wsgen("init", "market")
    assert outcome.code == 2
    assert f"the project cannot be read: {file}: Permission denied" in outcome.stderr
    assert file.read_text() == "*.png binary\n"
    assert files_in(empty) == {".gitattributes"}


@pytest.mark.parametrize("folder", ["src", "src/mine"])
def test_a_package_that_cannot_be_read_is_not_made_again(
    project: Project, empty: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    (empty / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    (empty / "src/mine").mkdir(parents=True)
    (empty / "src/mine/__init__.py").touch()
    listed = {name: getattr(os, name) for name in ("scandir", "listdir")}

    def refusing(name: str) -> Callable[..., object]:
        def list_folder(path: str | Path = ".") -> object:
            if os.fspath(path) == str(empty / folder):
                raise PermissionError(13, "Permission denied", path)
            return listed[name](path)

        return list_folder

    for name in listed:
        monkeypatch.setattr(os, name, refusing(name))
    outcome = project.wsgen("init", "market")
    assert outcome.code == 2
    assert "the project cannot be read: " in outcome.stderr
    assert "Permission denied" in outcome.stderr
    monkeypatch.undo()
    assert files_in(empty) == {"pyproject.toml", "src/mine/__init__.py"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "{}\n"),
        ("*.bin binary", "*.bin binary\n{}\n"),
        ("{}\n", "{}\n"),
        ("**/ws_generated/**   linguist-generated   -diff\n", None),
    ],
)
def test_git_is_told_once_what_is_generated(
    project: Project, empty: Path, before: str | None, after: str | None
) -> None:
    line, file = "**/ws_generated/** linguist-generated", empty / ".gitattributes"
    if before is not None:
        file.write_text(before.format(line))
    for name in ("one", "two"):
        assert project.wsgen("init", name).code == 0
    assert file.read_text() == (after or before or "").format(line)


@pytest.mark.parametrize(
    ("output", "name"),
    [("{source_dir}/made", "shop.market.made"), ("src/made/{module}", "made.market")],
)
def test_the_generated_package_is_imported_from_where_the_settings_put_it(
    project: Project, empty: Path, output: str, name: str
) -> None:
    (empty / "src").mkdir()
    (empty / "shop").mkdir()
    (empty / "shop/__init__.py").touch()
    (empty / "wsgen.toml").write_text(f'output = "{output}"\nquality.steps = []\n')
    outcome = project.wsgen("init", "market")
    assert (outcome.code, outcome.stderr) == (0, "")
    assert f"from {name} import MarketWsRouter\n" in (empty / "shop/main.py").read_text()
    (empty / "shop/main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    outcome = project.wsgen("init", "other")
    assert f"from {name.replace('market', 'other')} import OtherWsRouter\n" in outcome.stdout


def test_a_generated_package_that_cannot_be_imported_is_refused(
    project: Project, empty: Path
) -> None:
    (empty / "wsgen.toml").write_text('output = "made-code/{module}"\n')
    outcome = project.wsgen("init", "market")
    assert outcome.code == 2
    assert "the generated package made-code/market could not be imported" in outcome.stderr
    assert files_in(empty) == {"wsgen.toml"}


def test_models_that_do_not_exist_are_refused_with_the_nearest(
    project: Project, empty: Path
) -> None:
    assert project.wsgen("init", "market").code == 0
    before = files_in(empty)
    for models, says in (
        ("shop.market.modls", "Did you mean `shop.market.models`?"),
        ("nowhere.at.all", "Name a module of the project"),
        ("pydantic.no_such_module", "`pydantic.no_such_module`, which does not exist"),
    ):
        outcome = project.wsgen("init", "other", "--models", models)
        assert outcome.code == 2
        assert says in outcome.stderr
    assert files_in(empty) == before


def test_models_that_exist_are_used(project: Project, empty: Path) -> None:
    assert project.wsgen("init", "market").code == 0
    outcome = project.wsgen("init", "other", "--models", "shop.market.models")
    assert (outcome.code, outcome.stderr) == (0, "")
    assert not (empty / "shop/other/models.py").exists()
    assert "data: Market\n" in (empty / "shop/other/ws.yaml").read_text()
    assert project.wsgen("render", "--no-quality").code == 0


def test_models_without_a_pair_are_to_be_named(project: Project, empty: Path) -> None:
    assert project.wsgen("init", "market").code == 0
    outcome = project.wsgen("init", "other", "--models", "shop.market.service")
    assert outcome.code == 0
    assert "Name a request and an update of your models in ws.yaml first." in outcome.stdout


def test_the_steps_are_written_with_their_reasons(project: Project, empty: Path) -> None:
    (empty / "pyproject.toml").write_text('[project]\nname = "shop"\n\n[tool.ruff]\n')
    assert project.wsgen("init", "market").code == 0
    text = (empty / "pyproject.toml").read_text()
    assert '    "ruff-check",  # [tool.ruff] in pyproject.toml\n' in text
    steps = tomllib.loads(text)["tool"]["wsgen"]["quality"]["steps"]
    assert steps == ["ruff-format", "ruff-fix", "ruff-check"]


def test_generate_is_render(project: Project) -> None:
    first = project.wsgen("generate", "--no-quality", "--format", "json")
    assert first.code == 0
    assert json.loads(first.stdout)["modules"][0]["state"] == "written"


@pytest.mark.parametrize(
    ("there", "says"),
    [
        ({"fastapi", "uvicorn", "wsgen_runtime"}, 'pip install "uvicorn[standard]"'),
        ({"fastapi", "uvicorn", "wsproto"}, "pip install wsgen-runtime"),
        ({"fastapi", "uvicorn", "wsgen_runtime", "websockets"}, "wsgen render"),
    ],
)
@pytest.mark.usefixtures("empty")
def test_what_serving_needs_is_said_also_what_uvicorn_needs(
    project: Project, monkeypatch: pytest.MonkeyPatch, there: set[str], says: str
) -> None:
    monkeypatch.setattr("wsgen.cli.init.has_package", lambda _, name: name in there)
    assert f"Next:\n\n    {says}\n" in project.wsgen("init", "market").stdout
