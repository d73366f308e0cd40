"""Examples of models are made from their schemas, the same each time, and the models accept them."""

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import pytest
from pydantic import (
    AfterValidator,
    AnyUrl,
    AwareDatetime,
    BaseModel,
    Field,
    FutureDate,
    NaiveDatetime,
    RootModel,
    TypeAdapter,
    create_model,
    model_validator,
)

from wsgen_runtime.documents.model_examples import make_example


def refuse(value: object) -> object:
    raise RuntimeError("no database")


class Side(Enum):
    BUY = "buy"
    SELL = "sell"


class Node(BaseModel):
    name: str = Field(pattern=r"^[A-Z]{2,5}$")
    parent: "Node | None" = None
    children: list["Node"] = Field(default_factory=list)


class Endless(BaseModel):
    next: "Endless"


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(ge=9, le=9)


class Dog(BaseModel):
    kind: Literal["dog"]


class Fish(BaseModel):
    kind: Literal["fish"] = "fish"


class Known(BaseModel):
    model_config = {"json_schema_extra": {"examples": [{"symbol": "AAPL", "depth": 3}]}}
    symbol: str
    depth: int


class Made(BaseModel):
    id: UUID = Field(default_factory=uuid4)
    symbol: str = Field(alias="sym", examples=["MSFT"])
    side: Side = Side.SELL


class Quiet(BaseModel):
    hidden: Any = Field(default=refuse, exclude=True)
    symbol: str


class Ordered(BaseModel):
    low: int
    high: int

    @model_validator(mode="after")
    def ordered(self) -> "Ordered":
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (bool, True),
        (int, 1),
        (str | None, "string"),
        (None, None),
        (None | int, 1),
        (Annotated[int, Field(gt=1, lt=2)] | str, "string"),
        (Annotated[list[Endless], Field(min_length=1)] | int, 1),
        (Any, {}),
        (list[Side], ["buy"]),
        (tuple[int, str], [1, "string"]),
        (tuple[Dog, Dog], [{"kind": "dog"}, {"kind": "dog"}]),
        (dict[str, int], {}),
        (Node, {"name": "AA", "children": []}),
        (Cat | Dog, {"kind": "cat", "lives": 9}),
        (Annotated[Dog | Cat, Field(discriminator="kind")], {"kind": "dog"}),
        (Annotated[Fish | Cat, Field(discriminator="kind")], {"kind": "fish"}),
        (RootModel[list[int]], [1]),
        (Known, {"symbol": "AAPL", "depth": 3}),
        (Made, {"id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "sym": "MSFT"}),
        (Ordered, {"low": 1, "high": 1}),
        (Quiet, {"hidden": {}, "symbol": "string"}),
        (AwareDatetime, "2024-01-02T15:04:05Z"),
        (NaiveDatetime, "2024-01-02T15:04:05"),
        (FutureDate, "2124-01-02"),
        (date, "2024-01-02"),
        (AnyUrl, "https://example.com/"),
        (Annotated[Decimal, Field(gt=0, max_digits=4)], 1),
        (Annotated[float, Field(gt=10, lt=11)], 10.5),
        (Annotated[float, Field(ge=-2, lt=-1)], -2),
        (Annotated[int, Field(multiple_of=7, ge=50)], 56),
        (Annotated[int, Field(lt=0)], -1),
        (Annotated[float, Field(lt=-5)], -6),
        (Annotated[float, Field(multiple_of=0.1, gt=0.25, lt=0.35)], 3 * 0.1),
        (Annotated[float, Field(ge=float("-inf"), lt=0)], -1),
        (Annotated[str, Field(min_length=8)], "stringgg"),
        (Annotated[str, Field(max_length=3)], "str"),
        (Annotated[str, Field(pattern=r"^\d{4}$")], "1111"),
        (Annotated[str, Field(pattern=r"^[A-Z]{3}-\d+$")], "AAA-1"),
        (Annotated[str, Field(pattern=r"^[A-Z]{3}-\d+$", min_length=7)], "AAA-111"),
        (Annotated[str, Field(pattern=r"^(?:three|four){3}$")], "threethreethree"),
        (Annotated[str, Field(pattern=r"^[^a-zA\d]\w+?\s.?$")], "-a "),
        (Annotated[str, Field(pattern=r"^(?P<base>[a-z]*)/[0-9.]{2}$")], "/11"),
        (Annotated[list[int], Field(min_length=2)], [1, 1]),
        (Annotated[list[int], Field(max_length=0)], []),
    ],
)
def test_an_example_is_small_and_valid(kind: Any, given: object) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    made = make_example(adapter)
    assert made is not None
    assert made.given == given
    assert made.value == adapter.validate_python(made.value)
    assert adapter.dump_json(made.value) == adapter.dump_json(make_example(adapter).value)  # type: ignore[union-attr]


def doubled(levels: int) -> Any:
    """Return a model with two fields of a model with two fields, and so on."""
    kind: Any = create_model("Level", value=(int, ...))
    for level in range(levels):
        kind = create_model(f"Level{level}", left=(kind, ...), right=(kind, ...))
    return kind


def nested(levels: int) -> Any:
    kind: Any = int
    for _ in range(levels):
        kind = Annotated[list[kind], Field(min_length=8)]
    return kind


def related(models: int) -> Any:
    """Return one of several models that have lists of all the others."""
    names = [f"Related{number}" for number in range(models)]
    fields: Any = {name.lower(): (list[name], ...) for name in names}  # type: ignore[valid-type]  # made here
    space: dict[str, Any] = {name: create_model(name, **fields) for name in names}
    for kind in space.values():
        kind.model_rebuild(_types_namespace=space)
    return space[names[0]]


def test_models_that_have_lists_of_each_other_get_an_example_in_proportion() -> None:
    made = make_example(TypeAdapter(related(20)))
    assert made is not None
    assert len(str(made.given)) < 100_000


@pytest.mark.parametrize(
    "kind",
    [
        Endless,
        doubled(100),
        nested(30),
        Annotated[int, AfterValidator(refuse)],
        Annotated[str, Field(min_length=100)],
        Annotated[str, Field(min_length=1_000_000_000)],
        Annotated[list[int], Field(min_length=1_000_000_000)],
        Annotated[str, Field(pattern=r"^\b{start}a$")],
        Annotated[str, Field(pattern=r"^a{1000}$")],
        Annotated[str, Field(pattern=r"^ab?$", min_length=3)],
        Annotated[int, Field(gt=1, lt=2)],
        Annotated[int, Field(json_schema_extra={"examples": ["none"]})],
        Annotated[int, Field(json_schema_extra={"minimum": "none"})],
        Annotated[int, Field(json_schema_extra={"allOf": [{"type": "null"}, {"type": "integer"}]})],
        type,
    ],
)
def test_an_example_that_cannot_be_made_is_none(kind: Any) -> None:
    assert make_example(TypeAdapter(kind)) is None
