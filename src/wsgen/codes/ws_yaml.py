"""WSG1xx: what can be wrong with a ws.yaml."""

from wsgen.codes.code import Code

WS_YAML: dict[str, Code] = {
    "WSG100": Code(
        title="not valid YAML",
        what="The file cannot be read as YAML.",
        why="None of its routers is known, so none can be generated.",
        fix="Correct the syntax at the place shown. Quote strings that hold `: ` or `#`, or that start "
        "with a sign.",
        file="ws.yaml",
        wrong="""
            version: 1
            description: Market data: bars and quotes.
            routers: {}
        """,
        right="""
            version: 1
            description: "Market data: bars and quotes."
            routers: {}
        """,
    ),
    "WSG101": Code(
        title="source cannot be read",
        what="The operating system does not let wsgen read the file or search the folder, or the file "
        "does not exist.",
        why="A source that is skipped silently would look like a module without routers.",
        fix="Make it readable, correct the link, or leave it out of the paths.",
    ),
    "WSG102": Code(
        title="source too large",
        what="A source is larger than 1 MiB.",
        why="A source is a few kilobytes; a much larger one is a mistake or an attack.",
        fix="Split the module, or correct the path.",
    ),
    "WSG103": Code(
        title="not UTF-8",
        what="The file holds bytes that are not UTF-8.",
        why="Sources are UTF-8, so that they read the same on every machine.",
        fix="Save the file as UTF-8.",
    ),
    "WSG104": Code(
        title="tab in indentation",
        what="A line is indented with a tab.",
        why="YAML does not allow tabs in indentation, since their width is not defined.",
        fix="Indent with spaces.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
            \tBarWsRouter: {request: BarsRequest, data: Bar}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar}
        """,
    ),
    "WSG105": Code(
        title="empty source",
        what="The ws.yaml holds no value, or comments only.",
        why="A file without content declares nothing, not even the version of its format.",
        fix="Start it with `version: 1` and `routers:`.",
        file="ws.yaml",
        wrong="""
            # The routers of this module follow.
        """,
        right="""
            version: 1
            routers: {}
        """,
    ),
    "WSG107": Code(
        title="second document",
        what="A second YAML document starts in the file.",
        why="One file is one module; the second document would be ignored.",
        fix="Remove the marker, or move the second document to a file of its own.",
        file="ws.yaml",
        wrong="""
            version: 1
            routers: {}
            ---
            version: 1
            routers: {}
        """,
        right="""
            version: 1
            routers: {}
        """,
    ),
    "WSG108": Code(
        title="unsupported tag",
        what="A value has a YAML tag such as `!include` or `!!python/object`.",
        why="Tags let a file build objects or read other files; wsgen reads plain values only.",
        fix="Remove the tag.",
        file="ws.yaml",
        wrong="""
            version: 1
            routers: !include routers.yaml
        """,
        right="""
            version: 1
            routers: {}
        """,
    ),
    "WSG109": Code(
        title="bad alias",
        what="An alias is inside its own anchor, or the file is too large with its aliases "
        "expanded.",
        why="Such a file has no end, or takes all memory.",
        fix="Write out what is meant.",
        file="ws.yaml",
        wrong="""
            version: 1
            routers: &all
              BarWsRouter: *all
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar}
        """,
    ),
    "WSG110": Code(
        title="nested too deeply",
        what="Values are nested more than 20 levels deep.",
        why="No field of a source needs more than a few levels, and deep nesting can exhaust a parser.",
        fix="Flatten it: a source has only routers, their fields, delivery settings and examples.",
        file="ws.yaml",
        wrong="""
            version: 1
            tags: [[[[[[[[[[[[[[[[[[[[[[charts]]]]]]]]]]]]]]]]]]]]]]
            routers: {}
        """,
        right="""
            version: 1
            tags: [charts]
            routers: {}
        """,
    ),
    "WSG111": Code(
        title="unknown key",
        what="The key is not defined at this place.",
        why="A key that is ignored hides a mistake, usually of spelling.",
        fix="Use the key that the help names; `wsgen schema` lists all of them.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar, sumary: OHLC bars.}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar, summary: OHLC bars.}
        """,
    ),
    "WSG112": Code(
        title="missing key",
        what="A required key is missing.",
        why="A router without its types, or a file without its version, cannot be generated.",
        fix="Add the key.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar}
        """,
    ),
    "WSG113": Code(
        title="wrong type",
        what="A field has a value of the wrong type.",
        why="A value that was converted silently may not be what its author meant.",
        fix="Write the value as the help shows.",
        file="ws.yaml",
        wrong="""
            version: 1
            tags: charts
            routers: {}
        """,
        right="""
            version: 1
            tags: [charts]
            routers: {}
        """,
    ),
    "WSG114": Code(
        title="duplicate key",
        what="A mapping has the same key twice.",
        why="Readers of YAML differ in which of two equal keys counts.",
        fix="Keep one of the two.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar, data: Quote}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Quote}
        """,
    ),
    "WSG115": Code(
        title="unsupported version",
        what="The file says that it is written in a version of the format that this wsgen does not "
        "know.",
        why="Fields may mean something else in another version; this wsgen knows version 1.",
        fix="Write `version: 1`, or update wsgen.",
        file="ws.yaml",
        wrong="""
            version: 2
            routers: {}
        """,
        right="""
            version: 1
            routers: {}
        """,
    ),
    "WSG116": Code(
        title="value needs quotes",
        what="A text is written so that YAML reads it as a boolean, a number, a date or nothing.",
        why="Readers of YAML disagree about words such as `no`, `1.0` and `2024-01-01`.",
        fix="Quote it.",
        file="ws.yaml",
        wrong="""
            version: 1
            tags: [no, 2024-01-01]
            routers: {}
        """,
        right="""
            version: 1
            tags: ["no", "2024-01-01"]
            routers: {}
        """,
    ),
    "WSG117": Code(
        title="bad class name",
        what="The name of a router cannot be used for a Python class and for the file that contains it.",
        why="The router becomes a class of that name, in a file named as the class in lower case.",
        fix="Use an ASCII name such as `BarWsRouter`.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              bar-router: {request: BarsRequest, data: Bar}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar}
        """,
    ),
    "WSG118": Code(
        title="colliding files",
        what="Two routers of the module would be written to the same file.",
        why="Each router has a file named as its class in lower case.",
        fix="Rename one of them, so that they differ in more than case.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {route: bars, request: BarsRequest, data: Bar}
              BARWsRouter: {route: all-bars, request: BarsRequest, data: Bar}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {route: bars, request: BarsRequest, data: Bar}
              AllBarsWsRouter: {route: all-bars, request: BarsRequest, data: Bar}
        """,
    ),
    "WSG119": Code(
        title="duplicate route",
        what="Two routers of the module have the same route.",
        why="A frame names its router by the route, so each router needs its own.",
        fix="Give one of them another `route`.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {route: bars, request: BarsRequest, data: Bar}
              CandleWsRouter: {route: bars, request: BarsRequest, data: Bar}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {route: bars, request: BarsRequest, data: Bar}
              CandleWsRouter: {route: candles, request: BarsRequest, data: Bar}
        """,
    ),
    "WSG120": Code(
        title="bad route",
        what=(
            "A route is not made of lower-case words and digits joined by `-` or `_`, or it is a name that "
            "frames of the protocol have, such as `status`."
        ),
        why="The route is the prefix of frames on the wire, where a `.` ends it.",
        fix="Write it like `order-book`.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BookWsRouter: {route: OrderBook, request: BarsRequest, data: Bar}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BookWsRouter: {route: order-book, request: BarsRequest, data: Bar}
        """,
    ),
    "WSG121": Code(
        title="bad endpoint",
        what="The endpoint is not an absolute path without query, parameters and empty parts.",
        why="The endpoint is where the socket is mounted, and the address of its AsyncAPI channel.",
        fix="Write an absolute path such as `/api/v1/datafeed/ws`.",
        file="ws.yaml",
        wrong="""
            version: 1
            endpoint: wss://example.com/api/v1/datafeed/ws
            routers: {}
        """,
        right="""
            version: 1
            endpoint: /api/v1/datafeed/ws
            routers: {}
        """,
    ),
    "WSG122": Code(
        title="bad module name",
        what="`module` is not a name of letters, digits and `_`, or is not written on a line of its "
        "own.",
        why="The module's name is part of paths and addresses, and is read before the rest of the file.",
        fix="Use letters, digits and `_`, and write `module: name` on a line of its own.",
        file="ws.yaml",
        wrong="""
            version: 1
            module: data feed
            routers: {}
        """,
        right="""
            version: 1
            module: datafeed
            routers: {}
        """,
    ),
    "WSG123": Code(
        title="bad text",
        what="A tag, summary, description or another text is empty, too long, repeated, or holds "
        "control characters.",
        why="These texts are shown in generated code, documents and pages.",
        fix="Shorten it, or remove the characters that cannot be seen.",
        file="ws.yaml",
        wrong="""
            version: 1
            tags: [charts, charts]
            routers: {}
        """,
        right="""
            version: 1
            tags: [charts]
            routers: {}
        """,
    ),
    "WSG124": Code(
        title="bad delivery",
        what="A number of `delivery` or `history`, or `replay`, is out of its bounds, or `overflow` is not one "
        "of its three values.",
        why="Delivery bounds what waits for a slow client, and history what is kept for one that comes back.",
        fix="Choose a number within the bounds, and `drop-oldest`, `latest` or `disconnect` as `overflow`.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter:
                request: BarsRequest
                data: Bar
                delivery: {queue: 0, overflow: drop-oldest}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter:
                request: BarsRequest
                data: Bar
                delivery: {queue: 256, overflow: drop-oldest}
        """,
    ),
    "WSG125": Code(
        title="sources disagree",
        what="ws.yaml and ws.py declare the same router differently, or ws.py builds it with another route or "
        "other tags than ws.yaml gives it.",
        why="The router is generated once, so only one of the two could be right.",
        fix="Make both say the same, or remove one.",
        file="ws.yaml and ws.py",
        wrong="""
            # ws.yaml
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {route: bars, request: BarsRequest, data: Quote}
            # ws.py
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]
            bars = BarWsRouter(route="bars")
        """,
        right="""
            # ws.yaml
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {route: bars, request: BarsRequest, data: Bar}
            # ws.py
            from typing import TypeAlias
            from trading_api.models import Bar, BarsRequest
            from wsgen_runtime import WsRouter

            BarWsRouter: TypeAlias = WsRouter[BarsRequest, Bar]
            bars = BarWsRouter(route="bars")
        """,
    ),
    "WSG126": Code(
        title="bad models package",
        what="`models` is not the absolute dotted name of a Python module.",
        why="Bare type names are imported from it.",
        fix="Write the dotted name of a package, as in `trading_api.models`.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api/models.py
            routers: {}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers: {}
        """,
    ),
    "WSG127": Code(
        title="unknown security scheme",
        what="`security` names a scheme that [tool.wsgen.asyncapi.securitySchemes] does not define.",
        why="Documents describe each scheme that they name, and the descriptions are those of the "
        "project.",
        fix="Use the name that the help suggests, or define the scheme.",
        file="ws.yaml",
        wrong="""
            version: 1
            security: [tokn]
            routers: {}
        """,
        right="""
            version: 1
            security: [token]
            routers: {}
        """,
    ),
    "WSG128": Code(
        title="not a JSON value",
        what="An example holds a value that JSON does not have, or that readers of YAML disagree about.",
        why="An example shows the content of a frame, which is JSON: it has no dates and no infinities, and "
        "its keys are strings.",
        fix="Write the value as it is on the wire; a date is a text in quotes.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter:
                request: BarsRequest
                data: Bar
                examples:
                  - request: {since: 2026-01-02}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter:
                request: BarsRequest
                data: Bar
                examples:
                  - request: {since: "2026-01-02"}
        """,
    ),
    "WSG129": Code(
        title="two YAML sources",
        what="The folder of a module has both a ws.yaml and a ws.yml.",
        why="wsgen reads both names alike, so that it cannot know which of the two files counts.",
        fix="Put all routers of the module into one of them, and remove the other.",
        file="ws.yaml and ws.yml",
        wrong="""
            # ws.yaml
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {route: bars, request: BarsRequest, data: Bar}
            # ws.yml
            version: 1
            models: trading_api.models
            routers:
              QuoteWsRouter: {route: quotes, request: BarsRequest, data: Quote}
        """,
        right="""
            # ws.yaml
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {route: bars, request: BarsRequest, data: Bar}
              QuoteWsRouter: {route: quotes, request: BarsRequest, data: Quote}
        """,
    ),
    "WSG130": Code(
        title="keys that contradict each other",
        what="Two keys of a router ask for what no route can do, such as a snapshot and an `interval`.",
        why="The updates of a route with a snapshot are changes to it, of which none may be left out. A "
        "published route has no service. What is replayed has to be in the history.",
        fix="Remove one of the two keys, or add the one that is missing.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar, replay: 1}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              BarWsRouter: {request: BarsRequest, data: Bar, history: {}, replay: 1}
        """,
    ),
    "WSG131": Code(
        title="key for routers of the runtime",
        what="A router that is made from the project's own generic class has a key that only the runtime obeys, "
        "or no `request`.",
        why="The generic class knows a request and data, and would ignore everything else.",
        fix="Remove the key, or the setting `template`, so that the router is one of the runtime.",
    ),
    "WSG132": Code(
        title="not a valid name of a command",
        what="The name of a command, its name on the wire or the name of an error cannot be used.",
        why="The name of a command becomes a method, that of an error a class and a code. Some wire names, "
        "such as `hello` or those that end in `.update`, belong to other frames.",
        fix="Write `PlaceOrder` and `OrderRejectedError` in camel case and `orders.place` in lower case, and "
        "avoid the words of the protocol and of Python.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers: {}
            commands:
              PlaceOrder: {command: orders.update, request: BarsRequest, response: Bar}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers: {}
            commands:
              PlaceOrder: {command: orders.place, request: BarsRequest, response: Bar}
        """,
    ),
    "WSG133": Code(
        title="name of a command is taken",
        what="Two commands have one name on the wire or one method, two errors have one code, or a router has a "
        "name that the file of the commands uses.",
        why="A frame must mean one command, and a class or a code one thing.",
        fix="Rename one of the two.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers: {}
            commands:
              PlaceOrder: {command: orders.place, request: BarsRequest, response: Bar}
              ChangeOrder: {command: orders.place, request: BarsRequest, response: Bar}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers: {}
            commands:
              PlaceOrder: {command: orders.place, request: BarsRequest, response: Bar}
              ChangeOrder: {command: orders.change, request: BarsRequest, response: Bar}
        """,
    ),
}
