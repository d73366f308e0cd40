"""Type trees -> TypeRefs: the checks that hold whatever file a type comes from."""

from wsgen.load.sourcetext import unreadable
from wsgen.load.types.grammar import MAX_NESTING, TYPING, TypeNode
from wsgen.model import ELLIPSIS, UNION, TypeRef

MAX_PARTS = 64

_GENERICS = {
    "list": (1, 1, "list[Bar]"),
    "set": (1, 1, "set[str]"),
    "frozenset": (1, 1, "frozenset[str]"),
    "dict": (2, 2, "dict[str, Bar]"),
    "tuple": (1, MAX_PARTS, "tuple[str, int]"),
}
"""Builtins with types in brackets: how many at least and at most, and an example."""

_TYPING = frozenset({"typing", "typing_extensions"})
_RENAMED = {
    "Dict": "dict",
    "FrozenSet": "frozenset",
    "List": "list",
    "Set": "set",
    "Tuple": "tuple",
}
_NONE = TypeRef(name="None")


def request_type(node: TypeNode) -> TypeRef:
    """Return the type of a request.

    Raises UnreadableError unless it is one plain model.
    """
    ref = data_type(node)
    if node.args or not ref.is_model:
        help_text = "Name the pydantic model that a client sends to subscribe."
        raise unreadable(
            "WSG302", f"a request is one model, not `{shown(ref)}`", node.span, help_text
        )
    return ref


def data_type(node: TypeNode) -> TypeRef:
    """Return the type of updates.

    Raises UnreadableError at the first part that no update can have.
    """
    ref = _build(node, 0)
    if ref.name == "None":
        help_text = "Name the model that each update carries."
        raise unreadable("WSG308", "`None` alone has no content", node.span, help_text)
    if ref.args and len(_parts(ref)) > MAX_PARTS:
        help_text = "Name the type in your models."
        raise unreadable(
            "WSG306", f"the type has more than {MAX_PARTS} parts", node.span, help_text
        )
    return ref


def is_refused(node: TypeNode) -> bool:
    """Return whether `node` is a name of `typing` that no type here can have, whatever its arguments."""
    written_otherwise = {*_RENAMED, "Optional", "Union"}
    return node.module in _TYPING and node.name in TYPING.keys() - written_otherwise


def shown(ref: TypeRef) -> str:
    """Return `ref` as a reader would write it, without modules."""
    if ref.name == UNION:
        return " | ".join(shown(arg) for arg in ref.args)
    return f"{ref.name}[{', '.join(map(shown, ref.args))}]" if ref.args else ref.name


def _build(node: TypeNode, depth: int) -> TypeRef:
    if depth > MAX_NESTING * 2:
        help_text = "Name the inner type in your models."
        raise unreadable("WSG306", "the type is nested too deeply", node.span, help_text)
    name, module = node.name, node.module
    if name == ELLIPSIS:
        help_text = "Write `tuple[int, ...]` for a tuple of any length, or a `list`."
        raise unreadable("WSG300", "`...` can only end a `tuple` of one type", node.span, help_text)
    if module in _TYPING:
        if is_refused(node):
            raise unreadable("WSG305", f"`{name}` is not supported", node.span, TYPING[name])
        if name in ("Optional", "Union"):
            return _named_union(node, depth)
        if name in _RENAMED:
            name, module = _RENAMED[name], None
    given = node.args
    # `tuple[int, ...]` has any number of them; everywhere else `...` is wrong.
    is_open = (name, module, len(given)) == ("tuple", None, 2) and given[1].name == ELLIPSIS
    args = tuple(_build(arg, depth + 1) for arg in (given[:1] if is_open else given))
    if is_open:
        return TypeRef(name=name, args=(*args, TypeRef(name=ELLIPSIS)))
    if name == UNION:
        return _union(args)
    if module is None:
        _check_builtin(name, node, args)
    return TypeRef(name=name, module=module, args=args)


def _union(members: tuple[TypeRef, ...]) -> TypeRef:
    """Return the union of `members`, flat and each once, as Python would read it."""
    flat = [one for ref in members for one in (ref.args if ref.name == UNION else (ref,))]
    unique = tuple(dict.fromkeys(flat))
    return unique[0] if len(unique) == 1 else TypeRef(name=UNION, args=unique)


def _named_union(node: TypeNode, depth: int) -> TypeRef:
    if not node.args or (node.name == "Optional" and len(node.args) != 1):
        wanted = "one type" if node.name == "Optional" else "types"
        help_text = "Write `Bar | None`." if node.name == "Optional" else "Write `Bar | Quote`."
        raise unreadable(
            "WSG303", f"`{node.name}` needs {wanted} in brackets", node.span, help_text
        )
    args = tuple(_build(arg, depth + 1) for arg in node.args)
    return _union((*args, _NONE) if node.name == "Optional" else args)


def _check_builtin(name: str, node: TypeNode, args: tuple[TypeRef, ...]) -> None:
    least, most, example = _GENERICS.get(name, (0, 0, name))
    if not least <= len(args) <= most:
        help_text = f"Write it like `{example}`." if most else f"Write `{name}`."
        message = f"`{name}` takes no types in brackets"
        if most:
            wanted = "one type" if most == 1 else "a key and a value type" if most == 2 else "types"
            message = f"`{name}` needs {wanted} in brackets, not {len(args) or 'none'}"
        raise unreadable("WSG303", message, node.span, help_text)
    if name == "dict" and not (args[0].name in ("str", "int") or args[0].is_model):
        message = f"`{shown(args[0])}` cannot be a key in JSON"
        help_text = "Use `str`, `int`, or an enum of your models as the key."
        raise unreadable("WSG304", message, node.args[0].span, help_text)
    if name in ("set", "frozenset") and args[0].name in ("dict", "list", "set"):
        message = f"`{shown(args[0])}` cannot be in a set: it is not hashable"
        raise unreadable("WSG304", message, node.args[0].span, "Use a `list` of them.")
    if "None" in (arg.name for arg in args) and name in ("list", "set", "frozenset"):
        raise unreadable(
            "WSG308", f"`{name}[None]` has no content", node.span, "Name what it holds."
        )


def _parts(ref: TypeRef) -> list[TypeRef]:
    return [ref, *(part for arg in ref.args for part in _parts(arg))]
