"""WSG3xx: what can be wrong with a type expression."""

from wsgen.codes.code import Code

TYPE_EXPRESSIONS: dict[str, Code] = {
    "WSG300": Code(
        title="not a type expression",
        what="The text of a type cannot be read as a type.",
        why="Types are names with arguments. They are read by a small grammar and never evaluated.",
        fix="Write `Bar`, `pkg.mod:Bar`, `list[Bar]`, `dict[str, Bar]` or `Bar | None`.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar()}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar}
        """,
    ),
    "WSG301": Code(
        title="type without a package",
        what="A bare type name is used, and no package is set to import it from.",
        why="The generated router has to import each type by the name of its module.",
        fix="Set `models:` in the file or in [tool.wsgen], or write `package.module:Name`.",
        file="ws.yaml",
        wrong="""
            version: 1
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar}
        """,
    ),
    "WSG302": Code(
        title="request is not a model",
        what="The type of a request is not one pydantic model.",
        why="What a client subscribes with is validated by one pydantic model.",
        fix="Name that model, or let the class inherit `pydantic.BaseModel`.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: str, data: Bar}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar}
        """,
    ),
    "WSG303": Code(
        title="wrong number of type arguments",
        what="A type has too few or too many types in brackets.",
        why="The expression has no meaning in Python either.",
        fix="Write it as the help shows.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: "dict[Bar]"}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: "dict[str, Bar]"}
        """,
    ),
    "WSG304": Code(
        title="type that cannot be a key",
        what="A type cannot be the key of a `dict`, or cannot be in a `set`.",
        why="Keys of JSON objects are text, and members of a set must be hashable.",
        fix="Use `str`, `int` or an enum as the key, or a `list` in place of the set.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: "dict[float, Bar]"}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: "dict[str, Bar]"}
        """,
    ),
    "WSG305": Code(
        title="unsupported type",
        what="A type is one that wsgen does not support, such as `Any`, `Literal` or `Callable`.",
        why="Such a type does not name what clients receive.",
        fix="Name a model, or an enum of your models.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Any}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar}
        """,
    ),
    "WSG306": Code(
        title="type too large",
        what="A type expression has too many parts, or is nested too deeply.",
        why="A long or deeply nested type is hard to read in code and documents.",
        fix="Name the inner type in your models.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter:
                request: BarsRequest
                data: list[list[list[list[list[list[list[list[list[list[Bar]]]]]]]]]]
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: "list[list[Bar]]"}
        """,
    ),
    "WSG307": Code(
        title="ambiguous name",
        what="A dotted name does not show where its module ends and its class begins.",
        why="A class inside of a class looks the same as a class in a module.",
        fix="Mark the end of the module with a colon: `package.module:Outer.Inner`.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: trading_api.models.Bar.Request, data: Bar}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: "trading_api.models:Bar.Request", data: Bar}
        """,
    ),
    "WSG308": Code(
        title="type without content",
        what="The type of the updates, or of what a container holds, is only `None`.",
        why="`None` alone carries no update.",
        fix="Name the model that each update carries.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: None}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar | None}
        """,
    ),
    "WSG309": Code(
        title="no such name",
        what="A type or its module does not exist in the project.",
        why="Importing the generated router would fail. The project's modules are read as text and "
        "never imported.",
        fix="Correct the name, or define it where the source says that it is.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Baar}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar}
        """,
    ),
    "WSG310": Code(
        title="pydantic refuses the type",
        what="A type is a `typing.TypedDict`, and the version of Python is older than 3.12.",
        why="Before Python 3.12 pydantic cannot read the fields of a `typing.TypedDict`.",
        fix="Import `TypedDict` from `typing_extensions`.",
        file="models.py",
        wrong="""
            from typing import TypedDict

            class Bar(TypedDict):
                close: float
        """,
        right="""
            from typing_extensions import TypedDict

            class Bar(TypedDict):
                close: float
        """,
    ),
}
