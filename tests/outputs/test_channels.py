"""The AsyncAPI stub: valid, deterministic, and with every frame of the wire."""

import json
from pathlib import Path

import jsonschema
import pytest

from wsgen import load_modules
from wsgen.asyncapi.validation.official_schemas import load_schema
from wsgen.model import ModuleSpec
from wsgen.outputs.channels.frame_messages import ERROR_CODES
from wsgen.outputs.channels.stub import render_channels
from wsgen_runtime import ErrorCode

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("module", load_modules(root=ROOT), ids=lambda module: module.name)
def test_stub_is_valid_and_deterministic(module: ModuleSpec) -> None:
    text = render_channels(module)
    jsonschema.Draft7Validator(load_schema("3.1.0")).validate(json.loads(text))
    shuffled = ModuleSpec.model_validate({**module.model_dump(), "routers": module.routers[::-1]})
    assert render_channels(shuffled) == text


def test_error_codes_are_those_of_the_runtime() -> None:
    assert set(ERROR_CODES) == {code.value for code in ErrorCode}
