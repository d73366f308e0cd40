"""WSG4xx: what can be wrong with generation, generated files, templates and migration."""

from wsgen.codes.code import Code

GENERATED_FILES: dict[str, Code] = {
    "WSG401": Code(
        title="no such source",
        what="A path on the command line or in `paths` is neither a folder nor a source file.",
        why="A misspelt path would otherwise look like a project without modules.",
        fix="Name a folder that holds modules, or a ws.yaml or ws.py.",
        file="console",
        wrong="""
            $ wsgen render specs/datafeed/models.py
        """,
        right="""
            $ wsgen render specs/datafeed
        """,
    ),
    "WSG402": Code(
        title="no such module",
        what="No source below the searched paths declares a module of this name.",
        why="A run for one module must not succeed if that module does not exist.",
        fix="Correct the name; `wsgen list` shows the modules.",
        file="console",
        wrong="""
            $ wsgen render --module datafed
        """,
        right="""
            $ wsgen render --module datafeed
        """,
    ),
    "WSG403": Code(
        title="two modules in one folder",
        what="The `output` setting gives two modules the same folder.",
        why="One package would overwrite the other.",
        fix="Put `{source_dir}`, or both `{module}` and `{version}`, into `output` of [tool.wsgen].",
        file="pyproject.toml",
        wrong="""
            [tool.wsgen]
            output = "src/generated"
        """,
        right="""
            [tool.wsgen]
            output = "src/generated/{module}_{version}"
        """,
    ),
    "WSG404": Code(
        title="template cannot be used",
        what="A Jinja2 template of the project has a mistake, or asks for a value that is not there.",
        why="No router can be rendered from it.",
        fix="Correct it at the line shown; https://wsgen.github.io/wsgen/how-to/templates/ lists the values.",
        file="router.py.jinja",
        wrong="""
            class {{ classname }}:
        """,
        right="""
            class {{ class_name }}:
        """,
    ),
    "WSG405": Code(
        title="folder cannot be written",
        what="A package is not current and its folder cannot be written.",
        why="The app would start with routers that its sources no longer describe. A package that is current "
        "is never written.",
        fix="Render where the folder is writable and ship the result.",
        file="console",
        wrong="""
            $ docker run --read-only app
        """,
        right="""
            $ wsgen render
            $ docker build -t app .
            $ docker run --read-only app
        """,
    ),
    "WSG406": Code(
        title="lock is held",
        what="Another process has been rendering this project for a very long time.",
        why="Two processes that write the same packages would disturb each other.",
        fix="Look for a wsgen process that hangs, and end it; that releases the lock.",
    ),
    "WSG407": Code(
        title="file was edited by hand",
        what="A file in the generated package is not what wsgen wrote. It is kept, and its module is "
        "not rendered.",
        why="Rendering would lose the edit.",
        fix="Move the change to the source or a template; then `wsgen render --force` replaces the "
        "file. If a formatter made it, exclude the generated packages from that formatter.",
        file="console",
        wrong="""
            $ $EDITOR specs/datafeed/ws_generated/barwsrouter.py
            $ wsgen render
        """,
        right="""
            $ $EDITOR specs/datafeed/ws.yaml
            $ wsgen render --force
        """,
    ),
    "WSG408": Code(
        title="not current",
        what="Rendering would change the package: a source, a setting, a template or a tool is newer "
        "than it.",
        why="What is committed is not what the sources say.",
        fix="Run `wsgen render` and commit the result; `wsgen diff` shows what changes.",
        file="console",
        wrong="""
            $ $EDITOR specs/datafeed/ws.yaml
            $ wsgen check
        """,
        right="""
            $ $EDITOR specs/datafeed/ws.yaml
            $ wsgen render
            $ wsgen check
        """,
    ),
    "WSG409": Code(
        title="package without a source",
        what="The ws.yaml or ws.py that a package was made from is gone, but the package can still be "
        "imported.",
        why="An app may still serve routes that nobody declares.",
        fix="Run `wsgen render` or `wsgen clean` to remove the package, or restore the source.",
        file="console",
        wrong="""
            $ git rm specs/datafeed/ws.yaml
            $ wsgen check
        """,
        right="""
            $ git rm specs/datafeed/ws.yaml
            $ wsgen render
            $ wsgen check
        """,
    ),
    "WSG410": Code(
        title="class name is taken",
        what="The generated file imports something else under the router's name.",
        why="The class would hide the import, or the import the class.",
        fix="Rename the router.",
        file="ws.yaml",
        wrong="""
            version: 1
            models: trading_api.models
            routers:
              Delivery: {request: BarsRequest, data: Bar}
        """,
        right="""
            version: 1
            models: trading_api.models
            routers:
              DeliveryWsRouter: {request: BarsRequest, data: Bar}
        """,
    ),
    "WSG411": Code(
        title="package that cannot be imported",
        what="A folder on the way to the generated package has the name of a keyword, such as `class`, or is "
        "not a Python name, such as `order-book`.",
        why="No import statement can name the package.",
        fix="Rename the folder, set `output` in [tool.wsgen] to another place, or add the folder to `sources` if "
        "modules are imported from there.",
        file="console",
        wrong="""
            $ wsgen render specs/order-book
        """,
        right="""
            $ git mv specs/order-book specs/order_book
            $ wsgen render specs/order_book
        """,
    ),
    "WSG412": Code(
        title="package that git ignores",
        what="A rule of git ignores the generated package.",
        why="Generated packages are committed with their sources. One that git ignores is missing in every fresh "
        "clone, where `wsgen check` then fails.",
        fix="Remove the rule from the file shown, or add an exception such as `!ws_generated/` after "
        "it.",
        file=".gitignore",
        wrong="""
            *_generated/
        """,
        right="""
            *_generated/
            !ws_generated/
        """,
    ),
    "WSG413": Code(
        title="no module found",
        what="The searched folders hold no source that declares routers. `check`, `diff` and `validate` fail, "
        "other commands warn.",
        why="A gate that has looked at nothing must not pass: a wrong path would switch it off unnoticed.",
        fix="Do what the help says: rename the file, correct `paths` or PATH, or add `--all-projects` if the "
        "modules are in projects with settings of their own.",
        file="console",
        wrong="""
            $ wsgen check docs
        """,
        right="""
            $ wsgen check
            $ wsgen check --all-projects
        """,
    ),
    "WSG415": Code(
        title="cache is not used",
        what="The folder .wsgen_cache is a link or has links in it, or git tracks files in it.",
        why="What is written through a link is written elsewhere, and a cache that came with a clone proves "
        "nothing about this machine. Without the cache, each run does all the work again.",
        fix="Remove the link, or stop tracking the folder with git; wsgen creates it again.",
        file="console",
        wrong="""
            $ ln -s /tmp/shared .wsgen_cache
        """,
        right="""
            $ rm .wsgen_cache
        """,
    ),
    "WSG420": Code(
        title="generic class cannot be read",
        what="The file that `template` names, or the legacy layout's generic_route.py, is not valid "
        "Python.",
        why="The routers are made from the class in it.",
        fix="Correct the file at the place shown.",
    ),
    "WSG421": Code(
        title="no generic class",
        what="The template has no class with type parameters.",
        why="A router is the class with types in place of its type parameters.",
        fix="Let the class inherit `Generic[_TRequest, _TData]`, or name another file as `template`.",
        file="generic_route.py",
        wrong="""
            class WsRouter(WsRouterInterface): ...
        """,
        right="""
            class WsRouter(WsRouterInterface, Generic[_TRequest, _TData]): ...
        """,
    ),
    "WSG422": Code(
        title="several generic classes",
        what="The template has more than one class with type parameters.",
        why="It does not say which of them the routers are made from.",
        fix="Move the others to another file and import them.",
        file="generic_route.py",
        wrong="""
            class Topics(Generic[_TData]): ...


            class WsRouter(WsRouterInterface, Generic[_TRequest, _TData]): ...
        """,
        right="""
            from trading_api.shared.ws.topics import Topics


            class WsRouter(WsRouterInterface, Generic[_TRequest, _TData]): ...
        """,
    ),
    "WSG423": Code(
        title="wrong number of type parameters",
        what="An alias gives the generic class fewer or more types than it has type parameters, or the class has "
        "only one.",
        why="Each type parameter needs a type: the request, the data, then any others.",
        fix="Give as many types as the class has parameters, which are two or more.",
        file="generic_route.py",
        wrong="""
            class WsRouter(WsRouterInterface, Generic[_TData]): ...
        """,
        right="""
            class WsRouter(WsRouterInterface, Generic[_TRequest, _TData]): ...
        """,
    ),
    "WSG424": Code(
        title="relative import leads out of the package",
        what="A relative import of the template has more dots than the template has packages around it.",
        why="The generated file is in another folder and needs the absolute name of what is imported.",
        fix="Write the import with its full name, or name the importable folder in `sources`.",
        file="generic_route.py",
        wrong="""
            from .......plugins import WsRouterInterface
        """,
        right="""
            from trading_api.shared.plugins import WsRouterInterface
        """,
    ),
    "WSG425": Code(
        title="type parameter that cannot be replaced",
        what="A type parameter is a ParamSpec or a TypeVarTuple, or its name is assigned again or "
        "exported.",
        why="Only plain type variables can be replaced by types.",
        fix="Use a TypeVar by its own name, for nothing else.",
        file="generic_route.py",
        wrong="""
            _P = ParamSpec("_P")


            class WsRouter(WsRouterInterface, Generic[_P, _TData]): ...
        """,
        right="""
            _TRequest = TypeVar("_TRequest", bound=BaseModel)


            class WsRouter(WsRouterInterface, Generic[_TRequest, _TData]): ...
        """,
    ),
    "WSG426": Code(
        title="type name is taken",
        what="The template uses the name of a type for something else.",
        why="The code of the template would mean another thing once the type is imported.",
        fix="Rename it in the template, or import it there under another name.",
        file="generic_route.py",
        wrong="""
            from charts import Bar
        """,
        right="""
            from charts import Bar as ChartBar
        """,
    ),
    "WSG427": Code(
        title="generic in the template with other types",
        what="The template subscribes its own class, or a generic alias, with other types than its "
        "parameters.",
        why="What is made from the template is no longer generic, so it cannot be given types of its "
        "own.",
        fix="Repeat the parameters as they are declared, or move the generic part to another file and "
        "import it.",
        file="generic_route.py",
        wrong="""
            def chain(self, other: "WsRouter[_TRequest, str]") -> None: ...
        """,
        right="""
            def chain(self, other: "WsRouter[_TRequest, _TData]") -> None: ...
        """,
    ),
    "WSG430": Code(
        title="ws.yaml exists already",
        what="There is a ws.yaml beside the ws.py that is to be migrated, and it declares other "
        "routers.",
        why="`wsgen migrate` writes a new ws.yaml and does not mix its text into one that somebody "
        "wrote.",
        fix="Declare the routers named in the message there, or remove the file; then migrate again.",
    ),
    "WSG431": Code(
        title="migration would change the routers",
        what="The routers rendered from the new ws.yaml are not those rendered from ws.py, so nothing "
        "was written.",
        why="A migration must not change what the app serves.",
        fix="Correct what the message names; otherwise keep ws.py, which continues to work.",
    ),
    "WSG432": Code(
        title="alias is still needed",
        what="Other code imports the alias from ws.py, or ws.py needs the class before its package may "
        "exist.",
        why="Removing the alias would break that import.",
        fix="Import the class from the generated package at the place shown, or put an annotation in "
        "quotes.",
        file="service.py",
        wrong="""
            from trading_api.modules.broker.ws import OrderWsRouter
        """,
        right="""
            from trading_api.modules.broker.ws_generated import OrderWsRouter
        """,
    ),
}
