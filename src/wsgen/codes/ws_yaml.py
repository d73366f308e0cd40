"""WSG1xx: what can be wrong with a ws.yaml."""

from wsgen.codes.code import Code

WS_YAML: dict[str, Code] = {
    "WSG100": Code(
        "not valid YAML",
        "The file cannot be read as YAML, so none of its routers is known.",
        "Correct the syntax at the place shown. Quote strings that hold `: ` or `#`, or that start with a sign.",
    ),
    "WSG101": Code(
        "source cannot be read",
        "The operating system does not let wsgen read the file or search the folder, or there is no file.",
        "Make it readable, correct the link, or leave it out of the paths.",
    ),
    "WSG102": Code(
        "source too large",
        "A source is a few kilobytes; one over 1 MiB is a mistake or an attack.",
        "Split the module, or correct the path.",
    ),
    "WSG103": Code(
        "not UTF-8",
        "Sources are UTF-8, so that they read the same on every machine.",
        "Save the file as UTF-8.",
    ),
    "WSG104": Code(
        "tab in indentation",
        "YAML does not allow tabs for indentation: their width is not defined.",
        "Indent with spaces.",
    ),
    "WSG105": Code(
        "empty source",
        "A ws.yaml without content declares nothing, not even its version.",
        "Start it with `version: 1` and `routers:`.",
    ),
    "WSG107": Code(
        "second document",
        "One file is one module; what follows a second `---` would be ignored.",
        "Remove the marker, or make it two files.",
    ),
    "WSG108": Code(
        "unsupported tag",
        "Tags such as `!!python/object` make YAML build things; only plain values are read.",
        "Remove the tag.",
    ),
    "WSG109": Code(
        "bad alias",
        "Aliases must name an anchor further up, not contain themselves, and stay small when expanded.",
        "Write out what is meant.",
    ),
    "WSG110": Code(
        "nested too deeply",
        "No field of a source is nested deeper than a few levels.",
        "Flatten it: routers, their fields and delivery are all there is.",
    ),
    "WSG111": Code(
        "unknown key",
        "A key that is ignored hides a mistake, mostly of spelling.",
        "Use the key that the help names; `wsgen schema` has all of them.",
    ),
    "WSG112": Code(
        "missing key",
        "A router without its types, or a file without its version, cannot be generated.",
        "Add the key.",
    ),
    "WSG113": Code(
        "wrong type",
        "The field holds a value of another kind than it needs.",
        "Write the value as the help shows.",
    ),
    "WSG114": Code(
        "duplicate key",
        "YAML parsers differ in which of two equal keys counts.",
        "Keep one of the two.",
    ),
    "WSG115": Code(
        "unsupported version",
        "This wsgen knows version 1 of the format.",
        "Write `version: 1`, or update wsgen.",
    ),
    "WSG116": Code(
        "value needs quotes",
        "YAML reads some unquoted words as booleans, numbers or dates: `no`, `1.0`, `2024-01-01`.",
        "Quote it.",
    ),
    "WSG117": Code(
        "bad class name",
        "A router's name becomes a class and, in lower case, a file, which Python must be able to import.",
        "Use an ASCII name such as BarWsRouter.",
    ),
    "WSG118": Code(
        "colliding files",
        "Each router has a file named as its class in lower case; two classes cannot share one.",
        "Rename one of them.",
    ),
    "WSG119": Code(
        "duplicate route",
        "Frames name their router by its route, so each needs its own.",
        "Give one of them another `route`.",
    ),
    "WSG120": Code(
        "bad route",
        "A route is the prefix of frames on the wire: lower-case words joined by `-` or `_`.",
        "Write it like `order-book`.",
    ),
    "WSG121": Code(
        "bad endpoint",
        "The endpoint is where the socket is mounted and the address of its AsyncAPI channel.",
        "Write an absolute path such as `/api/v1/datafeed/ws`.",
    ),
    "WSG122": Code(
        "bad module name",
        "The module's name is part of paths and addresses.",
        "Use letters, digits and `_`; write `module: name` on a line of its own.",
    ),
    "WSG123": Code(
        "bad text",
        "Tags, summaries and descriptions are shown in code and documents.",
        "Shorten it, or remove what cannot be seen.",
    ),
    "WSG124": Code(
        "bad delivery",
        "`queue` is 1 to 65536 updates, `overflow` one of drop-oldest, latest and disconnect.",
        "Choose one of these.",
    ),
    "WSG125": Code(
        "sources disagree",
        "A router declared in ws.yaml and ws.py must be the same in both, and ws.py must build it with the route "
        "and the tags that ws.yaml gives it.",
        "Make both say the same, or remove one.",
    ),
    "WSG126": Code(
        "bad models package",
        "`models` is where bare type names are imported from.",
        "Write the dotted name of a package, as in `trading_api.models`.",
    ),
    "WSG127": Code(
        "unknown security scheme",
        "`security` names schemes that [tool.wsgen.asyncapi.securitySchemes] defines for the whole project.",
        "Use the name that the help suggests, or define the scheme.",
    ),
    "WSG128": Code(
        "not a JSON value",
        "An example is a frame's content, which is JSON: it has no dates, infinities or keys but texts.",
        "Write the value as it is on the wire; a date is a text in quotes.",
    ),
}
