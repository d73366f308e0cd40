"""A worker of gunicorn whose uvicorn takes prepared messages."""

from typing import Any

from uvicorn_worker import UvicornWorker


class PreparedWorker(UvicornWorker):  # type: ignore[misc]  # it has no types
    CONFIG_KWARGS: dict[str, Any] = {  # noqa: RUF012 - as its base has it
        **UvicornWorker.CONFIG_KWARGS,
        "ws": "wsgen_runtime.uvicorn:Protocol",
    }
