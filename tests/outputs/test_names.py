"""Types whose names the generated classes use themselves: they get other names in the files."""

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


COMMANDS = """
import typing
import odd
from specs.orders.ws_generated import commands

class Service:
    async def place_order(self, request, context): ...
    async def command(self, request, context): ...

place, command = commands.Commands(Service()).commands[::-1]
assert (place.request_type, place.response_type) == (odd.place_order, list[odd.Command])
assert (command.request_type, command.response_type) == (odd.OrderRejectedError, odd.request)
hints = typing.get_type_hints(commands.CommandService.place_order)
assert (hints["request"], hints["return"]) == (odd.place_order, list[odd.Command]), hints
"""


def test_models_of_commands_may_be_called_like_methods_and_errors(project: Project) -> None:
    names = ("place_order", "Command", "OrderRejectedError", "request")
    models = "".join(f"class {name}(BaseModel): value: object = 0\n" for name in names)
    project.write("odd.py", f"from pydantic import BaseModel\n{models}")
    project.write(
        "specs/orders/ws.yaml",
        """
        version: 1
        models: odd
        routers: {}
        commands:
          PlaceOrder: {command: place, request: place_order, response: "list[Command]"}
          Command:
            command: do
            request: OrderRejectedError
            response: request
            errors: [OrderRejectedError]
        """,
    )
    outcome = project.wsgen("render")
    assert outcome.code == 0, outcome.stderr
    subprocess.run([sys.executable, "-c", COMMANDS], cwd=project.root, check=True, timeout=60)
