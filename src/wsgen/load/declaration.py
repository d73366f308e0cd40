"""What one source file declares, with the places: what both loaders give and the module is united from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wsgen.diagnostics import Span
from wsgen.load.python.constructor_calls import Argument
from wsgen.load.types.grammar import TypeNode
from wsgen.model import Delivery, Example, TypeRef


@dataclass(frozen=True, slots=True)
class RouterDeclaration:
    """One router as a file declares it.

    `request`, `data` and types of `further` are None where they are wrong and reported; `route`, `tags` and
    `security` where the file is silent. `spans` has the places of the fields it names, `span` that of the class
    name.
    """

    class_name: str
    span: Span
    request: TypeRef | None = None
    data: TypeRef | None = None
    route: str | None = None
    tags: tuple[str, ...] | None = None
    summary: str = ""
    description: str = ""
    deprecated: bool = False
    delivery: Delivery = field(default_factory=Delivery)
    security: tuple[str, ...] | None = None
    examples: tuple[Example, ...] = ()
    spans: Mapping[str, Span] = field(default_factory=dict)
    further: tuple[TypeRef | None, ...] = ()

    def place(self, key: str) -> Span:
        """Return where field `key` stands, or else the class name."""
        return self.spans.get(key, self.span)


@dataclass(frozen=True, slots=True)
class FileDeclaration:
    """One source file: its routers in the order of the file, and what it says of the whole module.

    `arguments` are what its calls pass to router classes that another file declares; `named` are all types that
    it names, each with whether it is a request. `models` is the package of its bare names, if it says so itself.
    """

    routers: tuple[RouterDeclaration, ...] = ()
    module: str | None = None
    description: str = ""
    endpoint: str | None = None
    tags: tuple[str, ...] = ()
    security: tuple[str, ...] = ()
    arguments: tuple[Argument, ...] = ()
    spans: Mapping[str, Span] = field(default_factory=dict)
    named: tuple[tuple[TypeNode, bool], ...] = ()
    models: str | None = None
