"""The table of diagnostic codes: what each means and what to do, for `wsgen explain`.

1xx ws.yaml, 2xx ws.py, 3xx types, 4xx generation and files, 5xx quality, 6xx AsyncAPI, 9xx configuration.
A code is never used for anything else once released.
"""

from typing import NamedTuple


class Code(NamedTuple):
    """One kind of finding: a short title, why it matters, and what to do about it."""

    title: str
    why: str
    fix: str


_YAML = {
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

_PYTHON = {
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

_TYPES = {
    "WSG300": Code(
        "not a type expression",
        "Types are names with arguments, read by a small grammar and never evaluated.",
        "Write `Bar`, `pkg.mod:Bar`, `list[Bar]`, `dict[str, Bar]` or `Bar | None`.",
    ),
    "WSG301": Code(
        "type from nowhere",
        "A bare name needs a package to be imported from.",
        "Set `models:` in the file or in [tool.wsgen], or write `package.module:Name`.",
    ),
    "WSG302": Code(
        "request is not a model",
        "A client's request is validated by one pydantic model.",
        "Name that model.",
    ),
    "WSG303": Code(
        "wrong number of type arguments",
        "The type takes another number of types in brackets.",
        "Write it as the help shows.",
    ),
    "WSG304": Code(
        "cannot be a key",
        "Keys of JSON objects are text, and members of a set must be hashable.",
        "Use `str`, `int` or an enum as the key.",
    ),
    "WSG305": Code(
        "unsupported type",
        "`Any`, `Literal`, `Callable` and the like do not name what clients receive.",
        "Name a model, or an enum of your models.",
    ),
    "WSG306": Code(
        "type too large",
        "A long or deeply nested type is hard to read in code and documents.",
        "Name the inner type in your models.",
    ),
    "WSG307": Code(
        "ambiguous name",
        "With dots only, where the module ends and a class in a class begins is a guess.",
        "Mark it with a colon: `package.module:Outer.Inner`.",
    ),
    "WSG308": Code(
        "type says nothing",
        "`None` alone carries no update.",
        "Name the model that each update carries.",
    ),
    "WSG309": Code(
        "no such name",
        "The models are read as text and never imported: this name is in none that it could be in.",
        "Correct the name, or define it where the source says that it is.",
    ),
    "WSG310": Code(
        "pydantic refuses the type",
        "Before Python 3.12 pydantic cannot read the fields of a `typing.TypedDict`.",
        "Import `TypedDict` from `typing_extensions`.",
    ),
}

_FILES: dict[str, Code] = {
    "WSG401": Code(
        "no such source",
        "A path on the command line or in `paths` is neither a folder nor a source file.",
        "Name a folder that holds modules, or a ws.yaml or ws.py.",
    ),
    "WSG402": Code(
        "no such module",
        "No source below the searched paths declares a module of this name.",
        "Correct the name; `wsgen list` shows the modules.",
    ),
    "WSG403": Code(
        "two modules in one folder",
        "The `output` setting gives two modules the same folder, so one would overwrite the other.",
        "Put {source_dir}, or both {module} and {version}, into [tool.wsgen] output.",
    ),
    "WSG404": Code(
        "template cannot be used",
        "A Jinja2 template of the project has a mistake, or asks for a value that is not there.",
        "Correct the template at the line shown; docs/templates.md lists the values.",
    ),
    "WSG405": Code(
        "cannot write",
        "A package is not current and its folder cannot be written.",
        "Render where the folder is writable and ship the result. A package that is current needs no writing.",
    ),
    "WSG406": Code(
        "lock is held",
        "Another process has been rendering this project for a very long time.",
        "Look for a wsgen process that hangs, and end it; the lock goes with it.",
    ),
    "WSG407": Code(
        "edited by hand",
        "A file in the generated package is not what wsgen wrote. It is kept, and its module is not rendered.",
        "Move the change to the source or a template; then `wsgen render --force` replaces the file.",
    ),
    "WSG408": Code(
        "not current",
        "Rendering would change the package: a source, a setting, a template or a tool is newer than it.",
        "Run `wsgen render` and commit the result; `wsgen diff` shows what changes.",
    ),
    "WSG409": Code(
        "package without a source",
        "The ws.yaml or ws.py that a package was made from is gone, but the package can still be imported.",
        "Run `wsgen render` or `wsgen clean` to remove the package, or put the source back.",
    ),
    "WSG410": Code(
        "class name is taken",
        "The generated file imports something else under the router's name.",
        "Rename the router.",
    ),
    "WSG411": Code(
        "package that cannot be imported",
        "A folder on the way to the generated package is called like a keyword, such as `class`, or is not a "
        "Python name, such as `order-book`, so that no import statement can name the package.",
        "Rename the folder, set `output` in [tool.wsgen] to another place, or add the folder to `sources` if "
        "modules are imported from there.",
    ),
    "WSG412": Code(
        "package that git ignores",
        "Generated packages are committed with their sources. One that git ignores is missing in every fresh "
        "clone, where `wsgen check` then fails.",
        "Remove the rule from the file shown, or add an exception such as `!ws_generated/` after it.",
    ),
    "WSG415": Code(
        "cache leads elsewhere",
        "The folder .wsgen_cache is a link, or has links in it, that lead out of the project: it is neither read"
        " nor written, so that each run has to do all the work again.",
        "Remove the link; wsgen creates the folder again.",
    ),
    "WSG420": Code(
        "generic class cannot be read",
        "The file that `template` names, or the founding layout's generic_route.py, is not valid Python.",
        "Correct the file at the place shown.",
    ),
    "WSG421": Code(
        "no generic class",
        "The template has no class with type parameters, so there is nothing to specialise.",
        "Let the class inherit `Generic[_TRequest, _TData]`, or name another file as `template`.",
    ),
    "WSG422": Code(
        "several generic classes",
        "The template must say which class to specialise: it may have only one that is generic.",
        "Move the others to another file and import them.",
    ),
    "WSG423": Code(
        "wrong number of type parameters",
        "An alias gives each type parameter of the generic class a type: the request, the data, then others.",
        "Give as many types as the class has parameters, which are two or more.",
    ),
    "WSG424": Code(
        "relative import leads out of the package",
        "The generated file stands elsewhere and needs to know the absolute name of what is imported.",
        "Write the import with its full name, or name the importable folder in `sources`.",
    ),
    "WSG425": Code(
        "type parameter that cannot be replaced",
        "Types take the place of plain type variables: not of ParamSpec or TypeVarTuple, nor of names that the"
        " template assigns or exports.",
        "Use a TypeVar by its own name, for nothing else.",
    ),
    "WSG426": Code(
        "type name is taken",
        "The template uses the name of a type for something else, so its code would mean another thing.",
        "Rename what the template calls so, or import it there under another name.",
    ),
    "WSG427": Code(
        "generic in the template with other types",
        "What is made from the template is not generic any more, so it cannot be given types of its own.",
        "Repeat the parameters as they are declared, or move the generic part to another file and import it.",
    ),
    "WSG430": Code(
        "ws.yaml exists already",
        "`wsgen migrate` writes a new ws.yaml and does not mix its text into one that somebody wrote.",
        "Declare the routers named in the message there, or remove the file; then migrate again.",
    ),
    "WSG431": Code(
        "migration would change the routers",
        "The routers rendered from the new ws.yaml are not those rendered from ws.py, so nothing was written.",
        "Correct what the message names; otherwise keep ws.py, which goes on working.",
    ),
    "WSG432": Code(
        "alias is needed where it stands",
        "Other code imports the alias from ws.py, or ws.py needs the class before its package may exist.",
        "Import the class from the generated package at the place shown, or put an annotation in quotes.",
    ),
}

_QUALITY = {
    "WSG500": Code(
        "quality tool not installed",
        "A step that cannot run cannot vouch for the generated code, and is never skipped silently.",
        'Install the tools with `pip install "wsgen[quality]"`, or leave the step out of `steps` in '
        "[tool.wsgen.quality].",
    ),
    "WSG501": Code(
        "quality tool does not work",
        "The tool ended in a way that says nothing about the code: a crash, or a mistake in its configuration.",
        "Read its output below the message. Run the command shown by hand to see it again.",
    ),
    "WSG502": Code(
        "quality tool does not end",
        "The tool took longer than any check of generated code should, and was ended with its children.",
        "Run the command by hand to see what it waits for, or leave the step out of `steps`.",
    ),
    "WSG503": Code(
        "quality steps do not agree",
        "Each of two steps undoes what the other does, so no text exists that both leave as it is.",
        'Give both the same settings (for black and isort: `profile = "black"` in [tool.isort]), or leave '
        "one of them out of `steps`.",
    ),
    "WSG510": Code(
        "formatter cannot read the file",
        "The generated file is not valid Python. The templates that it was made from are to blame.",
        "Correct the project's own templates; with the built-in ones this is an error of wsgen.",
    ),
    "WSG511": Code(
        "flake8 finding",
        "The generated file breaks a rule of the project's flake8 configuration.",
        "Correct the source at the place shown, or ignore the rule for this path (`per-file-ignores`).",
    ),
    "WSG512": Code(
        "ruff finding",
        "The generated file breaks a rule of the project's ruff configuration that ruff cannot fix.",
        "Correct the source at the place shown, or ignore the rule for this path (`per-file-ignores`).",
    ),
    "WSG513": Code(
        "mypy finding",
        "The generated file does not type-check: most often a type does not exist, or is no pydantic model.",
        "Correct the type at the place shown, or the model it names. If mypy cannot find the models, name "
        "the directory they are importable from in `sources`.",
    ),
}

_ASYNCAPI = {
    "WSG600": Code(
        "document cannot be read",
        "The file is no readable UTF-8 text of one YAML or JSON document of a sane size.",
        "Correct the file at the place shown.",
    ),
    "WSG601": Code(
        "unsupported AsyncAPI version",
        "Without a known version in `asyncapi:` there are no rules to check by.",
        "Write `asyncapi: 3.1.0`, or the 2.x or 3.x version that the document is written in.",
    ),
    "WSG602": Code(
        "duplicate key in a document",
        "Readers of YAML and JSON disagree which of two equal keys counts.",
        "Keep one of them.",
    ),
    "WSG603": Code(
        "unknown field in a document",
        "The version of AsyncAPI that the document names has no such field, so tools ignore it or stop.",
        "Use the field that the help names, or start the name with `x-`.",
    ),
    "WSG604": Code(
        "missing field in a document",
        "AsyncAPI requires the field; tools cannot read the document without it.",
        "Add the field.",
    ),
    "WSG605": Code(
        "wrong value in a document",
        "The value is not what the official schema of AsyncAPI allows in this place.",
        "Write it as the help says.",
    ),
    "WSG606": Code(
        "document cannot be checked",
        "A pattern or a schema can be written so that checking one value takes for ever, here and in clients. "
        "Each document is checked in a process of its own, for a limited time.",
        "Simplify the pattern or schema at the place shown, or remove the example.",
    ),
    "WSG610": Code(
        "dangling reference",
        "A `$ref` names something that is not in the document.",
        "Define it, or correct the reference.",
    ),
    "WSG611": Code(
        "circular reference",
        "A `$ref` that leads back to itself has no value.",
        "Let one of the references be replaced by a value.",
    ),
    "WSG612": Code(
        "referenced file missing",
        "A `$ref` names a file that does not exist beside the document.",
        "Correct the path; it is relative to the document.",
    ),
    "WSG613": Code(
        "reference to another kind",
        "A `$ref` leads to a component of another kind than this place needs.",
        "Refer to a component of the kind that the help names.",
    ),
    "WSG614": Code(
        "unused component",
        "What no reference uses is mostly a leftover or a misspelt reference.",
        "Remove it, or refer to it.",
    ),
    "WSG620": Code(
        "operation's channel is not the document's own",
        "An operation must name one of `channels` of this document by reference.",
        "Write `#/channels/<name>`.",
    ),
    "WSG621": Code(
        "message of another channel",
        "The messages of an operation and its reply must be among those of their channel.",
        "Refer to the channel's own messages, or add the message to the channel.",
    ),
    "WSG622": Code(
        "unknown server",
        "A channel names a server that the document does not have.",
        "Define it in `servers`, or correct the name.",
    ),
    "WSG623": Code(
        "unknown security scheme",
        "A security requirement names a scheme that `components.securitySchemes` does not have.",
        "Define it, or correct the name.",
    ),
    "WSG630": Code(
        "undeclared address parameter",
        "A name in braces in a channel's address has no entry in `parameters`.",
        "Declare it, or correct its name.",
    ),
    "WSG631": Code(
        "parameter not in the address",
        "A declared parameter can never have a value: the address does not contain it.",
        "Put it into the address in braces, or remove it.",
    ),
    "WSG632": Code(
        "query or fragment in an address",
        "Channel addresses are paths; queries and fragments are not part of them.",
        "Describe the query in the channel's bindings.",
    ),
    "WSG633": Code(
        "undeclared server variable",
        "A name in braces in a server's address has no entry in `variables`.",
        "Declare it, or correct its name.",
    ),
    "WSG634": Code(
        "unused server variable",
        "A declared variable is not in the server's address.",
        "Put it into the address in braces, or remove it.",
    ),
    "WSG635": Code(
        "default is not an allowed value",
        "The default of a server variable is not among those that its `enum` lists.",
        "Correct the default or the list.",
    ),
    "WSG640": Code(
        "duplicate operationId",
        "Generators make one function or page of each operationId.",
        "Choose another for one of them.",
    ),
    "WSG641": Code(
        "duplicate messageId",
        "A messageId names one message in the whole document.",
        "Choose another for one of them.",
    ),
    "WSG642": Code(
        "duplicate tag",
        "Two tags of one name cannot both be described.",
        "Keep one of them.",
    ),
    "WSG650": Code(
        "example does not match its message",
        "An example that the schema refuses misleads who reads it.",
        "Correct the example or the schema.",
    ),
    "WSG651": Code(
        "example does not match its schema",
        "An example that the schema refuses misleads who reads it.",
        "Correct the example or the schema.",
    ),
    "WSG660": Code(
        "models cannot be imported",
        "The schemas come from the models, and importing them failed or took too long.",
        "Install what they need, or name the folder they are importable from in `sources`.",
    ),
    "WSG661": Code(
        "no JSON schema for a type",
        "pydantic cannot describe the type as a JSON schema, so no document can.",
        "Use types that have one, or give the model a `__get_pydantic_json_schema__`.",
    ),
    "WSG662": Code(
        "AsyncAPI document not current",
        "A document differs from what the sources and models say now.",
        "Run `wsgen asyncapi export` again and commit the result.",
    ),
    "WSG663": Code(
        "two modules share a channel",
        "In one document, channels have unique names and addresses.",
        "Give the modules different names and endpoints, or export with --per-module.",
    ),
    "WSG664": Code(
        "wrong AsyncAPI setting",
        "A setting in [tool.wsgen.asyncapi] is unknown or has the wrong type.",
        "Write it as the help shows.",
    ),
    "WSG665": Code(
        "example does not match its model",
        "An example in ws.yaml is what clients are shown and start from, so its model must accept it.",
        "Correct the example at the place shown, or the model.",
    ),
}

_CONFIGURATION: dict[str, Code] = {
    "WSG900": Code(
        "settings cannot be read",
        "pyproject.toml or wsgen.toml is not valid TOML, not UTF-8, too large or not readable.",
        "Correct the file at the place shown.",
    ),
    "WSG901": Code(
        "unknown setting",
        "A key in [tool.wsgen] means nothing to wsgen; a misspelt setting would silently do nothing.",
        "Use the name that the help suggests; docs/configuration.md lists all settings.",
    ),
    "WSG902": Code(
        "wrong setting",
        "A setting has a value of the wrong type or out of range.",
        "Write it as the help shows; docs/configuration.md describes each setting.",
    ),
    "WSG903": Code(
        "path leaves the project",
        "wsgen reads and writes below the project's folder only.",
        "Name a path below the folder that holds pyproject.toml or wsgen.toml.",
    ),
    "WSG904": Code(
        "setting names nothing",
        "A file or folder that a setting names does not exist.",
        "Create it or correct the path.",
    ),
    "WSG990": Code(
        "more problems",
        "Of one file the first hundred problems are shown; most of the others tend to have the same cause.",
        "Correct those that are shown, then run the command again.",
    ),
}

CODES: dict[str, Code] = {
    **_YAML,
    **_PYTHON,
    **_TYPES,
    **_FILES,
    **_QUALITY,
    **_ASYNCAPI,
    **_CONFIGURATION,
}
