"""Whether a generic class is built on the runtime's router, found by following its bases through files."""

from pathlib import Path

import pytest

from wsgen.load.python.runtime_base import is_built_on_runtime

BASE = "from wsgen_runtime import WsRouter as Base\n\n\nclass Interface(Base): ...\n"


@pytest.mark.parametrize(
    ("template", "base", "built"),
    [
        ("from wsgen_runtime import WsRouter\n", "", True),
        ("import wsgen_runtime.router\nclass WsRouter(wsgen_runtime.router.WsRouter): ...\n", "", True),
        ("from .base import Interface\nclass WsRouter(Interface, Generic[A, B]): ...\n", BASE, True),
        ("from app.ws import base\nclass WsRouter(base.Interface): ...\n", BASE, True),
        ("from app.ws.base import Interface\nclass Own(Interface): ...\nclass WsRouter(Own): ...\n", BASE, True),
        ("from .base import Interface\nclass WsRouter(Interface): ...\n", "class Interface: ...\n", False),
        ("import wsgen_runtime\nclass WsRouter: ...\n", "", False),
        ("class WsRouter(WsRouter): ...\n", "", False),
        ("class WsRouter(A): ...\nclass A(B): ...\nclass B(A): ...\n", "", False),
        ("class WsRouter(:\n", "", False),
        ("", "", False),
    ],
)  # fmt: skip
def test_bases_are_followed(tmp_path: Path, template: str, base: str, built: bool) -> None:
    folder = tmp_path / "app" / "ws"
    folder.mkdir(parents=True)
    for package in (tmp_path / "app", folder):
        (package / "__init__.py").touch()
    (folder / "base.py").write_text(base)
    file = folder / "generic_route.py"
    file.write_text(template)
    assert is_built_on_runtime(file, (tmp_path,)) is built


def test_a_file_that_is_not_there_is_built_on_nothing(tmp_path: Path) -> None:
    assert is_built_on_runtime(tmp_path / "gone.py", (tmp_path,)) is False
