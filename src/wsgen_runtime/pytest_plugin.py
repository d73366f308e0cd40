"""The pytest fixture of `wsgen_runtime.testing`."""

from typing import Any

import pytest


@pytest.fixture
def ws_connect() -> Any:  # Any: `connect` must not be imported before coverage has started
    """Return `wsgen_runtime.testing.connect`: `async with ws_connect(app) as client`."""
    from wsgen_runtime.testing import connect

    return connect
