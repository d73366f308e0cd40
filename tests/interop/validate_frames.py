"""Validate frames by generated pydantic models: `python validate_frames.py MODELS FRAMES` prints what fits none.

It is run by the Python of .venv-interop. The models of a frame are those whose `type` is a literal of its type.
"""
# ruff: noqa: T201 - a program prints

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError


def models_by_type(file: str) -> dict[str, list[type[BaseModel]]]:
    spec = importlib.util.spec_from_file_location("models", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["models"] = module
    spec.loader.exec_module(module)
    found: dict[str, list[type[BaseModel]]] = {}
    for model in vars(module).values():
        if (
            isinstance(model, type)
            and issubclass(model, BaseModel)
            and "type" in model.model_fields
        ):
            for kind in get_args(model.model_fields["type"].annotation):
                found.setdefault(kind, []).append(model)
    return found


def fits(model: type[BaseModel], frame: dict[str, Any]) -> bool:  # JSON of any shape
    try:
        model.model_validate(frame)
    except ValidationError:
        return False
    return True


def main(models: str, frames: str) -> None:
    known = models_by_type(models)
    for frame in json.loads(Path(frames).read_text("utf-8")):
        if not any(fits(model, frame) for model in known.get(frame["type"], [])):
            print(f"no model fits {json.dumps(frame)[:200]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
