"""A request type whose values share a topic is refused when the router is built."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple, Union

import pydantic
import pytest
from pydantic import (
    BaseModel,
    Field,
    PlainSerializer,
    RootModel,
    SecretBytes,
    SecretStr,
    field_serializer,
    model_serializer,
)
from pydantic.dataclasses import dataclass as pydantic_dataclass
from tests.runtime.services import Recorder
from typing_extensions import TypeAliasType, TypedDict

from wsgen_runtime import WsRouter


class Credentials(BaseModel):
    name: str
    password: SecretStr


@dataclass
class Plain:
    password: SecretStr


@pydantic_dataclass
class Checked:
    note: str = Field(default="", exclude=True)


class Keyed(TypedDict):
    password: SecretBytes


class Pair(NamedTuple):
    user: str
    password: SecretStr


class Tree(BaseModel):
    children: list["Tree"] = []
    leaf: SecretStr | None = None


NEWER = [(pydantic.Secret[int], "value")] if hasattr(pydantic, "Secret") else []  # since 2.7
Alias = TypeAliasType("Alias", list[SecretStr])


def request_of(kind: Any) -> type[BaseModel]:
    class Request(BaseModel):
        symbol: str
        value: kind  # pyright: ignore[reportInvalidTypeForm] - a type that the test chooses

    return Request


def build(request: type[BaseModel]) -> WsRouter:
    return WsRouter(service=Recorder(), route="r", request_type=request, data_type=int)


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (SecretStr, "value"),
        (SecretBytes, "value"),
        *NEWER,
        (SecretStr | None, "value"),
        (Union[int, SecretBytes], "value"),  # noqa: UP007 - the older form
        (list[SecretStr], "value"),
        (dict[str, list[SecretStr]], "value"),
        (Annotated[SecretStr, Field(min_length=3)], "value"),
        (Annotated[str, Field(exclude=True)], "value"),
        (Alias, "value"),
        (Credentials, "value.password"),
        (list[Credentials | None], "value.password"),
        (Plain, "value.password"),
        (Checked, "value.note"),
        (Keyed, "value.password"),
        (Pair, "value.password"),
        (Tree, "value.leaf"),
        (RootModel[SecretStr], "value.root"),
    ],
)
def test_a_field_that_is_not_dumped_unchanged_is_refused(kind: Any, place: str) -> None:
    with pytest.raises(TypeError, match=rf"its field `{place}` .* same topic"):
        build(request_of(kind))


class Shown(BaseModel):
    password: SecretStr
    other: Annotated[SecretStr, PlainSerializer(lambda it: it.get_secret_value())]

    @field_serializer("password")
    def show(self, value: SecretStr) -> str:
        return value.get_secret_value()


class Whole(BaseModel):
    password: SecretStr

    @model_serializer
    def show(self) -> str:
        return self.password.get_secret_value()


class Node(BaseModel):
    next: "Node | None" = None


@pytest.mark.parametrize(
    "kind", [str, Shown, Whole, Node, Literal["a"], list[dict[str, int]], Any, tuple[int, ...]]
)
def test_other_request_types_are_accepted(kind: Any) -> None:
    build(request_of(kind))
