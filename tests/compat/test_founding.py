"""The founding system's own tests, written anew: its functions, signatures and habits."""

import ast
import importlib
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import isort
import pytest

import wsgen
from tests.conftest import accompanied, without_docstrings
from wsgen import GenerationError
from wsgen.compat import (
    RouterSpec,
    generate_init_file,
    generate_module_routers,
    generate_router_code,
    generate_ws_routers,
    parse_router_specs_from_file,
    run_quality_checks_for_module,
    verify_router_imports,
)
from wsgen.quality import run
from wsgen.quality.mirror import StagedModule
from wsgen.quality.run import QualityResult
from wsgen.settings.config import FOUNDING_STEPS, Config

from .conftest import FOUNDING

DATAFEED = ["__init__.py", "barwsrouter.py", "quotewsrouter.py"]
BAR = RouterSpec("BarWsRouter", "BarsSubscriptionRequest", "Bar", "datafeed")


def python_files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.suffix == ".py")


def module(modules: Path, name: str, ws: str) -> Path:
    folder = modules / name
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "ws.py").write_text(ws)
    return folder


def parsed(tmp_path: Path, text: str) -> list[RouterSpec]:
    file = tmp_path / "ws.py"
    file.write_text(text)
    return parse_router_specs_from_file(file, "m")


class TestModuleRouterGenerator:
    def test_returns_true_when_ws_py_exists(self, modules: Path) -> None:
        assert generate_module_routers("datafeed", skip_quality_checks=True) is True
        assert python_files(modules / "datafeed" / "ws_generated") == DATAFEED

    def test_returns_false_when_no_ws_py(self, modules: Path) -> None:
        assert generate_module_routers("auth", skip_quality_checks=True) is False
        assert generate_module_routers("nowhere", skip_quality_checks=True) is False
        assert not (modules / "auth" / "ws_generated").exists()

    def test_fails_on_types_that_do_not_exist(self, modules: Path) -> None:
        folder = module(
            modules,
            "test_invalid",
            "from typing import TYPE_CHECKING, TypeAlias\n"
            "from trading_api.shared.ws.generic_route import WsRouter\n\n"
            "if TYPE_CHECKING:\n"
            "    InvalidRouter: TypeAlias = WsRouter[NonExistentType, AlsoNonExistent]\n",
        )
        with pytest.raises(
            RuntimeError, match=r"^Mypy type checking failed for module 'test_invalid'!"
        ):
            generate_module_routers("test_invalid", skip_quality_checks=False)
        assert not (folder / "ws_generated").exists()

    def test_regeneration_removes_what_no_router_accounts_for(self, modules: Path) -> None:
        output = modules / "datafeed" / "ws_generated"
        generate_module_routers("datafeed", skip_quality_checks=True)
        (output / "oldrouter.py").write_text("old = 1\n")
        (output / "__pycache__").mkdir(exist_ok=True)
        (output / "__pycache__" / "oldrouter.cpython-311.pyc").write_bytes(b"")
        (output / "folder").mkdir()
        (output / "barwsrouter.py").write_text("edited = 1\n")

        assert generate_module_routers("datafeed", skip_quality_checks=True)

        assert python_files(output) == DATAFEED
        assert not (output / "folder").exists()
        assert not list((output / "__pycache__").glob("oldrouter*"))
        assert "class BarWsRouter" in (output / "barwsrouter.py").read_text()

    def test_a_folder_of_the_founding_generator_is_taken_over(self, modules: Path) -> None:
        output = modules / "datafeed" / "ws_generated"
        output.mkdir()
        (output / "barwsrouter.py").write_text("old = 1\n")
        (output / "gonewsrouter.py").write_text("old = 1\n")
        assert generate_module_routers("datafeed", skip_quality_checks=True)
        assert python_files(output) == DATAFEED

    def test_generation_with_quality_checks_passes(self, modules: Path) -> None:
        assert generate_module_routers("datafeed")
        for name in ("barwsrouter.py", "quotewsrouter.py"):
            made = (modules / "datafeed" / "ws_generated" / name).read_text()
            wanted = (FOUNDING / "expected" / name).read_text()
            assert without_docstrings(made) == without_docstrings(wanted)

    def test_multiple_routers_in_a_module(self, modules: Path) -> None:
        assert generate_module_routers("broker", skip_quality_checks=True)
        assert len(python_files(modules / "broker" / "ws_generated")) == 6

    def test_a_ws_py_without_aliases_returns_false(self, modules: Path) -> None:
        folder = module(modules, "empty", "# Nothing of a WsRouter yet.\n")
        assert generate_module_routers("empty", skip_quality_checks=True) is False
        assert not (folder / "ws_generated").exists()

    def test_the_router_factory_generates_before_it_imports(self, modules: Path) -> None:
        ws = importlib.import_module("trading_api.modules.broker.ws")
        routers = ws.BrokerWsRouters(service=object())
        assert routers[0].route == "orders"
        assert type(routers[0]).__module__.endswith("ws_generated.orderwsrouter")
        assert not (modules / "datafeed" / "ws_generated").exists()

    def test_a_failure_keeps_what_was_there(self, modules: Path) -> None:
        generate_module_routers("datafeed", skip_quality_checks=True)
        output = modules / "datafeed" / "ws_generated"
        before = {file.name: file.read_bytes() for file in output.iterdir() if file.is_file()}
        (modules / "datafeed" / "ws.py").write_text("WsRouter = (\n")
        with pytest.raises(RuntimeError, match=r"^Failed to parse ws\.py for module 'datafeed': "):
            generate_module_routers("datafeed", skip_quality_checks=True)
        assert before == {
            file.name: file.read_bytes() for file in output.iterdir() if file.is_file()
        }

    def test_nothing_changed_writes_nothing(self, modules: Path) -> None:
        generate_module_routers("datafeed", skip_quality_checks=True)
        output = modules / "datafeed" / "ws_generated"
        before = {file.name: file.stat().st_mtime_ns for file in output.iterdir()}
        assert generate_module_routers("datafeed", skip_quality_checks=True)
        assert before == {file.name: file.stat().st_mtime_ns for file in output.iterdir()}

    def test_the_environment_decides_what_a_start_may_do(
        self, modules: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WSGEN", "check")
        with pytest.raises(RuntimeError, match="datafeed"):
            generate_module_routers("datafeed", skip_quality_checks=True)
        assert not (modules / "datafeed" / "ws_generated").exists()

    def test_what_was_generated_is_printed_unless_silent(
        self, modules: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        generate_module_routers("datafeed", silent=True, skip_quality_checks=True)
        assert capsys.readouterr() == ("", "")
        generate_module_routers("broker", skip_quality_checks=True)
        assert "OrderWsRouter" in capsys.readouterr().out
        (modules / "broker/ws.py").touch()
        generate_module_routers("broker", skip_quality_checks=True)
        assert capsys.readouterr() == ("", "")

    @pytest.mark.parametrize("function", [generate_module_routers, generate_ws_routers])
    def test_defaults_are_the_founding_ones(self, function: Callable[..., bool]) -> None:
        parameters = inspect.signature(function).parameters
        assert {name: parameters[name].default for name in ("silent", "skip_quality_checks")} == {
            "silent": False,
            "skip_quality_checks": False,
        }

    def test_the_project_is_that_of_the_calling_package(
        self, modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        monkeypatch.chdir(elsewhere)
        ws = importlib.import_module("trading_api.modules.datafeed.ws")
        assert len(ws.DatafeedWsRouters(service=object())) == 2

    def test_a_versioned_module(self, modules: Path) -> None:
        version = modules / "broker" / "ws" / "v1"
        version.mkdir(parents=True)
        text = (modules / "broker" / "ws.py").read_text()
        (version / "__init__.py").write_text(text)
        (modules / "broker" / "ws.py").unlink()
        assert generate_ws_routers(version / "__init__.py", skip_quality_checks=True) is True
        assert "orderwsrouter.py" in python_files(version / "ws_generated")
        assert generate_ws_routers(str(modules / "auth" / "ws" / "v1" / "__init__.py")) is False

    def test_quality_checks_write_what_they_change(self, modules: Path) -> None:
        folder = modules / "auth" / "ws_generated"
        folder.mkdir()
        (folder / "__init__.py").write_text("x  =  1\n")
        run_quality_checks_for_module("auth", folder)
        assert (folder / "__init__.py").read_text() == "x = 1\n"
        (folder / "__init__.py").write_text("def f(:\n")
        with pytest.raises(RuntimeError, match=r"^Black formatting failed for module 'auth'!"):
            run_quality_checks_for_module("auth", folder)
        (folder / "__init__.py").write_text("import os\nx: int = ''\n")
        with pytest.raises(RuntimeError, match="failed for module 'auth'!"):
            run_quality_checks_for_module("auth", folder)


class TestImportVerification:
    def test_a_generated_router_can_be_imported(self, modules: Path) -> None:
        generate_module_routers("datafeed", skip_quality_checks=True)
        wanted = (True, "✓ BarWsRouter imports successfully")
        assert verify_router_imports("datafeed", "BarWsRouter") == wanted
        assert verify_router_imports("datafeed", router_class_name="BarWsRouter") == wanted
        assert "trading_api.modules.datafeed.ws_generated" in sys.modules

    def test_a_router_of_a_version_can_be_imported(self, modules: Path) -> None:
        version = modules / "broker" / "ws" / "v1"
        version.mkdir(parents=True)
        (modules / "broker" / "ws.py").rename(version / "__init__.py")
        (version.parent / "__init__.py").write_text("")
        generate_ws_routers(version / "__init__.py", skip_quality_checks=True)
        wanted = (True, "✓ OrderWsRouter imports successfully")
        assert verify_router_imports("broker", "v1", "OrderWsRouter") == wanted
        named = {"version": "v1", "router_class_name": "OrderWsRouter"}
        assert verify_router_imports("broker", **named) == wanted
        assert verify_router_imports("broker", "v2", "OrderWsRouter")[0] is False

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "Router class not found: "),
            ("import nothing_of_that_name\n", "Import failed: No module named"),
            ("raise ValueError('at import')\n", "Verification failed: at import"),
        ],
    )
    def test_what_is_wrong_is_returned(self, modules: Path, text: str, said: str) -> None:
        generate_module_routers("datafeed", skip_quality_checks=True)
        (modules / "datafeed/ws_generated/__init__.py").write_text(text)
        success, message = verify_router_imports("datafeed", "BarWsRouter")
        assert (success, message.startswith(said)) == (False, True), message

    @pytest.mark.parametrize("name", ["nowhere", "auth", "broker", "\ud800", "a b"])
    def test_a_module_without_a_package_has_nothing_to_import(
        self, modules: Path, name: str
    ) -> None:
        success, message = verify_router_imports(name, "BarWsRouter")
        assert not success
        assert "failed: " in message

    def test_a_package_in_no_package_is_found_by_the_source_folders(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "pyproject.toml").write_text("[tool.wsgen]\nsources = ['specs']\n")
        (tmp_path / "specs/loose").mkdir(parents=True)
        text = "version: 1\nrouters:\n  AWsRouter: {request: json:A, data: json:B}\n"
        (tmp_path / "specs/loose/ws.yaml").write_text(text)
        output = tmp_path / "specs/loose/ws_generated"
        output.mkdir()
        (output / "__init__.py").write_text("class AWsRouter: ...\n")
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(tmp_path / "specs")
        assert verify_router_imports("loose", "AWsRouter")[0]
        assert sys.modules.pop("loose.ws_generated").AWsRouter


class TestRouterSpecParsing:
    def test_single_line(self, tmp_path: Path) -> None:
        specs = parsed(tmp_path, "BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]\n")
        assert specs == [RouterSpec("BarWsRouter", "BarsRequest", "Bar", "m")]
        assert specs[0].request_type == "BarsRequest"

    def test_several_lines(self, tmp_path: Path) -> None:
        text = "if TYPE_CHECKING:\n    B: TypeAlias = WsRouter[\n        Req,  # why\n        Bar,\n    ]\n"
        assert parsed(tmp_path, text) == [("B", "Req", "Bar", "m")]

    def test_several_in_the_order_of_the_file(self, tmp_path: Path) -> None:
        text = "Z: TypeAlias = WsRouter[R, D]\nA: TypeAlias = WsRouter['R2', list[D]]\n"
        assert parsed(tmp_path, text) == [("Z", "R", "D", "m"), ("A", "R2", "list[D]", "m")]

    def test_other_aliases_are_ignored(self, tmp_path: Path) -> None:
        text = (
            "A: TypeAlias = dict[str, int]\nB: TypeAlias = Other[R, D]\nC: TypeAlias = WsRouter[R]\n"
            "# D: TypeAlias = WsRouter[R, D]\nE = 1\n"
        )
        assert parsed(tmp_path, text) == []

    def test_a_file_that_is_no_python_is_named_with_its_module(self, tmp_path: Path) -> None:
        with pytest.raises(RuntimeError, match=r"ws\.py for module 'm'"):
            parsed(tmp_path, "X: TypeAlias = WsRouter[")


class TestGeneratedCodeStructure:
    def test_types_are_imported_in_one_line_request_first(self, backend: Path) -> None:
        template = (backend / "src/trading_api/shared/ws/generic_route.py").read_text()
        code = generate_router_code(BAR, template)
        assert "from trading_api.models import BarsSubscriptionRequest, Bar\n" in code
        assert "class BarWsRouter(WsRouterInterface):" in code
        assert "from trading_api.shared.ws.router_interface import" in code

    def test_models_may_be_configured(self, backend: Path) -> None:
        (backend / "pyproject.toml").write_text("[tool.wsgen]\nmodels = 'trading_api.other'\n")
        template = (backend / "src/trading_api/shared/ws/generic_route.py").read_text()
        code = generate_router_code(BAR, template)
        assert "from trading_api.other import BarsSubscriptionRequest, Bar\n" in code

    def test_a_template_from_nowhere_is_taken_to_stand_in_the_usual_place(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        code = generate_router_code(
            BAR,
            "from typing import Generic, TypeVar\nfrom ...models import Reply\n"
            "from .router_interface import Base\nA = TypeVar('A')\nB = TypeVar('B')\n"
            "class WsRouter(Base, Generic[A, B]):\n    x: A; y: B; z: Reply\n",
        )
        assert "from ....models import BarsSubscriptionRequest, Bar\n" in code
        assert "from ....shared.ws.router_interface import Base\n" in code

    def test_types_from_nowhere_are_an_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(RuntimeError, match="'datafeed'"):
            generate_router_code(BAR, "class WsRouter[A, B]:\n    x: A\n")

    def test_the_package_exports_all_routers(self) -> None:
        text = generate_init_file([RouterSpec("QuoteWsRouter", "Q", "Quote", "datafeed"), BAR])
        assert "from .barwsrouter import BarWsRouter" in text
        assert '__all__ = ["BarWsRouter", "QuoteWsRouter"]' in text
        ast.parse(generate_init_file([]))


def test_the_package_of_types_is_that_of_the_template_that_is_used(
    modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if the template is saved while the tools run."""
    template = modules.parent / "shared/ws/generic_route.py"
    (modules / "datafeed/ws.py").write_text(
        "B: TypeAlias = WsRouter[BarsSubscriptionRequest, Bar]\n"
    )

    def edit() -> None:
        template.write_text(template.read_text().replace("trading_api.models", "other.models"))

    template.write_text("from trading_api.models import Reply\n" + template.read_text())
    monkeypatch.setattr(run, "run_steps", accompanied(run.run_steps, before=edit))
    (modules.parents[2] / "pyproject.toml").write_text(
        "[tool.wsgen.quality]\nsteps = ['ruff-format']\n"
    )
    assert generate_module_routers("datafeed")
    made = (modules / "datafeed/ws_generated/b.py").read_text()
    assert "from other.models import" in made
    assert "trading_api.models" not in made


@pytest.mark.parametrize("name", ["\ud800", "a\0b"])
@pytest.mark.parametrize("function", [generate_module_routers, wsgen.generate_module_routers])
def test_a_text_that_can_be_no_name_is_a_generation_error(
    function: Callable[..., bool], name: str
) -> None:
    with pytest.raises(GenerationError, match="cannot be the name of a module") as caught:
        function(name)
    str(caught.value).encode()


def test_all_founding_routers_are_what_a_careful_hand_would_write(modules: Path) -> None:
    for name in ("datafeed", "broker"):
        generate_module_routers(name, skip_quality_checks=True)
    expected = sorted(os.listdir(FOUNDING / "expected"))
    assert len(expected) == 7
    sorting = isort.Config(profile="black", known_first_party=frozenset({"trading_api"}))
    for name in expected:
        [made] = modules.glob(f"*/ws_generated/{name}")
        wanted = (FOUNDING / "expected" / name).read_text()
        assert without_docstrings(
            isort.code(made.read_text(), config=sorting)
        ) == without_docstrings(wanted)


DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@pytest.mark.parametrize(
    ("settings", "steps"),
    [("", FOUNDING_STEPS), ("[tool.wsgen.quality]\nsteps = ['isort']\n", ("isort",))],
)
def test_the_steps_are_those_of_the_founding_code_unless_the_settings_name_others(
    settings: str, steps: tuple[str, ...], modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pyproject = Path("pyproject.toml")
    pyproject.write_text(f"{pyproject.read_text()}{settings}")
    asked: list[tuple[str, ...]] = []

    def note(staged: Sequence[StagedModule], config: Config, **_: object) -> QualityResult:
        asked.append(config.steps)
        return QualityResult({module.output: module.files for module in staged}, ())

    monkeypatch.setattr(run, "run_steps", note)
    assert generate_module_routers("datafeed", silent=True)
    run_quality_checks_for_module("datafeed", modules / "datafeed" / "ws_generated")
    assert asked == [steps, steps]
