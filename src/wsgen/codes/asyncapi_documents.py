"""WSG6xx: what can be wrong with an AsyncAPI document, or with its export."""

from wsgen.codes.code import Code

ASYNCAPI_DOCUMENTS: dict[str, Code] = {
    "WSG600": Code(
        title="document cannot be read",
        what="The file is not one YAML or JSON document in UTF-8, or it is too large.",
        why="Nothing in it can be checked.",
        fix="Correct the file at the place shown.",
        file="asyncapi.yaml",
        wrong="""
            info:
              title: Trading API: bars
        """,
        right="""
            info:
              title: "Trading API: bars"
        """,
    ),
    "WSG601": Code(
        title="unsupported AsyncAPI version",
        what="`asyncapi` is missing, or names a version that wsgen does not know.",
        why="Each version has its own rules.",
        fix="Write `asyncapi: 3.1.0`, or the 2.x or 3.x version that the document is written in.",
        file="asyncapi.yaml",
        wrong="""
            asyncapi: 1.2.0
        """,
        right="""
            asyncapi: 3.1.0
        """,
    ),
    "WSG602": Code(
        title="duplicate key in a document",
        what="A mapping of the document has the same key twice.",
        why="Readers of YAML and JSON disagree about which of two equal keys counts.",
        fix="Keep one of them.",
        file="asyncapi.yaml",
        wrong="""
            info:
              title: Trading API
              title: Market data
        """,
        right="""
            info:
              title: Trading API
        """,
    ),
    "WSG603": Code(
        title="unknown field in a document",
        what="The version of AsyncAPI that the document names has no such field in this place.",
        why="Tools ignore the field, or refuse the document.",
        fix="Use the field that the help names, or start the name with `x-`.",
        file="asyncapi.yaml",
        wrong="""
            info:
              titel: Trading API
        """,
        right="""
            info:
              title: Trading API
        """,
    ),
    "WSG604": Code(
        title="missing field in a document",
        what="A field that AsyncAPI requires is missing.",
        why="Tools cannot read the document without it.",
        fix="Add the field.",
        file="asyncapi.yaml",
        wrong="""
            operations:
              sendTrades:
                channel:
                  $ref: "#/channels/bars"
        """,
        right="""
            operations:
              sendTrades:
                action: send
                channel:
                  $ref: "#/channels/bars"
        """,
    ),
    "WSG605": Code(
        title="wrong value in a document",
        what="The value is not what the official schema of AsyncAPI allows in this place.",
        why="Tools refuse the document, or misread it.",
        fix="Write it as the help says.",
        file="asyncapi.yaml",
        wrong="""
            operations:
              sendBars:
                action: publish
        """,
        right="""
            operations:
              sendBars:
                action: send
        """,
    ),
    "WSG606": Code(
        title="document cannot be checked",
        what="Checking a value takes too long, usually because of a pattern such as `^(a+)+$`.",
        why="Such a value can hold up clients as well. Each document is checked in a process of its own, for a "
        "limited time.",
        fix="Simplify the pattern or schema at the place shown, or remove the example.",
        file="asyncapi.yaml",
        wrong="""
            components:
              schemas:
                Symbol:
                  type: string
                  pattern: "^(a+)+$"
                  examples: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab]
        """,
        right="""
            components:
              schemas:
                Symbol:
                  type: string
                  pattern: "^a+$"
                  examples: [aaaa]
        """,
    ),
    "WSG610": Code(
        title="dangling reference",
        what="A `$ref` names something that is not in the document.",
        why="Tools cannot resolve the reference, so they refuse the document.",
        fix="Define it, or correct the reference.",
        file="asyncapi.yaml",
        wrong="""
            operations:
              sendBars:
                channel:
                  $ref: "#/channels/bar"
        """,
        right="""
            operations:
              sendBars:
                channel:
                  $ref: "#/channels/bars"
        """,
    ),
    "WSG611": Code(
        title="circular reference",
        what="A `$ref` leads back to itself.",
        why="It never comes to a value.",
        fix="Replace one of the references by a value.",
        file="asyncapi.yaml",
        wrong="""
            components:
              schemas:
                Symbol:
                  $ref: "#/components/schemas/Symbol"
        """,
        right="""
            components:
              schemas:
                Symbol:
                  type: string
        """,
    ),
    "WSG612": Code(
        title="referenced file missing",
        what="A `$ref` names a file that does not exist beside the document.",
        why="Tools cannot resolve the reference, so they refuse the document.",
        fix="Correct the path; it is relative to the document.",
        file="asyncapi.yaml",
        wrong="""
            channels:
              bars:
                messages:
                  bar:
                    payload:
                      $ref: ./no-such-file.yaml#/Bar
        """,
        right="""
            channels:
              bars:
                messages:
                  bar:
                    payload:
                      $ref: "#/components/schemas/Bar"
        """,
    ),
    "WSG613": Code(
        title="reference to another kind",
        what="A `$ref` leads to a component of another kind than this place needs.",
        why="A message in place of a schema has no meaning.",
        fix="Refer to a component of the kind that the help names.",
        file="asyncapi.yaml",
        wrong="""
            channels:
              bars:
                messages:
                  bar:
                    $ref: "#/components/schemas/Bar"
        """,
        right="""
            channels:
              bars:
                messages:
                  bar:
                    payload:
                      $ref: "#/components/schemas/Bar"
        """,
    ),
    "WSG614": Code(
        title="unused component",
        what="No reference uses the component.",
        why="It is usually a leftover, or a reference to it is misspelt.",
        fix="Remove it, or refer to it.",
        file="asyncapi.yaml",
        wrong="""
            components:
              schemas:
                Trade:
                  type: object
        """,
        right="""
            components:
              schemas:
                Bar:
                  type: object
        """,
    ),
    "WSG620": Code(
        title="operation's channel is not the document's own",
        what="The `channel` of an operation does not refer to one of the document's `channels`.",
        why="AsyncAPI 3 requires it, so that the operation is part of the API that the document "
        "describes.",
        fix="Write `#/channels/<name>`.",
        file="asyncapi.yaml",
        wrong="""
            operations:
              sendBars:
                channel:
                  $ref: "#/components/channels/bars"
        """,
        right="""
            operations:
              sendBars:
                channel:
                  $ref: "#/channels/bars"
        """,
    ),
    "WSG621": Code(
        title="message of another channel",
        what="A message of an operation or of its reply is not among those of its channel.",
        why="Nothing says how the message would be sent.",
        fix="Refer to the channel's own messages, or add the message to the channel.",
        file="asyncapi.yaml",
        wrong="""
            operations:
              sendBars:
                messages:
                  - $ref: "#/channels/quotes/messages/quote"
        """,
        right="""
            operations:
              sendBars:
                messages:
                  - $ref: "#/channels/bars/messages/bar"
        """,
    ),
    "WSG622": Code(
        title="unknown server",
        what="A channel names a server that the document does not have.",
        why="Clients cannot tell which host serves the channel.",
        fix="Define it in `servers`, or correct the name.",
        file="asyncapi.yaml",
        wrong="""
            channels:
              bars:
                servers:
                  - $ref: "#/components/schemas/Bar"
        """,
        right="""
            channels:
              bars:
                servers:
                  - $ref: "#/servers/production"
        """,
    ),
    "WSG623": Code(
        title="unknown security scheme",
        what="A security requirement names a scheme that `components.securitySchemes` does not have.",
        why="Clients cannot tell how to authenticate.",
        fix="Define it, or correct the name.",
        file="asyncapi.yaml",
        wrong="""
            asyncapi: 2.6.0
            servers:
              production:
                security:
                  - tokn: []
        """,
        right="""
            asyncapi: 2.6.0
            servers:
              production:
                security:
                  - token: []
        """,
    ),
    "WSG630": Code(
        title="undeclared address parameter",
        what="A name in braces in a channel's address has no entry in `parameters`.",
        why="Nothing says what may take its place.",
        fix="Declare it, or correct its name.",
        file="asyncapi.yaml",
        wrong="""
            channels:
              bars:
                address: /bars/{symbol}
        """,
        right="""
            channels:
              bars:
                address: /bars/{symbol}
                parameters:
                  symbol:
                    description: What is traded.
        """,
    ),
    "WSG631": Code(
        title="parameter not in the address",
        what="A declared parameter is not part of the channel's address.",
        why="The parameter can never have a value.",
        fix="Put it into the address in braces, or remove it.",
        file="asyncapi.yaml",
        wrong="""
            channels:
              bars:
                address: /bars
                parameters:
                  symbol:
                    description: What is traded.
        """,
        right="""
            channels:
              bars:
                address: /bars/{symbol}
                parameters:
                  symbol:
                    description: What is traded.
        """,
    ),
    "WSG632": Code(
        title="query or fragment in an address",
        what="A channel's address has a `?` or a `#`.",
        why="Addresses of channels are paths; a query is described by the bindings.",
        fix="Describe the query in the channel's bindings.",
        file="asyncapi.yaml",
        wrong="""
            channels:
              bars:
                address: /bars?token=1
        """,
        right="""
            channels:
              bars:
                address: /bars
                bindings:
                  ws:
                    query:
                      type: object
                      properties:
                        token: {type: string}
        """,
    ),
    "WSG633": Code(
        title="undeclared server variable",
        what="A name in braces in a server's address has no entry in `variables`.",
        why="Nothing says what may take its place.",
        fix="Declare it, or correct its name.",
        file="asyncapi.yaml",
        wrong="""
            servers:
              production:
                host: "{region}.example.com"
        """,
        right="""
            servers:
              production:
                host: "{region}.example.com"
                variables:
                  region:
                    default: eu
        """,
    ),
    "WSG634": Code(
        title="unused server variable",
        what="A declared variable is not part of the server's address.",
        why="The variable can never have an effect.",
        fix="Put it into the address in braces, or remove it.",
        file="asyncapi.yaml",
        wrong="""
            servers:
              production:
                host: example.com
                variables:
                  region:
                    default: eu
        """,
        right="""
            servers:
              production:
                host: "{region}.example.com"
                variables:
                  region:
                    default: eu
        """,
    ),
    "WSG635": Code(
        title="default is not an allowed value",
        what="The default of a server variable is not among the values that its `enum` lists.",
        why="A client that uses the default would use a value that the document does not allow.",
        fix="Correct the default or the list.",
        file="asyncapi.yaml",
        wrong="""
            servers:
              production:
                host: "{region}.example.com"
                variables:
                  region:
                    enum: [eu, us]
                    default: asia
        """,
        right="""
            servers:
              production:
                host: "{region}.example.com"
                variables:
                  region:
                    enum: [eu, us]
                    default: eu
        """,
    ),
    "WSG640": Code(
        title="duplicate operationId",
        what="Two operations of the document have the same operationId.",
        why="Generators make one function or page of each operationId.",
        fix="Choose another for one of them.",
        file="asyncapi.yaml",
        wrong="""
            asyncapi: 2.6.0
            channels:
              bars:
                publish:
                  operationId: bars
                subscribe:
                  operationId: bars
        """,
        right="""
            asyncapi: 2.6.0
            channels:
              bars:
                publish:
                  operationId: requestBars
                subscribe:
                  operationId: receiveBars
        """,
    ),
    "WSG641": Code(
        title="duplicate messageId",
        what="Two messages of the document have the same messageId.",
        why="A messageId names one message in the whole document.",
        fix="Choose another for one of them.",
        file="asyncapi.yaml",
        wrong="""
            asyncapi: 2.6.0
            channels:
              bars:
                publish:
                  message: {messageId: bar, payload: {type: object}}
                subscribe:
                  message: {messageId: bar, payload: {type: string}}
        """,
        right="""
            asyncapi: 2.6.0
            channels:
              bars:
                publish:
                  message: {messageId: barRequest, payload: {type: object}}
                subscribe:
                  message: {messageId: bar, payload: {type: string}}
        """,
    ),
    "WSG642": Code(
        title="duplicate tag",
        what="Two tags in one list have the same name.",
        why="Only one of them can be shown.",
        fix="Keep one of them.",
        file="asyncapi.yaml",
        wrong="""
            info:
              tags:
                - name: charts
                - name: charts
                  description: What a chart is drawn from.
        """,
        right="""
            info:
              tags:
                - name: charts
                  description: What a chart is drawn from.
        """,
    ),
    "WSG650": Code(
        title="example does not match its message",
        what="An example of a message is not valid for the schema of its payload or headers.",
        why="An example that the schema refuses misleads its readers.",
        fix="Correct the example or the schema.",
        file="asyncapi.yaml",
        wrong="""
            channels:
              bars:
                messages:
                  bar:
                    payload:
                      type: object
                      properties:
                        close: {type: number}
                    examples:
                      - payload: {close: "187.9"}
        """,
        right="""
            channels:
              bars:
                messages:
                  bar:
                    payload:
                      type: object
                      properties:
                        close: {type: number}
                    examples:
                      - payload: {close: 187.9}
        """,
    ),
    "WSG651": Code(
        title="example does not match its schema",
        what="An example or default in a schema is not valid for that schema.",
        why="An example that the schema refuses misleads its readers.",
        fix="Correct the example or the schema.",
        file="asyncapi.yaml",
        wrong="""
            components:
              schemas:
                Bar:
                  type: object
                  properties:
                    close: {type: number, examples: [high]}
        """,
        right="""
            components:
              schemas:
                Bar:
                  type: object
                  properties:
                    close: {type: number, examples: [187.9]}
        """,
    ),
    "WSG660": Code(
        title="models cannot be imported",
        what="Importing the pydantic models failed or took too long.",
        why="The schemas of a document come from the models.",
        fix="Install what they need, or name the folder they are importable from in `sources`.",
    ),
    "WSG661": Code(
        title="no JSON schema for a type",
        what="pydantic cannot describe the type as a JSON schema.",
        why="A document describes what clients receive by JSON schemas.",
        fix="Use types that have one, or give the model a `__get_pydantic_json_schema__`.",
        file="models.py",
        wrong="""
            class Bar(BaseModel):
                model_config = ConfigDict(arbitrary_types_allowed=True)
                source: Connection
        """,
        right="""
            class Bar(BaseModel):
                source: str
        """,
    ),
    "WSG662": Code(
        title="AsyncAPI document not current",
        what="A document differs from what the sources and models say now.",
        why="Clients would be made from a document that the server does not follow.",
        fix="Run `wsgen asyncapi export` again and commit the result.",
        file="console",
        wrong="""
            $ $EDITOR specs/datafeed/ws.yaml
            $ wsgen asyncapi export -o api.yaml --check
        """,
        right="""
            $ $EDITOR specs/datafeed/ws.yaml
            $ wsgen asyncapi export -o api.yaml
            $ wsgen asyncapi export -o api.yaml --check
        """,
    ),
    "WSG663": Code(
        title="two modules share a channel",
        what="Two modules of one document have the same name or endpoint, or parts with the same name.",
        why=(
            "In one document, addresses and names are unique. The parts of a route `data-bars` in a module "
            "`market` have the names of those of `bars` in a module `market_data`."
        ),
        fix="Give the modules different names and endpoints, or export with `--per-module`.",
        file="console",
        wrong="""
            $ wsgen asyncapi export -o api.yaml
        """,
        right="""
            $ wsgen asyncapi export --per-module -o docs/asyncapi
        """,
    ),
    "WSG664": Code(
        title="wrong AsyncAPI setting",
        what="A setting in [tool.wsgen.asyncapi] is unknown or has the wrong type.",
        why="It would make a document that is not valid.",
        fix="Write it as the help shows.",
        file="pyproject.toml",
        wrong="""
            [tool.wsgen.asyncapi]
            title = ["Trading API"]
        """,
        right="""
            [tool.wsgen.asyncapi]
            title = "Trading API"
        """,
    ),
    "WSG665": Code(
        title="example does not match its model",
        what="The model of a request or of data refuses an example in ws.yaml.",
        why="Clients see the examples, and start from them.",
        fix="Correct the example at the place shown, or the model.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter:
                request: BarsRequest
                data: Bar
                examples:
                  - request: {symbol: 12}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter:
                request: BarsRequest
                data: Bar
                examples:
                  - request: {symbol: AAPL}
        """,
    ),
    "WSG666": Code(
        title="interpreter cannot import models",
        what="The project's interpreter cannot be started, is older than Python 3.11, or lacks pydantic.",
        why="Documents describe the models, which are imported where the project runs.",
        fix="Install what is missing there, or set `python` in [tool.wsgen] to another interpreter.",
        file="console",
        wrong="""
            $ python -m venv .venv
            $ wsgen asyncapi export
        """,
        right="""
            $ python -m venv .venv
            $ .venv/bin/python -m pip install pydantic
            $ wsgen asyncapi export
        """,
    ),
    "WSG667": Code(
        title="client document without a server",
        what="A document is exported with `--perspective client`, and the settings name no server.",
        why="Generators of clients take the address from a server of the document.",
        fix="Add [tool.wsgen.asyncapi.servers.NAME] with the host and the protocol.",
        file="pyproject.toml",
        wrong="""
            [tool.wsgen.asyncapi]
            title = "Trading API"
        """,
        right="""
            [tool.wsgen.asyncapi.servers.production]
            host = "example.com"
            protocol = "wss"
        """,
    ),
    "WSG668": Code(
        title="names that differ in case only",
        what="Two routes or commands of a module have names in its document that differ in case only.",
        why=(
            "`order-book` gives `OrderBook`, and `orderbook` gives `Orderbook`. Programs that write a file for "
            "each type write one over the other on disks of Windows and macOS."
        ),
        fix="Give one of them another name, or leave it as it is: this is a warning.",
        file="console",
        wrong="""
            $ wsgen asyncapi export -o api.yaml
        """,
        right="""
            $ $EDITOR specs/feed/ws.yaml
            $ wsgen asyncapi export -o api.yaml
        """,
    ),
}
