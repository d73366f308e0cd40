"""WSG3xx: what can be wrong with a type expression."""

from wsgen.codes.code import Code

TYPE_EXPRESSIONS: dict[str, Code] = {
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
