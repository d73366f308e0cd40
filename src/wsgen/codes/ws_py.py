"""WSG2xx: what can be wrong with a ws.py."""

from wsgen.codes.code import Code

WS_PY: dict[str, Code] = {
    "WSG200": Code(
        "not valid Python",
        "The file cannot be parsed, so none of its routers is known.",
        "Correct the syntax at the place shown.",
    ),
    "WSG201": Code(
        "not text",
        "The file is not in the encoding that it says, or holds null bytes.",
        "Save it as UTF-8.",
    ),
    "WSG202": Code(
        "nested too deeply",
        "An expression of the file is nested deeper than Python's parser goes.",
        "Split the expression.",
    ),
    "WSG203": Code(
        "wrong number of types",
        "WsRouter takes two types: what a client subscribes with, and what it gets.",
        "Write `X: TypeAlias = WsRouter[Request, Data]`.",
    ),
    "WSG204": Code(
        "not a type",
        "A quoted alias must hold a type expression.",
        "Write the type, with or without quotes around it.",
    ),
    "WSG205": Code(
        "name not imported",
        "Types are resolved through the imports of the file; this name has none.",
        "Import it by name.",
    ),
    "WSG206": Code(
        "import cannot be resolved",
        "A relative import, or a class defined in the file, needs the file's own dotted name.",
        "Add __init__.py files, list the folder in [tool.wsgen] sources, or import by the absolute name.",
    ),
    "WSG207": Code(
        "alias not at the top level",
        "An alias inside of a class or function can be imported by no other file.",
        "Move it to the top level.",
    ),
    "WSG208": Code(
        "alias declared twice",
        "Only one of two aliases of one name can be meant.",
        "Remove one.",
    ),
    "WSG209": Code(
        "no alias",
        "`X = WsRouter[...]` is no declaration: wsgen reads annotated aliases only.",
        "Write `X: TypeAlias = WsRouter[...]`.",
    ),
    "WSG210": Code(
        "calls disagree",
        "Calls of one router give it different routes or tags, and a class has one default.",
        "Say in ws.yaml which it is.",
    ),
}
