"""WSG6xx: what can be wrong with an AsyncAPI document, or with its export."""

from wsgen.codes.code import Code

ASYNCAPI_DOCUMENTS: dict[str, Code] = {
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
