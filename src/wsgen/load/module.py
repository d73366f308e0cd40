"""A module's source files -> one ModuleSpec: merge what they declare, and make the checks that need all of it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Note, Span, has_errors, in_order
from wsgen.discovery.inputs import template_of
from wsgen.load.class_names import check_class_name, check_free
from wsgen.load.command_rules import command_problems, no_commands
from wsgen.load.declaration import CommandDeclaration, FileDeclaration, RouterDeclaration
from wsgen.load.python.aliases import load_python
from wsgen.load.python.type_names import TypeNames
from wsgen.load.router_rules import contradictions, not_for_generic_class
from wsgen.load.sentences import problem_of
from wsgen.load.sourcetext import UnreadableError, read_source
from wsgen.load.yaml.reader import load_yaml
from wsgen.manifest import digest
from wsgen.model import CommandSpec, ModuleSpec, RouterSpec
from wsgen.names import default_route, did_you_mean
from wsgen.settings.config import Config
from wsgen.source import ModuleSource, Positions, is_yaml

_INHERITED = ("tags", "security")
"""Fields of a module that are the defaults of its routers."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a module gave: `spec` is None where a diagnostic is an error.

    `digests` has the digest of each source file's bytes as they were parsed.
    """

    spec: ModuleSpec | None
    positions: Positions
    diagnostics: tuple[Diagnostic, ...]
    digests: Mapping[Path, str] = field(default_factory=dict)


def load_module(
    source: ModuleSource,
    config: Config,
    *,
    assumed: str | None = None,
    types: TypeNames | None = None,
) -> Loaded:
    """Return the spec of `source`, the places of what it says, and all diagnostics in order.

    Types that a `ws.py` does not import are taken from the package `assumed`; without it they are errors. Its
    aliases may have more than two types if routers are made from a generic class of the project. `types` looks
    up names in the project's modules and keeps what it has read.
    """
    types = types or TypeNames(config.sources, config.environment)
    generic = template_of(source, config) is not None
    found: list[Diagnostic] = []
    yaml = python = FileDeclaration()
    digests: dict[Path, str] = {}
    for path in source.files:
        try:
            data = read_source(path)
        except UnreadableError as error:
            found.extend(error.diagnostics)
            continue
        digests[path] = digest(data)
        if is_yaml(path) and path != source.yaml_file:
            found.append(_second(path, source.yaml_file))
        elif is_yaml(path):
            yaml = load_yaml(path, data, config.models, found)
            models = yaml.fields.get("models")
            places = {models: yaml.spans["models"]} if models else {}
            found.extend(types.check(yaml.named, places, generic=generic))
        else:
            more = load_python(
                path,
                data,
                config.sources,
                found,
                assumed=assumed,
                generic=generic,
                declared=[router.class_name for router in yaml.routers],
                package=source.output.name,
            )
            found.extend(_contradictions(yaml, more))
            found.extend(types.check(more.named, generic=generic))
            python = replace(more, routers=_merged(python.routers, more.routers, found))
    found.extend(_unknown_schemes(yaml, config.security_schemes))
    if not generic:  # else it depends on that class, which is read when routers are made from it
        declared = (*yaml.routers, *python.routers)
        taken = ((check_free(router.class_name), router.span) for router in declared)
        found.extend(problem.at(span) for problem, span in taken if problem)
    else:
        for router in yaml.routers:
            found.extend(not_for_generic_class(router))
        found.extend(no_commands(yaml))
    return replace(united(source, yaml, python, found), digests=digests)


def _second(file: Path, first: Path) -> Diagnostic:
    """Return the diagnostic that a module has two YAML sources, of which nobody knows which counts."""
    message = f"{first.name} and {file.name} are both in the folder of one module"
    help_text = f"Put all routers into {first.name}, and remove {file.name}."
    note = Note("the other file", Span(first))
    return Diagnostic("WSG129", message, Span(file), help=help_text, notes=(note,))


def united(
    source: ModuleSource, yaml: FileDeclaration, python: FileDeclaration, found: list[Diagnostic]
) -> Loaded:
    """Return what the files of `source` declare together; `found` has the diagnostics of each file."""
    routers = _merged(yaml.routers, python.routers, found)
    routes = {router.class_name: _route(router, found) for router in routers}
    found.extend(_collisions(routers, routes))
    found.extend(_module_name(source, yaml))
    if not any(item.code == "WSG111" for item in found):  # else a key may be there, misspelt
        for router in routers:
            found.extend(contradictions(router))
    found.extend(command_problems(yaml.commands, routers, routes))
    positions = dict(yaml.spans)
    for command in yaml.commands:
        positions[f"commands.{command.class_name}"] = command.span
        for key, span in command.spans.items():
            positions[f"commands.{command.class_name}.{key}"] = span
    for router in routers:
        positions[router.class_name] = router.span
        for key, span in router.spans.items():
            positions[f"{router.class_name}.{key}"] = span
    diagnostics = in_order(found)
    if has_errors(diagnostics):
        return Loaded(None, positions, diagnostics)
    specs = [_spec(router, routes[router.class_name], yaml) for router in routers]
    commands = [_command_spec(command, yaml) for command in yaml.commands]
    given = {key: yaml.fields[key] for key in ModuleSpec.model_fields if key in yaml.fields}
    own = {"name": source.name, "version": source.version}
    declared = {"routers": specs, "commands": commands}
    version = f"/{source.version}" if source.version else ""
    default = {"endpoint": f"/{source.name}/ws{version}"}
    spec = ModuleSpec.model_validate(default | given | own | declared)
    return Loaded(spec, positions, diagnostics)


def _spec(router: RouterDeclaration, route: str, module: FileDeclaration) -> RouterSpec:
    """Return the spec of `router`, which takes some of what it leaves out from `module`."""
    inherited = {key: module.fields[key] for key in _INHERITED if key in module.fields}
    own = {"class_name": router.class_name, "route": route, "further": router.further}
    return RouterSpec.model_validate({**inherited, **router.fields, **own})


def _command_spec(command: CommandDeclaration, module: FileDeclaration) -> CommandSpec:
    """Return the spec of `command`, which takes some of what it leaves out from `module`."""
    inherited = {key: module.fields[key] for key in _INHERITED if key in module.fields}
    own = {"class_name": command.class_name}
    return CommandSpec.model_validate({**inherited, **command.fields, **own})


def _route(router: RouterDeclaration, found: list[Diagnostic]) -> str:
    """Return the route that `router` names or that follows from its class; empty if it is wrong."""
    if "route" in router.spans:
        return str(router.fields.get("route", ""))
    route = default_route(router.class_name)
    problem = problem_of(("routers", router.class_name, "route"), route)
    if problem and not check_class_name(router.class_name):
        message = f"the route has to be named, since {problem.message}"
        help_text = "Name one that says what it carries: `route: bars`."
        found.append(Diagnostic("WSG120", message, router.span, help=help_text))
    return route


def _merged(
    first: tuple[RouterDeclaration, ...],
    second: tuple[RouterDeclaration, ...],
    found: list[Diagnostic],
) -> tuple[RouterDeclaration, ...]:
    """Return the routers of both files; those in both must say the same, `first` says more."""
    known = {router.class_name: router for router in first}
    for router in second:
        if router.class_name in known:
            same = known[router.class_name]
            found.extend(_disagreement(same, router))
            # Only an alias can say more than two types.
            spans = {**router.spans, **same.spans}
            known[router.class_name] = replace(same, further=router.further, spans=spans)
    return (*known.values(), *(router for router in second if router.class_name not in known))


def _disagreement(yaml: RouterDeclaration, python: RouterDeclaration) -> Iterator[Diagnostic]:
    """Report each type that is another in `python` than in `yaml`."""
    for key in ("request", "data"):
        here, there = yaml.fields.get(key), python.fields.get(key)
        if there and here != there and (here or key not in yaml.spans):
            yield _different(
                yaml.class_name,
                key,
                str(here or ""),
                str(there),
                yaml.place(key),
                python.place(key),
            )


def _contradictions(yaml: FileDeclaration, python: FileDeclaration) -> Iterator[Diagnostic]:
    """Report each call that builds a router with another route or other tags than `yaml` gives it."""
    routers = {router.class_name: router for router in yaml.routers}
    for item in python.arguments:
        router = routers[item.class_name]
        if isinstance(item.value, str):
            here = router.fields.get("route") or default_route(router.class_name)
            there = item.value
        else:
            tags = router.fields.get("tags", yaml.fields.get("tags", ()))
            here, there = ", ".join(tags), ", ".join(item.value)
            if not tags and "tags" not in router.fields:
                continue  # What the ws.yaml leaves out it does not deny.
        if here != there:
            place = router.place(item.key)
            if item.key not in router.spans:
                place = yaml.spans.get(item.key, place)
            yield _different(router.class_name, item.key, here, there, place, item.span)


def _different(
    class_name: str, key: str, here: str, there: str, place: Span, other: Span
) -> Diagnostic:
    said = f"has {key} `{here}` here and" if here else f"has no {key} here, but"
    return Diagnostic(
        "WSG125",
        f"`{class_name}` {said} `{there}` in {other.path.name}",
        place,
        help="Make both say the same, or remove one of the two.",
        notes=(Note(f"{key} `{there}` here", other),),
    )


def _collisions(
    routers: tuple[RouterDeclaration, ...], routes: dict[str, str]
) -> Iterator[Diagnostic]:
    """Report classes that would share a file, and routers that would share a route."""
    files: dict[str, RouterDeclaration] = {}
    taken: dict[str, RouterDeclaration] = {}
    for router in routers:
        name = router.class_name
        first = files.setdefault(name.lower(), router)
        if first is not router:
            yield Diagnostic(
                "WSG118",
                f"`{name}` and `{first.class_name}` would both be in {name.lower()}.py",
                router.span,
                help="Rename one: they must differ in more than case.",
                notes=(Note(f"`{first.class_name}` is here", first.span),),
            )
            continue
        other = taken.setdefault(routes[name], router) if routes[name] else router
        if other is not router:
            place, there = router.place("route"), other.place("route")
            if place == there:  # by an alias, both have the text at its anchor
                place, there = router.span, other.span
            yield Diagnostic(
                "WSG119",
                f"`{name}` and `{other.class_name}` have one route: `{routes[name]}`",
                place,
                help="Give one another `route`.",
                notes=(Note(f"`{other.class_name}` has it here", there),),
            )


def _unknown_schemes(yaml: FileDeclaration, known: Collection[str]) -> Iterator[Diagnostic]:
    """Report each security scheme that the module or a router names and that is not defined."""
    named = [(yaml.fields, yaml.spans)]
    named += [(router.fields, router.spans) for router in yaml.routers]
    named += [(command.fields, command.spans) for command in yaml.commands]
    for fields, spans in named:
        for name in fields.get("security", ()):
            if name not in known:
                define = "Define it in [tool.wsgen.asyncapi.securitySchemes]."
                help_text = did_you_mean(name, known, define)
                message = f"there is no security scheme `{name}`"
                place = spans.get(f"security.{name}")
                yield Diagnostic("WSG127", message, place, help=help_text)


def _module_name(source: ModuleSource, yaml: FileDeclaration) -> Iterator[Diagnostic]:
    """Report a module name that is not valid, or that discovery, which reads single lines, did not find."""
    if (name := yaml.fields.get("module", source.name)) != source.name:
        message = f"`module` is `{name}`, but it is written so that it is read as `{source.name}`"
        help_text = f"Write it plainly on a line of its own: `module: {name}`."
        yield Diagnostic("WSG122", message, yaml.spans.get("module"), help=help_text)
    elif (
        source.files
        and "module" not in yaml.spans
        and (problem := problem_of(("module",), source.name))
    ):
        place = Span(source.files[0], 1, 1, 1, 1)
        help_text = "Rename the folder, or set `module:` in ws.yaml."
        message = f"the folder's name: {problem.message}"
        yield Diagnostic(problem.code, message, place, help=help_text)
