"""WSG2xx: what can be wrong with a ws.py."""

from wsgen.codes.code import Code

WS_PY: dict[str, Code] = {
    "WSG200": Code(
        title="not valid Python",
        what="The file cannot be parsed as Python.",
        why="None of its routers is known, so none can be generated.",
        fix="Correct the syntax at the place shown.",
        file="ws.py",
        wrong="""
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar
        """,
        right="""
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]
        """,
    ),
    "WSG201": Code(
        title="not text",
        what="The file is not in the encoding that it names, or holds null bytes.",
        why="Python cannot import such a file either.",
        fix="Save it as UTF-8.",
        file="ws.py",
        wrong="""
            # coding: utf-9
            from wsgen_runtime import WsRouter
        """,
        right="""
            from wsgen_runtime import WsRouter
        """,
    ),
    "WSG202": Code(
        title="nested too deeply",
        what="An expression of the file is nested deeper than Python's parser goes.",
        why="The file cannot be parsed, so none of its routers is known.",
        fix="Split the expression.",
    ),
    "WSG203": Code(
        title="wrong number of types",
        what="An alias gives `WsRouter` fewer or more than two types.",
        why="A router has two types: what a client subscribes with, and what it receives.",
        fix="Write `X: TypeAlias = WsRouter[Request, Data]`.",
        file="ws.py",
        wrong="""
            from typing import TypeAlias
            from trading_api.models import Bar
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[Bar]
        """,
        right="""
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]
        """,
    ),
    "WSG204": Code(
        title="not a type",
        what="A quoted alias or a quoted type does not hold a type expression.",
        why="What is in the quotes is parsed like a type without quotes.",
        fix="Write the type, with or without quotes around it.",
        file="ws.py",
        wrong="""
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = "WsRouter[BarsRequest, Bar"
        """,
        right="""
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = "WsRouter[BarsRequest, Bar]"
        """,
    ),
    "WSG205": Code(
        title="name not imported",
        what="A type's name is neither imported nor defined in the file.",
        why="The generated router imports its types from where the file imports them.",
        fix="Import it by name.",
        file="ws.py",
        wrong="""
            from typing import TypeAlias
            from trading_api.models import BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]
        """,
        right="""
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]
        """,
    ),
    "WSG206": Code(
        title="import cannot be resolved",
        what="A type comes from a relative import or from the file itself, whose own dotted name is not "
        "known.",
        why="The generated router is in another package and needs the absolute name.",
        fix="Add __init__.py files, list the folder in [tool.wsgen] sources, or import by the absolute "
        "name.",
        file="ws.py",
        wrong="""
            from typing import TypeAlias
            from .....models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]
        """,
        right="""
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]
        """,
    ),
    "WSG207": Code(
        title="alias not at the top level",
        what="A router's alias is declared inside of a class or function.",
        why="No other file can import it.",
        fix="Move it to the top level of the file.",
        file="ws.py",
        wrong="""
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            class Routers:
                BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]
        """,
        right="""
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]
        """,
    ),
    "WSG208": Code(
        title="alias declared twice",
        what="Two aliases at the top level have the same name.",
        why="Only one of them can be meant.",
        fix="Keep one of the two.",
        file="ws.py",
        wrong="""
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest, Quote
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]
            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Quote]
        """,
        right="""
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]
        """,
    ),
    "WSG209": Code(
        title="alias without annotation",
        what="A name is assigned `WsRouter[...]`, but not annotated as `TypeAlias`.",
        why="wsgen reads annotated aliases only, so no router is generated from the assignment.",
        fix="Write `X: TypeAlias = WsRouter[...]`.",
        file="ws.py",
        wrong="""
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter = WsRouter[BarsRequest, Bar]
        """,
        right="""
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]
        """,
    ),
    "WSG210": Code(
        title="calls disagree",
        what="Calls of one router in the file give it different routes or tags.",
        why="The generated class has one default route and one default list of tags.",
        fix="Declare the router in ws.yaml, with the route and the tags that are meant, or make the "
        "calls agree.",
        file="ws.py",
        wrong="""
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]
            first = BarWsRouter(route="bars")
            second = BarWsRouter(route="candles")
        """,
        right="""
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]
            first = BarWsRouter(route="bars")
            second = BarWsRouter(route="bars")
        """,
    ),
}
