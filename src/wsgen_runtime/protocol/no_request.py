"""The request of routes that have nothing to ask."""

from pydantic import BaseModel, ConfigDict


class NoRequest(BaseModel):
    """A request without fields: all clients of such a route share one topic."""

    model_config = ConfigDict(frozen=True, extra="forbid")
