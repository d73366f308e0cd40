"""Render what makes a client a package of npm: `package.json`, and the `tsconfig.json` that compiles it."""

import json
import re
from collections.abc import Iterable

from wsgen.outputs.clients.contract import ClientOptions, Json

_TYPESCRIPT = ">=5.6"
_PEERS = {"react": ">=18", "zod": ">=4.3"}
"""What some of the files import; who does not use them needs none of it."""
_COMPILER = {
    "target": "ES2022",
    "lib": ["ES2022", "DOM"],
    "module": "NodeNext",
    "moduleResolution": "NodeNext",
    "strict": True,
    "declaration": True,
    "skipLibCheck": True,
    "types": [],
}


def render_package(document: Json, options: ClientOptions, extras: Iterable[str]) -> dict[str, str]:
    """Return the files by name; the package has an export for each of `extras`, and depends on a runtime."""
    runtime = options.runtime
    exports: Json = {".": _export("index")}
    exports |= {f"./{extra}": _export(extra) for extra in extras}
    package: Json = {
        "name": options.package,
        "version": _version(document),
        "type": "module",
        "sideEffects": False,
        "exports": {**exports, "./package.json": "./package.json"},
        "files": ["*.js", "*.d.ts"],
        "scripts": {"prepack": "tsc"},
        "devDependencies": {"typescript": _TYPESCRIPT, **_compiled_with(options)},
    }
    if runtime is not None:
        parts = runtime.split("/")
        package["dependencies"] = {"/".join(parts[: 2 if runtime.startswith("@") else 1]): "*"}
    if peers := {name: _PEERS[name] for name in _PEERS if getattr(options, name)}:
        package["peerDependencies"] = peers
        package["peerDependenciesMeta"] = {name: {"optional": True} for name in peers}
    compiler = {"compilerOptions": _COMPILER, "include": ["*.ts"]}
    # As formatters write them: lists fill lines, but not in package.json.
    lists = re.sub(r"\[\s+(.+?)\s+\]", _in_a_line, json.dumps(compiler, indent=2), flags=re.DOTALL)
    return {"package.json": f"{json.dumps(package, indent=2)}\n", "tsconfig.json": f"{lists}\n"}


def _compiled_with(options: ClientOptions) -> dict[str, str]:
    """Return what the compiler needs besides: npm installs no optional peers. React's types are not needed."""
    return {"zod": _PEERS["zod"]} if options.zod else {}


def _in_a_line(found: re.Match[str]) -> str:
    return f"[{' '.join(found[1].split())}]"


def _export(name: str) -> dict[str, str]:
    return {"types": f"./{name}.d.ts", "default": f"./{name}.js"}


def _version(document: Json) -> str:
    """Return the version of the document as npm has versions: `1.2` is `1.2.0`, and `next` is `0.0.0-next`."""
    info = document.get("info")
    text = str(info.get("version", "")) if isinstance(info, dict) else ""
    found = re.fullmatch(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:[-+.]?(\w[\w.-]*))?", text)
    numbers = [int(part or 0) for part in found.groups()[:3]] if found else [0, 0, 0]
    rest = (found[4] or "") if found else text
    label = ".".join(re.findall(r"[0-9A-Za-z-]+", rest))[:50].strip(".")
    label = re.sub(r"(^|\.)0+(?=\d+(\.|$))", r"\1", label)  # numbers begin with no zero
    return ".".join(map(str, numbers)) + (f"-{label}" if label else "")
