"""Render the file of a module's commands: the Protocol of their service, their errors, and what serves them."""

from wsgen.model import COMMANDS_FILE_NAMES, COMMANDS_NAMES, CommandSpec, ModuleSpec
from wsgen.outputs.contract import RenderContext
from wsgen.outputs.python.docstrings import docstring
from wsgen.outputs.python.headers import header, summarised
from wsgen.outputs.python.jinja_templates import fill, load_template
from wsgen.outputs.python.literals import call, literal, string, string_tuple
from wsgen.outputs.python.type_imports import Imports

# Names that mean an argument inside of a method.
_INSIDE = frozenset({"self", "service", "request", "context"})


def exported_names(module: ModuleSpec) -> list[str]:
    """Return what the file of the commands exports, sorted."""
    return sorted({*COMMANDS_NAMES, *_errors(module)})


def render_commands(module: ModuleSpec, context: RenderContext) -> str:
    """Return the text of the file that holds the commands.

    Raises GenerationError if a template of the project cannot be used.
    """
    errors = _errors(module)
    types = (ref for command in module.commands for ref in command.types)
    methods = {command.method_name for command in module.commands}
    imports = Imports.of(types, taken=COMMANDS_FILE_NAMES | _INSIDE | methods | {*errors})
    runtime = ["CONTRACT_2", "Command", "CommandContext", "WsCommands"]
    runtime += ["DeclaredError"] if errors else []
    fixed = {"typing": ("Protocol",), "wsgen_runtime": runtime}
    values: dict[str, object] = {
        "header": header(
            f"The commands of the module {module.name!r}.",
            "The commands of a module.",
            context.origin,
        ),
        "imports": imports.blocks(fixed, context.local),
        "doc": docstring(
            summarised(f"Serve the commands of {module.name!r}.", "Serve commands.", 4), 4
        ),
        "errors": [
            {
                "opening": call(
                    f"class {name}(", ["DeclaredError", f"code={literal(code)}"], "):", indent=0
                ),
                "doc": docstring(
                    summarised(f"Answer with the error {code!r}.", "A declared error.", 4), 4
                ),
            }
            for name, code in errors.items()
        ],
        "commands": [_values(command, imports) for command in module.commands],
        "module": module,
        "origin": context.origin,
    }
    return fill(load_template("commands.py.jinja", context.templates), values)


def _errors(module: ModuleSpec) -> dict[str, str]:
    """Return the codes of the declared errors by their names, which are sorted."""
    found: dict[str, str] = {}
    for command in module.commands:
        found |= command.error_codes
    return dict(sorted(found.items()))


def _values(command: CommandSpec, imports: Imports) -> dict[str, object]:
    request, response = imports.expression(command.request), imports.expression(command.response)
    parameters = ("self", f"request: {request}", "context: CommandContext")
    signature = call(f"async def {command.method_name}(", parameters, f") -> {response}:", indent=4)
    summary = command.summary or f"Answer {command.command!r}."
    summary = summarised(summary, "Answer a command.", 8)
    text = f"{summary}\n\n{command.description}" if command.description else summary
    codes = tuple(command.error_codes.values())
    arguments = [
        f"name={string(command.command, indent=16, before='name=')}",
        f"request_type={request}",
        f"response_type={response}",
        f"run=service.{command.method_name}",
    ]
    if codes:
        arguments.append(f"errors={string_tuple(codes, indent=16, before='errors=')}")
    if command.tags:
        arguments.append(f"tags={string_tuple(command.tags, indent=16, before='tags=')}")
    if command.timeout is not None:
        arguments.append(f"timeout={command.timeout!r}")
    if command.deprecated:
        arguments.append("deprecated=True")
    return {
        "spec": command,
        "signature": [line.removeprefix("    ") for line in signature.splitlines()],
        "doc": docstring(text, 8),
        "arguments": arguments,
    }
