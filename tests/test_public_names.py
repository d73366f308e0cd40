"""Every public name of every package is what the package promises, in whatever order things are imported."""

import importlib
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

SCRIPT = """
import importlib, pkgutil, sys, types

def modules(package):
    yield package
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not found.name.endswith(("__main__", ".worker")):
            yield importlib.import_module(found.name)

def names(package):
    for name in getattr(package, "__all__", ()):
        value = getattr(package, name)
        assert not isinstance(value, types.ModuleType), f"{package.__name__}.{name} is a module"
        yield f"{package.__name__}.{name}", id(value)

packages = [importlib.import_module(name) for name in ("wsgen", "wsgen_runtime")]
before = {}
if sys.argv[1] == "names first":
    for top in packages:
        before |= dict(names(top))
        for found in pkgutil.walk_packages(top.__path__, top.__name__ + "."):
            if found.ispkg:
                before |= dict(names(importlib.import_module(found.name)))
loaded = [module for package in packages for module in modules(package)]
after = {}
for module in loaded:
    if hasattr(module, "__path__"):
        after |= dict(names(module))
assert before in ({}, after), set(before.items()) ^ set(after.items())
print(len(after))
"""


@pytest.mark.parametrize("order", ["names first", "modules first"])
def test_public_names_stay_what_they_are(order: str) -> None:
    command = [sys.executable, "-c", SCRIPT, order]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30


# What programs of users import, as releases and docs have named it. A name may be added here, and goes only with
# a deprecation.
PATHS = {
    "wsgen": """ClientResult ConfigError Delivery Diagnostic FilesError GenerationError ModuleResult ModuleSpec
        RouterSpec RunResult Severity Span ToolError TypeRef WsgenError __version__ check generate_module_routers
        load_modules render""",
    "wsgen.compat": """RouterSpec generate_init_file generate_module_routers generate_router_code
        generate_ws_routers parse_router_specs_from_file run_quality_checks_for_module verify_router_imports""",
    "wsgen_runtime": """Broker BrokerHost BrokerStats CONTRACT_2 Client CloseCode Command CommandContext
        Connection DeclaredError Delivery ErrorCode ErrorDetail ErrorPayload History Keeper Keeping Limits
        MemoryBroker Position Publisher RefusedError Reset Service ServiceError ServiceWithoutRequest Session
        Snapshot SnapshotService SnapshotServiceWithoutRequest SnapshotUpdate Stats StatusPayload
        SubscriptionResponse SubscriptionUpdate Topic TopicUpdate TypedTopicUpdate Unsubscribed WsApp WsCommands
        WsDocs WsRouteService WsRouter""",
    "wsgen_runtime.asyncapi": "UnfillableError describe docs_app fill resolve_type",
    "wsgen_runtime.auth": "Connection RefusedError Session",
    "wsgen_runtime.brokers.base": "Broker BrokerHost",
    "wsgen_runtime.brokers.keys": "Claimed KeyEntry KeyState KeyStore KeysAwayError",
    "wsgen_runtime.brokers.redis": "RedisBroker",
    "wsgen_runtime.docs": "WsDocs",
    "wsgen_runtime.testing": "ClosedByServerError ErrorFrameError RefusedByServerError WsTestClient connect",
}


@pytest.mark.parametrize("path", PATHS)
def test_what_users_import_stays_where_it_was(path: str) -> None:
    module = importlib.import_module(path)
    for name in PATHS[path].split():
        assert getattr(module, name) is not None
    exported = getattr(module, "__all__", None)
    if path in ("wsgen", "wsgen.compat", "wsgen_runtime", "wsgen_runtime.asyncapi"):
        assert sorted(exported or ()) == sorted(PATHS[path].split())


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [
        ("console_scripts", "wsgen", "wsgen.__main__:main"),
        ("pytest11", "wsgen", "wsgen_runtime.pytest_plugin"),
    ],
)
def test_entry_points_stay_where_they_were(group: str, name: str, value: str) -> None:
    found = [entry for entry in entry_points(group=group, name=name) if entry.value == value]
    assert found
    assert found[0].load() is not None
