"""Check that the types that a source names exist in the project and can be sent, as far as syntax shows it."""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.machinery import PathFinder
from pathlib import Path
from types import MappingProxyType

from wsgen.diagnostics import Diagnostic, Note, Severity, Span
from wsgen.environment import Environment, has_package
from wsgen.load.python.bindings import Imported, Local, qualified
from wsgen.load.python.project_modules import ModuleFile, ProjectModules
from wsgen.load.types.grammar import TypeNode
from wsgen.names import did_you_mean, nearest

_BUILTINS = frozenset({"dict", "float", "int", "list", "object", "set", "str", "tuple"})
# What makes something else than a model, whatever the arguments; `cast` or `new_class` may well give a model.
_MAKERS = frozenset(
    {
        "Enum",
        "IntEnum",
        "NamedTuple",
        "NewType",
        "StrEnum",
        "TypedDict",
        "TypeVar",
        "make_dataclass",
        "namedtuple",
    }
)
_Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Call
_TAKES_TYPED_DICT = (3, 12)
"""The version of Python since which pydantic takes the `TypedDict` of its standard library."""
_STEPS = 20
"""How many imports and bases are followed: they may lead in a circle."""


class TypeNames:
    """Looks up the types of sources in the modules of a project, with other packages in its `environment`."""

    def __init__(self, roots: tuple[Path, ...], environment: Environment) -> None:
        self._environment = environment
        self.modules = ProjectModules(roots)
        self._similar: dict[str, str | None] = {}
        self._fit: set[tuple[str, str, bool]] = set()

    def check(
        self,
        named: Iterable[tuple[TypeNode, bool]],
        places: Mapping[str, Span] = MappingProxyType({}),
        *,
        generic: bool = False,
    ) -> Iterator[Diagnostic]:
        """Yield what is wrong with the names of types, each given with whether it is a request.

        A module that does not exist is reported once: at its position in `places`, or else at the first type.
        How a `generic` class of the project uses its types is not known, so they only have to exist.
        """
        missing: set[str] = set()
        for whole, is_request in named:
            for node in _imported(whole):
                module = node.module or ""
                if module in missing:
                    continue
                if (
                    problem := self._missing_module(module, places.get(module, node.span))
                ) is not None:
                    missing.add(module)
                    yield problem
                elif (problem := self._missing_name(module, node)) is not None:
                    yield problem
                elif not generic:
                    yield from self._unfit(node, module, is_request=is_request and node is whole)

    def _missing_module(self, module: str, span: Span) -> Diagnostic | None:
        files = self.modules.files(module)
        if files is None:
            return self._unknown_package(module, span)
        if files:
            return None
        close = self.modules.like(module)
        help_text = f"Did you mean `{close}`?" if close else "Correct the name, or add the module."
        return Diagnostic("WSG309", f"the project has no module `{module}`", span, help=help_text)

    def _missing_name(self, module: str, node: TypeNode) -> Diagnostic | None:
        name = node.name.partition(".")[0]
        if self.modules.holds(module, name):
            return None
        files = self.modules.files(module) or ()
        known = {each for file in files for each in file.top if not each.startswith("_")}
        define = f"Define it there, or name the module that has it: `package.module:{name}`."
        help_text = did_you_mean(name, sorted(known), define)
        return Diagnostic(
            "WSG309", f"`{module}` does not define `{name}`", node.span, help=help_text
        )

    def _unknown_package(self, module: str, span: Span) -> Diagnostic | None:
        """Return a warning for a package that is not installed and has nearly the name of one of the project.

        It is only a warning, since the package may be installed where the code runs.
        """
        top, dot, rest = module.partition(".")
        if top not in self._similar:
            packages = self.modules.packages() - {top}
            here = top in sys.stdlib_module_names or self._is_installed(top)
            here = here or any((root / top).exists() for root in self.modules.roots)
            self._similar[top] = None if here else nearest(top, sorted(packages))
        if (close := self._similar[top]) is None:
            return None
        message = f"there is no package `{top}`, neither in the project nor in its environment"
        help_text = f"Did you mean `{close}{dot}{rest}`?"
        return Diagnostic("WSG309", message, span, help=help_text, severity=Severity.WARNING)

    def _is_installed(self, top: str) -> bool:
        python = self._environment
        if not python.packages or has_package(python, top):  # without any, it is not known
            return True
        return python.is_running and PathFinder.find_spec(top) is not None

    def _unfit(self, node: TypeNode, module: str, *, is_request: bool) -> Iterator[Diagnostic]:
        """Yield why the class of `node`, which exists, cannot be a request or cannot be data.

        Modules share models, so that classes without problems are looked up once.
        """
        use = (module, node.name, is_request)
        if use not in self._fit:
            problems = list(self._problems(node, module, is_request=is_request))
            if not problems:
                self._fit.add(use)
            yield from problems

    def _problems(self, node: TypeNode, module: str, *, is_request: bool) -> Iterator[Diagnostic]:
        if any(node.name in file.models for file in self.modules.files(module) or ()):
            return
        found = self._definition(module, node.name)
        if found is None:
            return
        file, stmt = found
        note = Note("it is defined here", Span(file.path, stmt.lineno, stmt.col_offset + 1))
        if isinstance(stmt, ast.ClassDef | ast.Call):
            kinds = list(self._ancestors(file, stmt, _STEPS))
            python = self._environment
            if ("typing", "TypedDict") in kinds and python.numbers < _TAKES_TYPED_DICT:
                what = f"`{node.name}`, a `typing.TypedDict`, on Python {python.version}"
                message = f"pydantic cannot validate {what}"
                help_text = f"Import `TypedDict` from `typing_extensions` in {file.path.name}."
                yield Diagnostic("WSG310", message, node.span, help=help_text, notes=(note,))
                return
            if not is_request or not all(_is_plain(kind) for kind in kinds):
                return
            problem = f"`{node.name}` does not inherit `pydantic.BaseModel`"
        elif is_request:
            problem = f"`{node.name}` is a function"
        else:
            return
        message = f"a request must be a pydantic model, and {problem}"
        help_text = f"Let it inherit `BaseModel` in {file.path.name}, or name a model that does."
        yield Diagnostic("WSG302", message, node.span, help=help_text, notes=(note,))

    def _definition(
        self, module: str, name: str, steps: int = _STEPS
    ) -> tuple[ModuleFile, _Definition] | None:
        """Return what defines `name`, through imports and aliases; None if that is not sure."""
        files = self.modules.files(module)
        if not files or not steps or files[0].is_dynamic or files[0].stars:
            return None
        match files[0].top.get(name):
            case [ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef() as stmt]:
                return files[0], stmt
            case [Local(value=ast.Call() as call)]:
                return files[0], call
            case [Local(value=ast.Name(id=other))]:
                return self._definition(module, other, steps - 1)
            case [Imported(module=str(origin), name=str(other))]:
                return self._definition(origin, other, steps - 1)
        return None

    def _ancestors(
        self, file: ModuleFile, stmt: ast.ClassDef | ast.Call, steps: int
    ) -> Iterator[tuple[str, str] | None]:
        """Yield the classes of other packages that `stmt` inherits, as module and name; None for unknown ones."""
        if isinstance(stmt, ast.Call):
            bases = [stmt.func]
        else:
            bases = stmt.bases
            changed = any(keyword.arg != "total" for keyword in stmt.keywords)
            if changed or not all(map(_keeps_class, stmt.decorator_list)) or not steps:
                yield None
        for base in bases:
            expr = base.value if isinstance(base, ast.Subscript) else base
            module, name = _origin(expr, file)
            if isinstance(stmt, ast.Call) and name not in _MAKERS:
                yield None
                continue
            if module is None:
                yield ("builtins", name) if name in _BUILTINS else None
                continue
            found = self._definition(module, name, steps) if steps else None
            if found is not None and isinstance(found[1], ast.ClassDef | ast.Call):
                yield from self._ancestors(found[0], found[1], steps - 1)
            else:
                yield module, name


def _imported(node: TypeNode) -> Iterator[TypeNode]:
    """Yield the parts of a type that are imported."""
    if node.module is not None:
        yield node
    for part in node.args:
        yield from _imported(part)


def _origin(expr: ast.expr, file: ModuleFile) -> tuple[str | None, str]:
    """Return the module and the name of what the expression `expr` of `file` stands for."""
    binding, rest = qualified(expr, file.unique)
    if (
        isinstance(binding, Imported)
        and binding.module
        and "." not in (name := binding.member(rest))
    ):
        return binding.module, name
    if isinstance(binding, Local) and isinstance(expr, ast.Name) and len(file.top[expr.id]) == 1:
        return ".".join(file.name), expr.id
    return None, rest if binding is None else ""


def _keeps_class(decorator: ast.expr) -> bool:
    func = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    return name in ("dataclass", "final", "runtime_checkable", "total_ordering", "unique")


def _is_plain(kind: tuple[str, str] | None) -> bool:
    """Return whether a class is of the standard library and surely no pydantic model."""
    return kind is not None and (kind[0] == "builtins" or kind[0] in sys.stdlib_module_names)
