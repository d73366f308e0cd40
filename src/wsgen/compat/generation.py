"""Generate packages as the founding code does, in a folder that the generator owns."""

import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from wsgen.compat.legacy_layout import locate
from wsgen.discovery.inputs import template_of
from wsgen.errors import GenerationError
from wsgen.files import read_text, replace
from wsgen.manifest import MANIFEST, PENDING, Manifest, read_manifest
from wsgen.settings.config import FOUNDING_STEPS, Config
from wsgen.source import ModuleSource
from wsgen.startup.app_start import ensure_current, naming, start_mode
from wsgen.startup.locate import calling_file, settings_of

_CACHE = "__pycache__"
_TYPES = frozenset({"WSG302", "WSG309", "WSG310"})


def generate_module_routers(
    module_name: str, *, silent: bool = False, skip_quality_checks: bool = False
) -> bool:
    """Generate a module's routers unless they are current; return whether the module has any.

    The project is that of the calling code if that is below `modules/<module_name>`, else that of the working
    directory. All other files in the output folder are removed. If generation fails, the old files are kept.
    Unless `silent`, what was generated is printed.

    Raises GenerationError, a RuntimeError that names the module.
    """
    caller = calling_file()
    with naming(module_name):
        config, source = locate(module_name, caller)
        return source is not None and _generate(
            source,
            _with_founding_steps(config),
            silent=silent,
            skip_quality_checks=skip_quality_checks,
        )


def generate_ws_routers(
    ws_file: str | os.PathLike[str], *, silent: bool = False, skip_quality_checks: bool = False
) -> bool:
    """Generate the routers of one file of aliases, as `generate_module_routers` does for a module.

    The file is `modules/<module>/ws/<version>/__init__.py`, or a `ws.py`; the package is written next to it.
    Return False if the file does not exist or declares nothing.

    Raises GenerationError, a RuntimeError that names the module.
    """
    from wsgen.discovery.module_folder import module_at

    folder = Path(ws_file).absolute().parent
    versioned = folder.parent.name == "ws"
    with naming(folder.parent.parent.name if versioned else folder.name):
        config = _with_founding_steps(settings_of(folder))
        source = module_at(folder, config) if folder.is_dir() else None
        return source is not None and _generate(
            source, config, silent=silent, skip_quality_checks=skip_quality_checks
        )


def run_quality_checks_for_module(module_name: str, generated_dir: str | os.PathLike[str]) -> None:
    """Run the configured quality steps over a generated package and write their changes.

    Raises GenerationError, a RuntimeError that names the module and the step, with the tool's output.
    """
    from wsgen.pipeline.context import Options
    from wsgen.quality.mirror import StagedModule
    from wsgen.quality.run import run_steps

    folder = Path(generated_dir).absolute()
    with naming(module_name):
        config = _with_founding_steps(settings_of(folder))
        files = {file.name: read_text(file) for file in sorted(folder.glob("*.py"))}
        staged = StagedModule(module_name, folder, files, config.steps)
        outcome = run_steps([staged], config, jobs=Options().jobs)
        if folder not in outcome.files:
            raise _as_founding(GenerationError("", outcome.diagnostics), module_name, config)
        for name, text in outcome.files[folder].items():
            if text != files[name]:
                replace(folder / name, text.encode())


def _with_founding_steps(config: Config) -> Config:
    """Return `config` with the quality steps of the founding code, unless the settings name others."""
    return config if config.steps_named else dataclasses.replace(config, steps=FOUNDING_STEPS)


def _generate(
    source: ModuleSource, config: Config, *, silent: bool, skip_quality_checks: bool
) -> bool:
    try:
        has_routers = ensure_current(
            source,
            config,
            silent=silent,
            skip_quality_checks=skip_quality_checks,
            force=True,
            assumed=lambda: _assumed(source, config),
        )
    except GenerationError as error:
        raise _as_founding(error, source.name, config) from error
    if has_routers and start_mode(source.name) == "render" and any(_strays(source.output)):
        from wsgen.commit.project_lock import project_lock

        with project_lock(config):
            for stray in list(_strays(source.output)):
                if stray.is_dir() and not stray.is_symlink():
                    shutil.rmtree(stray)
                else:
                    stray.unlink(missing_ok=True)
    return has_routers


def _as_founding(error: GenerationError, name: str, config: Config) -> GenerationError:
    """Return `error` with the wording of the founding code, which stopped at the first step that failed."""
    from wsgen.report.text import format_text

    found = error.diagnostics
    detail = format_text(found)
    steps = {item.step for item in found if item.step}
    if any(item.code == "WSG510" for item in found):
        steps |= set(config.steps[:1])
    if all(item.code in _TYPES for item in found):
        steps.add("mypy")  # where the founding code noticed this
    if failed := [step for step in config.steps if step in steps]:
        from wsgen.quality.tools import step_named

        title = step_named(failed[0], config.commands).title
        return GenerationError(f"{title} failed for module '{name}'!\n{detail}", found)
    source = next((item.span.path.name for item in found if item.code < "WSG4" and item.span), None)
    if source is not None:
        return GenerationError(f"Failed to parse {source} for module '{name}': {detail}", found)
    return error


def _assumed(source: ModuleSource, config: Config) -> str | None:
    """Return the package of types that a `ws.py` does not import, which the founding code did not require."""
    template = template_of(source, config)
    if config.models is not None or template is None:
        return config.models
    from wsgen.compat.router_code import models_of
    from wsgen.outputs.python.generic.parsing import parse_template

    text = read_text(template, "utf-8-sig")
    return models_of(parse_template(template, text, config.sources))


def _strays(output: Path) -> Iterator[Path]:
    """Yield the files in the folder `output` that belong to no router, including outdated bytecode."""
    manifest = read_manifest(output)
    if manifest is None:
        return
    kept = {MANIFEST, PENDING, *(name.partition("/")[0] for name in manifest.outputs)}
    with os.scandir(output) as entries:
        for entry in entries:
            if entry.name == _CACHE and entry.is_dir(follow_symlinks=False):
                yield from _stale_bytecode(Path(entry.path), manifest)
            elif entry.name not in kept:
                yield Path(entry.path)


def _stale_bytecode(cache: Path, manifest: Manifest) -> Iterator[Path]:
    for file in cache.iterdir():
        if f"{file.name.partition('.')[0]}.py" not in manifest.outputs:
            yield file
