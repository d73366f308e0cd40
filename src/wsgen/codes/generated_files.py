"""WSG4xx: what can be wrong with generation, generated files, templates and migration."""

from wsgen.codes.code import Code

GENERATED_FILES: dict[str, Code] = {
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
