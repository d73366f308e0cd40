"""The text functions of the founding code: a router from its spec and the generic class, and the exports."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from wsgen.compat.legacy_layout import package_of
from wsgen.compat.specs import RouterSpec
from wsgen.diagnostics import Diagnostic, Span
from wsgen.errors import GenerationError, refuse
from wsgen.files import read_text
from wsgen.load.sourcetext import UnreadableError
from wsgen.load.types.grammar import TypeNode, parse_type
from wsgen.model import ModuleSpec, TypeRef
from wsgen.model import RouterSpec as Router
from wsgen.names import default_route
from wsgen.outputs.contract import RenderContext
from wsgen.outputs.python.generic.parsing import parse_template
from wsgen.outputs.python.generic.specialise import specialise
from wsgen.outputs.python.generic.template import GenericTemplate
from wsgen.outputs.python.routers import render_exports
from wsgen.outputs.python.type_imports import Imports
from wsgen.settings.config import Config
from wsgen.startup.locate import calling_file, settings_of

_FILE = Path("generic_route.py")

# The package of the generic class relative to modules/<name>/ws_generated: four levels up, then shared/ws.
_HOME = ("", "", "", "", "shared", "ws")


def generate_router_code(spec: RouterSpec, template: str) -> str:
    """Return the code of one router: the generic class in the text `template` with the types of `spec`.

    Both types are imported in one line, the request first, from the configured `models`, else from the package
    `models` that the template itself imports from.

    Raises GenerationError, a RuntimeError, if the template cannot be used, or if the package of the types is
    not known.
    """
    caller = calling_file()
    config = settings_of(caller or Path.cwd())
    if package_of(config) is None:
        config = settings_of(Path.cwd())
    parsed = read_template(template, config)
    models = config.models or models_of(parsed)
    if models is None:
        message = (
            f"it is not known where the types of '{spec.class_name}' of module "
            f"'{spec.module_name}' are imported from"
        )
        help_text = "Set `models` in [tool.wsgen], or import from the package in the template."
        raise refuse(Diagnostic("WSG301", message, help=help_text))
    router = Router(
        class_name=spec.class_name,
        route=default_route(spec.class_name),
        request=_type(spec.request_type, models, spec),
        data=_type(spec.data_type, models, spec),
    )
    place = Span(Path(f"{spec.module_name}/ws.py"))
    context = RenderContext("ws.py", {spec.class_name: place})
    return specialise(parsed, router, context, written=_as_declared)


def generate_init_file(specs: Sequence[RouterSpec]) -> str:
    """Return the text of the package's `__init__.py`, which exports the routers of `specs`, sorted."""
    nothing = TypeRef(name="None")
    routers = {
        spec.class_name: Router(class_name=spec.class_name, route="", request=nothing, data=nothing)
        for spec in specs
    }
    name = specs[0].module_name if specs else ""
    module = ModuleSpec(name=name, endpoint="", routers=tuple(routers.values()))
    return render_exports(module, RenderContext("ws.py"))


def read_template(text: str, config: Config) -> GenericTemplate:
    """Return the generic class in `text`; its package is known if the project's file has the same text.

    Raises GenerationError.
    """
    package = package_of(config)
    file = config.template or (package / "shared" / "ws" / "generic_route.py" if package else None)
    if file is not None and _says(file, text):
        return parse_template(file, text, config.sources)
    return parse_template(_FILE, text, home=_HOME)


def models_of(template: GenericTemplate) -> str | None:
    """Return the package `models` that a template imports from, either directly or from a module in it."""
    for module in template.modules:
        parts = module.split(".")
        if "models" in parts:
            return ".".join(parts[: parts.index("models") + 1])
    return None


def _says(file: Path, text: str) -> bool:
    try:
        return read_text(file, "utf-8-sig") == text
    except (OSError, UnicodeDecodeError):
        return False


def _type(text: str, models: str, spec: RouterSpec) -> TypeRef:
    place = Span(Path(f"{spec.module_name}/ws.py"))
    try:
        return _ref(parse_type(text, models, lambda *_: place))
    except UnreadableError as error:
        message = f"'{text}' is not a type for '{spec.class_name}' of module '{spec.module_name}'"
        raise GenerationError(f"{message}: {error}", error.diagnostics) from error


def _ref(node: TypeNode) -> TypeRef:
    return TypeRef(name=node.name, module=node.module, args=tuple(map(_ref, node.args)))


def _as_declared(imports: Imports) -> Iterable[str]:
    """Return an import line for each module; the request comes before the data."""
    modules: dict[str, list[str]] = {}
    for (module, name), alias in imports.names.items():
        modules.setdefault(module, []).append(name if alias == name else f"{name} as {alias}")
    return [f"from {module} import {', '.join(names)}" for module, names in modules.items()]
