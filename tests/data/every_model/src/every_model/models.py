"""Every kind of model that pydantic describes, with the names, keys and texts that are hard for other languages."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar
from uuid import UUID

from pydantic import (
    AliasChoices,
    AnyUrl,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Json,
    RootModel,
    SecretStr,
    StringConstraints,
    Tag,
    WithJsonSchema,
    computed_field,
)
from pydantic.alias_generators import to_camel
from typing_extensions import NotRequired, TypeAliasType, TypedDict

T = TypeVar("T")


class Side(StrEnum):
    """A side; not the end of a comment: */ export const injected = 1; /*"""

    BUY = "buy"
    SELL = "sell"
    ODD = 'it\'s "odd" \\ `${x}` */ \u2028 \u202e'


class Number(IntEnum):
    ONE = 1
    MINUS = -2


class Mixed(Enum):
    TEXT = "text"
    NUMBER = 1.5
    NONE = None
    YES = True


class Only(StrEnum):
    ONE = "one"


class Record(BaseModel):
    """Has the name of a type that TypeScript uses."""

    Array: list[int]
    Partial: dict[str, int] = {}


class Error(BaseModel):
    code: Literal["e"] = "e"
    cause: "Error | None" = None


class Event(BaseModel):
    errors: list[Error]
    record: Record


class string(BaseModel):  # noqa: N801 - a name that TypeScript refuses
    number: float


class Scalars(BaseModel):
    text: str
    whole: int
    real: float
    flag: bool
    nothing: None
    data: bytes
    moment: datetime
    day: date
    clock: time
    span: timedelta
    key: UUID
    amount: Decimal
    url: AnyUrl
    file: Path
    address: IPv4Address
    secret: SecretStr
    short: Annotated[str, StringConstraints(min_length=1, max_length=3)]
    few: Annotated[int, Field(ge=0, lt=5)]
    anything: Any
    thing: object


class Optionals(BaseModel):
    maybe: int | None
    default: int = 3
    maybe_default: Decimal | None = None
    made: list[str] = Field(default_factory=list)
    nested: "Optionals | None" = None
    either: int | str | list[bool]
    json_text: Json[list[int]] | None = None


class Collections(BaseModel):
    listed: list[str]
    nested: list[list[int | None]]
    bare: list  # type: ignore[type-arg]
    unique: set[int]
    frozen: frozenset[str]
    queue: deque[int]
    sequence: Sequence[Side]
    pair: tuple[int, str]
    none: tuple[()]
    many: tuple[Decimal, ...]
    one: tuple[int | str]
    mapped: dict[str, int]
    loose: dict  # type: ignore[type-arg]
    by_side: dict[Side, int]
    by_only: dict[Only, int]
    by_number: dict[int, str]
    by_literal: dict[Literal["a-b", "c"], list[int] | None]
    by_pattern: dict[Annotated[str, StringConstraints(pattern="^x-[a-z]+$")], float]
    mapping: Mapping[str, dict[str, Record]]


class Aliased(BaseModel):
    """Differs by direction."""

    model_config = ConfigDict(populate_by_name=True)

    price: int = Field(alias="p-r")
    sent: int = Field(validation_alias="sentAs", serialization_alias="received as")
    several: int = Field(default=0, validation_alias=AliasChoices("first", "second"))
    hidden: str = Field(default="x", exclude=True)

    @computed_field(description="Made from */ the others.")
    def total(self) -> Decimal:
        return Decimal(self.price)


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")

    first_name: str
    last_name: str | None = None


class OddKeys(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    klass: int = Field(alias="class")
    digit: int = Field(alias="1st")
    empty: int = Field(alias="")
    quote: int = Field(alias='a"b')
    line: int = Field(alias="a\nb")
    proto: int = Field(alias="__proto__")
    made: int = Field(alias="constructor")
    uni: int = Field(alias="größe")
    end: int = Field(alias="*/")


class Anything(BaseModel):
    model_config = ConfigDict(extra="allow")

    known: int
    maybe: str = ""


class Numbers(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]  # pyright: ignore[reportIncompatibleVariableOverride]

    name: str
    maybe: bool = False


class Nothing(BaseModel):
    """Has no fields."""


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int


class Dog(BaseModel):
    kind: Literal["dog", "puppy"]
    good: bool = True


class Mouse(BaseModel):
    kind: Literal["mouse"]


Pet = Annotated[Cat | Dog | Mouse, Field(discriminator="kind")]


def _shape(value: Any) -> str:
    return "text" if isinstance(value, str) else "number"


class Unions(BaseModel):
    pet: Pet
    pets: list[Pet] = []
    tagged: Annotated[
        Annotated[str, Tag("text")] | Annotated[int, Tag("number")], Discriminator(_shape)
    ]
    plain: Cat | Record | None = None


class Leaf(RootModel[int]):
    """A number, and no object."""


class Names(RootModel[list[str]]):
    root: list[str] = []


class Tree(BaseModel):
    value: Leaf
    children: list["Tree"] = []
    by_name: dict[str, "Tree"] = {}


JsonValue = TypeAliasType(
    "JsonValue",
    "list[JsonValue] | dict[str, JsonValue] | str | bool | int | float | None",
)


class Page(BaseModel, Generic[T]):
    items: list[T]
    after: str | None = None


class Typed(TypedDict):
    needed: int
    left_out: NotRequired[str]


class Loose(TypedDict, total=False):
    a: int
    b: Side


class Point(NamedTuple):
    x: int
    y: float = 0.0
    label: str | None = None


@dataclass
class Plain:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)


class Described(BaseModel):
    """Texts that end comments: */, and lines.

    @ts-ignore
    @deprecated is not meant here.
    """

    old: int = Field(default=1, json_schema_extra={"deprecated": True}, description="Use `new`.")
    new: int = Field(default=2, description="Several\nlines */ with\u2028odd ends\n@ts-expect-error")
    ignored: int = Field(default=1, description="@ts-ignore")
    shown: str = Field(default="x", examples=["*/", "a\nb", 'q"'], title="A title")
    side: Side = Field(default=Side.BUY, description="A reference with a text of its own.")


class Foreign(BaseModel):
    """Schemas that the project writes by hand."""

    negated: Annotated[Any, WithJsonSchema({"not": {"type": "string"}})]
    both: Annotated[
        Any,
        WithJsonSchema(
            {
                "allOf": [
                    {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
                    {"type": "object", "properties": {"b": {"type": "string"}}},
                ]
            }
        ),
    ]
    nullable: Annotated[Any, WithJsonSchema({"type": ["string", "null"]})]
    constant: Annotated[Any, WithJsonSchema({"const": {"a": [1, None]}})]
    open_end: Annotated[
        Any,
        WithJsonSchema({"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "number"}}),
    ]
    never: Annotated[Any, WithJsonSchema({"type": "array", "items": False})]


class Everything(BaseModel):
    """One of each."""

    aliased: Aliased
    anything: Anything
    camel: Camel
    collections: Collections
    described: Described
    event: Event
    loose: Loose
    mixed: Mixed
    names: Names
    nothing: Nothing
    number: Number
    numbers: Numbers
    odd_keys: OddKeys
    optionals: Optionals
    page: Page[Record]
    pages: Page[Page[int]]
    plain: Plain
    point: Point
    scalars: Scalars
    string: string
    tree: Tree
    typed: Typed
    unions: Unions


class Jsons(BaseModel):
    """Holds any JSON value, and what the project describes itself."""

    value: JsonValue
    foreign: Foreign | None = None


class Ask(BaseModel):
    everything: Everything
    side: Side | None = None
