"""WSG7xx: what can be wrong with a typed client, or with the document that it is made of."""

from wsgen.codes.code import Code

CLIENTS: dict[str, Code] = {
    "WSG700": Code(
        title="schema that a client cannot express",
        what="A part of a schema has no equivalent in the types of the client's language.",
        why="The type takes more values than the schema, `unknown` if nothing else is said about them.",
        fix="Say it in another way, or leave it as it is: this is a warning.",
        file="models.py",
        wrong="""
            class Order(BaseModel):
                note: Annotated[Any, WithJsonSchema({"not": {"type": "null"}})]
        """,
        right="""
            class Order(BaseModel):
                note: str | int
        """,
    ),
    "WSG701": Code(
        title="two members of a client have the same name",
        what="Two routes or commands of a module, or two modules, have the same name in the client's language.",
        why="`one-bar` and `one_bar` are both `oneBar` in TypeScript, and a class has one such method.",
        fix="Give one of them another name.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarsWsRouter: {route: one-bar, data: Bar}
              BarWsRouter: {route: one_bar, data: Bar}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarsWsRouter: {route: one-bar, data: Bar}
              BarWsRouter: {route: bar, data: Bar}
        """,
    ),
    "WSG702": Code(
        title="no document for a client",
        what="The document that `--from` names cannot be read or fetched, or no client can be made of it.",
        why="A client is made of a document of AsyncAPI 3 that describes routes as wsgen does.",
        fix="Name one that `wsgen asyncapi export` has written, or that an app serves.",
        file="console",
        wrong="""
            $ wsgen asyncapi export --version 2.6 -o old.json
            $ wsgen client typescript --from old.json -o web/src/feed
        """,
        right="""
            $ wsgen asyncapi export -o api.json
            $ wsgen client typescript --from api.json -o web/src/feed
        """,
    ),
    "WSG703": Code(
        title="client not current",
        what="A client is not what the sources and models give now, or the settings no longer name its folder.",
        why="Its types would promise what the server no longer sends or takes.",
        fix="Run the command in the help, and commit what it writes or removes.",
        file="console",
        wrong="""
            $ $EDITOR src/trading_api/models.py
            $ wsgen check
        """,
        right="""
            $ $EDITOR src/trading_api/models.py
            $ wsgen render
            $ wsgen check
        """,
    ),
    "WSG704": Code(
        title="runtime of a client is missing",
        what="This installation of wsgen lacks the runtime that it puts beside a TypeScript client.",
        why="Wheels contain it; a checkout of the repository does not before it is built.",
        fix="Install wsgen again, build it with `make client`, or let `runtime` name a package of npm.",
        file="console",
        wrong="""
            $ pip install -e .
            $ wsgen client typescript -o web/src/feed
        """,
        right="""
            $ pip install wsgen
            $ wsgen client typescript -o web/src/feed
        """,
    ),
    "WSG705": Code(
        title="folder of a client is taken",
        what="The folder of a client is a package, holds a source, or is that of another project's client.",
        why="The client would replace what is there, or hide modules: none is found below it.",
        fix="Name a folder that only the client is in.",
        file="console",
        wrong="""
            $ wsgen client typescript -o src/trading_api
        """,
        right="""
            $ wsgen client typescript -o web/src/feed
        """,
    ),
}
