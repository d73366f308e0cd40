"""The library's public names: functions, whatever of the package is loaded."""

import pkgutil

import pytest

import wsgen
from tests.conftest import DATAFEED, Project

OUT = "specs/datafeed/ws_generated"


def test_no_module_hides_a_public_name() -> None:
    modules = {module.name for module in pkgutil.iter_modules(wsgen.__path__)}
    assert not modules & set(wsgen.__all__)


def test_render_returns_what_it_wrote_and_check_what_it_would(project: Project) -> None:
    [module] = wsgen.check(root=project.root).modules
    written = {change.path.name for change in module.changes}
    assert written == {"__init__.py", "asyncapi.json", "barwsrouter.py", "quotewsrouter.py"}
    assert not (project.root / OUT).exists()

    result = wsgen.render(root=project.root)
    assert (result.ok, result.diagnostics) == (True, ())
    assert {change.path.name for change in result.modules[0].changes} == written
    assert wsgen.check(root=project.root).ok

    edited = project.write(f"{OUT}/barwsrouter.py", "# mine\n")
    [found] = wsgen.render(root=project.root).diagnostics
    assert (found.code, found.module) == ("WSG407", "datafeed")
    assert wsgen.render(root=project.root, force=True).ok
    assert edited.read_text("utf-8") != "# mine\n"


def test_paths_and_names_choose_modules_of_the_project_that_holds_them(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = project.write("specs/broker/ws.yaml", DATAFEED)
    monkeypatch.chdir("/")
    assert [spec.name for spec in wsgen.load_modules(project.root)] == ["broker", "datafeed"]
    assert [spec.name for spec in wsgen.load_modules(other.parent)] == ["broker"]
    assert [spec.name for spec in wsgen.load_modules(root=project.root, modules=["broker"])] == [
        "broker"
    ]
    with pytest.raises(wsgen.ConfigError):
        wsgen.check(root=project.root, modules=["nowhere"])


def test_specs_are_returned_only_if_all_sources_are_valid(project: Project) -> None:
    project.write("specs/broker/ws.yaml", "version: 2\nrouters: {}\n")
    project.write("specs/empty/ws.yaml", "version: 1\nrouters: {}\n")
    with pytest.raises(wsgen.GenerationError) as raised:
        wsgen.load_modules()
    assert [item.code for item in raised.value.diagnostics] == ["WSG115"]
    (project.root / "specs/broker/ws.yaml").unlink()
    [spec] = wsgen.load_modules()
    assert [router.route for router in spec.routers] == ["bars", "quotes"]


def test_a_gate_that_looked_at_nothing_does_not_pass(project: Project) -> None:
    (project.root / "specs/datafeed/ws.yaml").rename(project.root / "specs/datafeed/feed.yaml")
    for result, severity in (
        (wsgen.check(root=project.root), wsgen.Severity.ERROR),
        (wsgen.render(root=project.root), wsgen.Severity.WARNING),
    ):
        [found] = result.diagnostics
        assert (found.code, found.severity) == ("WSG413", severity)
        assert result.ok is (severity is wsgen.Severity.WARNING)


def test_an_empty_path_is_not_the_working_directory(project: Project) -> None:
    for call in (wsgen.render, wsgen.check, wsgen.load_modules):
        with pytest.raises(wsgen.ConfigError, match="a path is empty"):
            call("")
    with pytest.raises(wsgen.ConfigError, match="a path is empty"):
        wsgen.render(root="")
    assert not (project.root / "specs/datafeed/ws_generated").exists()
