"""What an earlier minor version rendered runs on this runtime, and this wsgen renders it again."""

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from tests.conftest import Project

from wsgen_runtime import WsApp
from wsgen_runtime.testing import connect

DATA = Path(__file__).parents[1] / "data"
VERSIONS = sorted(folder.name for folder in DATA.glob("rendered_*"))


class Service:
    """A service that answers each new topic with one update."""

    def __init__(self, models: ModuleType) -> None:
        self.updates = {"bar": models.Bar(close=1.5), "quotes": [models.Quote(bid=2.0)]}

    async def create_topic(self, topic: str, topic_update: Callable[[object], None]) -> None:
        topic_update(self.updates[topic.partition(":")[0]])

    async def remove_topic(self, topic: str) -> None:
        pass


@pytest.mark.parametrize("version", VERSIONS)
async def test_routers_of_an_earlier_version_are_served(version: str) -> None:
    models = importlib.import_module(f"tests.data.{version}.models")
    generated = importlib.import_module(f"tests.data.{version}.ws_generated")
    service = Service(models)
    routers = [getattr(generated, name)(service=service) for name in generated.__all__]
    app = WsApp(title="earlier", routers=routers)
    asked: dict[str, dict[str, object]] = {
        "bar": {"symbol": "AAPL"},
        "quotes": {"symbols": ["AAPL"]},
    }
    expected: dict[str, object] = {"bar": {"close": 1.5}, "quotes": [{"bid": 2.0}]}
    assert {router.route for router in routers} == asked.keys()
    async with connect(app) as client:
        for route, request in asked.items():
            answer = await client.subscribe(route, request)
            assert answer["status"] == "ok"
            update = await client.receive()
            assert update["type"] == f"{route}.update"
            assert update["payload"]["payload"] == expected[route]

        bars = next(router for router in routers if router.route == "bar")
        request = models.BarRequest(symbol="AAPL")
        assert bars.topic(request).startswith("bar:")
        bars.publish(request, models.Bar(close=3.0))
        assert (await client.receive())["payload"]["payload"] == {"close": 3.0}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_package_of_an_earlier_version_is_rendered_again(version: str, project: Project) -> None:
    place = project.root / "tests" / "data" / version
    shutil.copytree(DATA / version, place, ignore=shutil.ignore_patterns("__pycache__"))
    ended = project.wsgen("render", "tests")
    assert ended.code == 0, ended.stderr
    assert project.wsgen("check", "tests").code == 0


def test_code_for_a_newer_runtime_says_what_to_update(tmp_path: Path) -> None:
    newer = tmp_path / "newer.py"
    newer.write_text("from wsgen_runtime import CONTRACT_3, Delivery, WsRouter\n", "utf-8")
    spec = importlib.util.spec_from_file_location("newer", newer)
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(ImportError, match=r"newer version of wsgen.*update wsgen-runtime"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
