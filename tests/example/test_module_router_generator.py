"""The fifteen tests of the founding document, by their names, against the example app and `wsgen.compat`."""

import ast
import importlib
from pathlib import Path
from types import ModuleType

import pytest

BROKER = [
    "__init__.py",
    "brokerconnectionwsrouter.py",
    "equitywsrouter.py",
    "executionwsrouter.py",
    "orderwsrouter.py",
    "positionwsrouter.py",
]
ALIASES = """\
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from trading_api.models import Bar, BarsSubscriptionRequest
    from trading_api.shared.ws.generic_route import WsRouter

    FirstWsRouter: TypeAlias = WsRouter[BarsSubscriptionRequest, Bar]
    SecondWsRouter: TypeAlias = WsRouter[
        BarsSubscriptionRequest,
        Bar,
    ]
    Unrelated: TypeAlias = dict[str, Bar]
"""


def generator() -> ModuleType:
    """Return the project's own module, which imports all it offers from `wsgen.compat`."""
    return importlib.import_module("trading_api.shared.ws.module_router_generator")


def python_files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.suffix == ".py")


def module(modules: Path, name: str, ws: str | None) -> Path:
    folder = modules / name
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    if ws is not None:
        (folder / "ws.py").write_text(ws)
    return folder


class TestModuleRouterGenerator:
    def test_generate_module_routers_returns_true_when_ws_py_exists(self, modules: Path) -> None:
        assert generator().generate_module_routers("broker", skip_quality_checks=True) is True
        assert python_files(modules / "broker" / "ws_generated") == BROKER

    def test_generate_module_routers_returns_false_when_no_ws_py(self, modules: Path) -> None:
        folder = module(modules, "test_no_ws", None)
        assert generator().generate_module_routers("test_no_ws", skip_quality_checks=True) is False
        assert not (folder / "ws_generated").exists()

    def test_generate_module_routers_fails_on_invalid_typealias(self, modules: Path) -> None:
        text = ALIASES.replace("[BarsSubscriptionRequest, Bar]", "[NonExistentType, AlsoMissing]")
        folder = module(modules, "test_invalid", text)
        with pytest.raises(RuntimeError, match="test_invalid") as caught:
            generator().generate_module_routers("test_invalid", skip_quality_checks=False)
        assert "NonExistentType" in str(caught.value)
        assert not (folder / "ws_generated").exists()

    def test_regeneration_cleans_up_old_files_properly(self, modules: Path) -> None:
        output = modules / "broker" / "ws_generated"
        generate = generator().generate_module_routers
        assert generate("broker", skip_quality_checks=True)
        (output / "oldrouter.py").write_text("old = 1\n")
        (output / "__pycache__").mkdir(exist_ok=True)
        (output / "__pycache__" / "oldrouter.cpython-311.pyc").write_bytes(b"")
        assert generate("broker", skip_quality_checks=True)
        assert python_files(output) == BROKER
        assert not list(output.rglob("oldrouter*"))

    def test_app_factory_generates_routers_on_startup(self, modules: Path) -> None:
        _, ws_apps = importlib.import_module("trading_api.app_factory").create_app()
        assert [sorted(app.routers) for app in ws_apps] == [
            ["broker-connection", "equity", "executions", "orders", "positions"],
            ["alerts", "bars", "book", "quotes"],
            ["positions"],
        ]
        for name in ("broker", "datafeed", "trading"):
            assert (modules / name / "ws_generated" / "__init__.py").exists()
            importlib.import_module(f"trading_api.modules.{name}.ws_generated")

    def test_generation_with_quality_checks_passes(self, clone: Path, modules: Path) -> None:
        # mypy, which reads FastAPI's types for seconds, checks the example in `make check` and `make prove`.
        steps = 'steps = ["black", "ruff-format", "ruff-fix", "flake8", "ruff-check", "isort"]'
        settings = clone / "pyproject.toml"
        settings.write_text(settings.read_text().replace("steps = []", steps))
        assert generator().generate_module_routers("broker", skip_quality_checks=False)
        assert python_files(modules / "broker" / "ws_generated") == BROKER

    def test_multiple_routers_in_single_module(self, modules: Path) -> None:
        folder = module(modules, "many", ALIASES)
        assert generator().generate_module_routers("many", skip_quality_checks=True)
        made = python_files(folder / "ws_generated")
        assert made == ["__init__.py", "firstwsrouter.py", "secondwsrouter.py"]

    def test_empty_ws_py_returns_false(self, modules: Path) -> None:
        folder = module(modules, "empty", "")
        assert generator().generate_module_routers("empty", skip_quality_checks=True) is False
        assert not (folder / "ws_generated").exists()

    def test_generation_before_module_import_required(self, modules: Path) -> None:
        """What was looked for in vain imports as soon as it is generated, in the same process."""
        name = "trading_api.modules.broker.ws_generated"
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module(name)
        assert generator().generate_module_routers("broker", skip_quality_checks=True)
        assert importlib.import_module(name).OrderWsRouter.__name__ == "OrderWsRouter"


class TestRouterSpecParsing:
    def parsed(self, folder: Path, text: str) -> list[tuple[str, str, str, str]]:
        file = folder / "ws.py"
        file.write_text(text)
        specs: list[tuple[str, str, str, str]] = generator().parse_router_specs_from_file(file, "m")
        return specs

    def test_parse_single_line_typealias(self, clone: Path) -> None:
        text = "BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]\n"
        assert self.parsed(clone, text) == [("BarWsRouter", "BarsRequest", "Bar", "m")]

    def test_parse_multiline_typealias(self, clone: Path) -> None:
        text = "BarWsRouter: TypeAlias = WsRouter[\n    BarsRequest,\n    Bar,\n]\n"
        assert self.parsed(clone, text) == [("BarWsRouter", "BarsRequest", "Bar", "m")]

    def test_parse_multiple_typealias(self, clone: Path) -> None:
        names = [spec[0] for spec in self.parsed(clone, ALIASES)]
        assert names == ["FirstWsRouter", "SecondWsRouter"]

    def test_parse_ignores_non_wsrouter_typealias(self, clone: Path) -> None:
        assert self.parsed(clone, "A: TypeAlias = dict[str, int]\nB: TypeAlias = X[R, D]\n") == []


class TestGeneratedCodeStructure:
    def test_generated_code_imports_correct_types(self, clone: Path) -> None:
        settings = clone / "pyproject.toml"
        settings.write_text(
            settings.read_text().replace(
                "[tool.wsgen]\n", '[tool.wsgen]\nmodels = "trading_api.models"\n'
            )
        )
        ours = generator()
        template = (clone / "src/trading_api/shared/ws/generic_route.py").read_text()
        spec = ours.RouterSpec("BarWsRouter", "BarsSubscriptionRequest", "Bar", "datafeed")
        code = ours.generate_router_code(spec, template)
        ast.parse(code)
        assert "from trading_api.models import BarsSubscriptionRequest, Bar\n" in code
        assert "class BarWsRouter(WsRouterInterface):" in code
        assert "_TRequest" not in code
        assert "_TData" not in code

    def test_generated_init_exports_all_routers(self, modules: Path) -> None:
        assert generator().generate_module_routers("broker", skip_quality_checks=True)
        package = importlib.import_module("trading_api.modules.broker.ws_generated")
        assert len(package.__all__) == 5
        assert all(isinstance(getattr(package, name), type) for name in package.__all__)


def test_only_enabled_modules_are_generated(modules: Path) -> None:
    create_app = importlib.import_module("trading_api.app_factory").create_app
    _, ws_apps = create_app(["datafeed"])
    assert [sorted(app.routers) for app in ws_apps] == [["alerts", "bars", "book", "quotes"]]
    assert (modules / "datafeed" / "ws_generated").exists()
    assert not (modules / "broker" / "ws_generated").exists()
    with pytest.raises(ValueError, match="no module nowhere"):
        create_app(["nowhere"])


@pytest.mark.parametrize(
    ("name", "file", "right", "wrong"),
    [
        ("datafeed", "ws.yaml", "data: Bar", "datum: Bar"),
        ("broker", "ws.py", "Request, Execution]", "Request, Missing]"),
    ],
)
def test_a_start_fails_fast_with_the_name_of_the_module(
    modules: Path, name: str, file: str, right: str, wrong: str
) -> None:
    source = modules / name / file
    source.write_text(source.read_text().replace(right, wrong))
    with pytest.raises(RuntimeError, match=rf"module '{name}'") as caught:
        importlib.import_module("trading_api.app_factory").create_app()
    assert f"{name}/{file}:" in str(caught.value)
