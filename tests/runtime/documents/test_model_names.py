"""The names of models in documents: no other model changes them."""

import pytest

from wsgen_runtime.documents.model_names import ModelKey, model_names

SENT, ASKED = "serialization", "validation"


def names(*models: tuple[str, str], taken: tuple[str, ...] = ()) -> list[str]:
    """Return the names of models, each a reference of pydantic and a mode."""
    keys = {str(index): ModelKey(*model) for index, model in enumerate(models)}
    found = model_names(keys, {key: {} for key in keys}, taken)
    return [found[key] for key in keys]


def test_a_name_says_which_side_sends_it() -> None:
    assert names(("m.Bar:1", SENT), ("m.Bar:1", ASKED)) == ["Bar", "BarInput"]
    for name in ("BarRequest", "BarInput"):
        assert names((f"m.{name}:1", SENT), (f"m.{name}:1", ASKED)) == [f"{name}Output", name]


def test_no_name_is_that_of_a_shared_part_or_another_one() -> None:
    assert names(("m.ErrorDetail:1", SENT)) == ["MErrorDetail"]
    assert names(("m.Bar:1", SENT), taken=("BAR",)) == ["MBar"]


def test_of_one_name_the_shortest_path_keeps_it() -> None:
    models = ("a.b.Bar:1", SENT), ("m.Bar:3", SENT), ("m.Page:5[n.Bar:2]", SENT)
    assert names(*models) == ["ABBar", "Bar", "PageBar"]
    assert names(("n.Bar:1", SENT), ("m.Bar:2", SENT)) == ["NBar", "Bar"]


@pytest.mark.parametrize("schema", [{"enum": ["a", "b"]}, {"const": "a"}])
def test_an_enum_has_one_name(schema: dict[str, object]) -> None:
    keys = {mode: ModelKey("m.Side:1", mode) for mode in (SENT, ASKED)}
    found = model_names(keys, dict.fromkeys(keys, schema), ())
    assert found == {SENT: "Side", ASKED: "Side"}


def test_a_name_begins_with_a_letter() -> None:
    assert names(("m._1Bar:1", SENT)) == ["Model1Bar"]
