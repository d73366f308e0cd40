"""Types whose names the generated class uses itself: they get another name in the file."""

import subprocess
import sys

from tests.conftest import Project

ODD = (
    *("self", "service", "route", "tags", "topic", "publish"),
    *("dict", "list", "str", "bytes", "Sequence", "WsRouter", "super"),
    *("CONTRACT_2", "Delivery", "History", "Service", "SnapshotService", "contract"),
    *("AsyncIterator", "Snapshot", "Stream", "Topic", "request", "data"),
)
PROOF = """
import sys, typing
import odd
from specs.datafeed import ws_generated

class Service:
    async def create_topic(self, topic, topic_update): ...
    def remove_topic(self, topic): ...
    async def snapshot(self, request): ...

for number, name in enumerate(sys.argv[1:]):
    asked = getattr(odd, name)
    made = getattr(ws_generated, f"Of{number}WsRouter")
    router = made(service=Service(), tags=["x"])
    assert router.request_type is asked, name
    assert router.data_type == list[asked], name
    assert (router.snapshot_type, router.history.updates) == (asked, 9), name
    assert (router.route, router.tags) == (f"of{number}", ("x",)), name
    assert typing.get_type_hints(made.publish) == {
        "request": asked, "data": list[asked], "return": type(None)
    }, name
"""


def test_a_type_of_any_name_is_the_type(project: Project) -> None:
    models = "".join(f"class {name}(BaseModel): value: object = 0\n" for name in ODD)
    project.write("odd.py", f"from pydantic import BaseModel\n{models}")
    routers = "".join(
        f"  Of{number}WsRouter:\n"
        f"    {{route: of{number}, request: 'odd:{name}', data: 'list[odd:{name}]',\n"
        f"     snapshot: 'odd:{name}', history: {{updates: 9}}}}\n"
        for number, name in enumerate(ODD)
    )
    project.write("specs/datafeed/ws.yaml", f"version: 1\nrouters:\n{routers}")
    outcome = project.wsgen("render")
    assert outcome.code == 0, outcome.stderr
    subprocess.run([sys.executable, "-c", PROOF, *ODD], cwd=project.root, check=True, timeout=60)
