"""Check that a request is a pydantic model, which frames are read with."""

from pydantic import BaseModel


def require_model(asker: str, request_type: object) -> None:
    """Raise TypeError, which names the route or command `asker`, if `request_type` is not a pydantic model."""
    if not (isinstance(request_type, type) and issubclass(request_type, BaseModel)):
        raise TypeError(
            f"{asker}: a request must be a pydantic model, a subclass of BaseModel, not {request_type!r}"
        )
