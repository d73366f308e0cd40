"""Examples of the frames that belong to no route and no command, written by what the runtime writes them with."""

import json
from typing import Any

from wsgen_runtime.protocol.events import Fault
from wsgen_runtime.protocol.frames import (
    authenticated_frame,
    error_frame,
    hello_frame,
    notice_frame,
    pong_frame,
    status_frame,
)
from wsgen_runtime.protocol.payloads import (
    ErrorCode,
    Notice,
    ServerHello,
    ServerLimits,
    StatusPayload,
)

# JSON whose structure is known.
Json = dict[str, Any]

_FEATURES = ("positions", "snapshot", "keys", "renewal")
_LIMITS = ServerLimits(
    frames_per_second=20, frame_burst=100, subscriptions=100, heartbeat=60, idempotency=600
)
_HELLO = ServerHello(features=_FEATURES, contract="e02c080a8d19d723", limits=_LIMITS)
_NOTICE = Notice(
    code="authentication_expires",
    message="The authentication expires; send `authenticate` with a new token",
    expires_in=60,
)


def shared_examples() -> dict[str, Json]:
    """Return an example of each shared frame, by the name of its message."""
    asked: dict[str, Json] = {
        "hello": {
            "type": "hello",
            "payload": {"version": 1, "features": list(_FEATURES)},
            "id": 1,
        },
        "authenticate": {"type": "authenticate", "payload": {"token": "new-token"}, "id": 2},
        "ping": {"type": "ping", "id": 3},
    }
    told = {
        "hello.response": hello_frame(_HELLO, 1),
        "authenticate.response": authenticated_frame(3600, 2),
        "pong": pong_frame(3),
        "error": error_frame(Fault(ErrorCode.UNKNOWN_TYPE, "Unknown frame type", id=4)),
        "status": status_frame(StatusPayload(broker="disconnected")),
        "notice": notice_frame(_NOTICE),
    }
    return asked | {name: json.loads(frame) for name, frame in told.items()}
