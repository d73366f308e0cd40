"""What an app's AsyncAPI document says about each frame."""

from collections.abc import Iterable

from jsonschema import Draft202012Validator

from wsgen_runtime import WsRouter
from wsgen_runtime.asyncapi.describe import describe


def validators_of(routers: Iterable[WsRouter]) -> dict[str, Draft202012Validator]:
    """Return what checks a whole frame, envelope and all, by the frame's `type`."""
    document = describe(routers, title="test", version="1.0.0")
    channels = document["channels"]
    assert isinstance(channels, dict)
    ((channel, content),) = channels.items()
    return {
        message["payload"]["properties"]["type"]["const"]: Draft202012Validator(
            {
                **document,
                "$ref": f"#/channels/{channel}/messages/{name.replace('/', '~1')}/payload",
            }
        )
        for name, message in content["messages"].items()
    }
