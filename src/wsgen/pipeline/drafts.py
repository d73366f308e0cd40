"""load -> render -> check: from what the sources of modules declare to the final texts of their packages."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from wsgen.commit.plan import owns_anything
from wsgen.diagnostics import Diagnostic, Span
from wsgen.discovery.inputs import template_of
from wsgen.errors import GenerationError
from wsgen.freshness.assess import Assessment
from wsgen.freshness.cache_entries import imported_packages
from wsgen.load import Loaded
from wsgen.load.python.runtime_base import is_built_on_runtime
from wsgen.model import COMMANDS_FILE, ModuleSpec
from wsgen.outputs.contract import Language, RenderContext, RenderedFile
from wsgen.outputs.registry import forget_templates, render_package
from wsgen.pipeline.conflicts import unwritable
from wsgen.pipeline.context import Run
from wsgen.progress import module_part
from wsgen.settings.config import Config
from wsgen.source import ModuleSource, Positions


@dataclass(frozen=True, slots=True)
class Draft:
    """A package that is not yet written: what its module declares, and its files by path.

    `inputs` has the digests of the files that it was made from, as they were read; `types` and `loaded` are what
    it depends on in the packages of its types; `packages` are the project's own packages that the texts import.
    """

    source: ModuleSource
    assessed: Assessment
    spec: ModuleSpec
    positions: Positions
    inputs: Mapping[str, str]
    types: Mapping[str, bool]
    loaded: Mapping[str, str]
    files: Mapping[str, RenderedFile]
    packages: tuple[str, ...] = ()

    @property
    def texts(self) -> dict[str, str]:
        """Return the texts of all files by path, in the order in which to write them."""
        return {path: file.text for path, file in self.files.items()}

    @property
    def python(self) -> dict[str, str]:
        """Return the texts of the files that the tools for Python check."""
        return {
            path: file.text for path, file in self.files.items() if file.language is Language.PYTHON
        }

    def with_texts(self, texts: Mapping[str, str]) -> "Draft":
        """Return the draft with other `texts` for some of its files."""
        files = {
            path: replace(file, text=texts.get(path, file.text))
            for path, file in self.files.items()
        }
        return replace(self, files=files)


def render_drafts(
    loaded: Iterable[tuple[ModuleSource, Loaded]],
    assessed: Mapping[ModuleSource, Assessment],
    run: Run,
    found: list[Diagnostic],
) -> Iterator[Draft]:
    """Render the modules that were loaded without errors, one by one; what is wrong is added to `found`.

    A package that could not be written is refused here, before any tool has run.
    """
    forget_templates()
    shared: set[Diagnostic] = set()
    for source, item in loaded:
        if item.spec is None:
            continue
        before = assessed[source]
        is_to_change = not before.is_intact and (
            not item.spec.is_empty or owns_anything(source.output)
        )
        is_written = run.options.write and is_to_change
        if is_written and (refusal := unwritable(source, run.config, before.reason)):
            found.append(refusal)
            continue
        try:
            with module_part(run.options.progress, "render"):
                files = render_module(source, item.spec, run.config, item.positions)
        except GenerationError as error:
            place = Span(source.files[0])
            for entry in error.diagnostics:
                # A mistake in a template concerns each module that is made from it, and is reported once.
                if entry.span is None or entry.span.path in source.files or entry not in shared:
                    found.append(replace(entry, module=source.name, span=entry.span or place))
                shared.add(entry)
            continue
        parsed = {run.config.relative(file): sum_ for file, sum_ in item.digests.items()}
        inputs = {**before.inputs, **parsed}
        names = imported_by(item.spec)
        types, of_loaded = run.fingerprints.of_types(names), run.fingerprints.of_loaded(names)
        draft = Draft(source, before, item.spec, item.positions, inputs, types, of_loaded, files)
        if run.steps:
            texts = draft.python.values()
            packages = imported_packages(source, texts, run.fingerprints)
            draft = replace(draft, packages=packages)
        yield draft


def check_drafts(drafts: Iterable[Draft], run: Run, found: list[Diagnostic]) -> Iterable[Draft]:
    """Return the drafts that pass the quality steps, with their final texts.

    What is wrong in the others is added to `found`. The steps run over all drafts together.
    """
    if not run.steps:
        return drafts
    from wsgen.pipeline.rechecks import run_quality_steps
    from wsgen.quality.mirror import StagedModule

    drafts = list(drafts)
    staged = [
        StagedModule(
            name=draft.source.name,
            output=draft.source.output,
            files=draft.python,
            steps=run.steps,
            positions=draft.positions,
            routers=_declared(draft.spec),
            templates={name: file.template for name, file in draft.files.items() if file.template},
        )
        for draft in drafts
        if draft.files
    ]
    if not staged:
        return drafts
    packages = {name for draft in drafts for name in draft.packages}
    outcome = run_quality_steps(staged, packages, run)
    found += outcome.diagnostics
    return [
        draft.with_texts(outcome.files.get(draft.source.output, {}))
        for draft in drafts
        if not draft.files or draft.source.output in outcome.files
    ]


def render_module(
    source: ModuleSource, spec: ModuleSpec, config: Config, positions: Positions | None = None
) -> Mapping[str, RenderedFile]:
    """Return the files of a module's package by path, as before any step; none without routers and commands.

    `positions` are the places of what the sources say.

    Raises GenerationError if a template of the project cannot be used.
    """
    if spec.is_empty:
        return {}
    context = RenderContext(
        origin=" and ".join(file.name for file in source.files),
        positions=positions or {},
        sources=config.sources,
        local=set(filter(config.has_package, imported_by(spec))),
        template=template_of(source, config),
        templates=config.templates,
        schemes=config.security_schemes,
        native=is_native(source, config),
    )
    return render_package(spec, context)


def _declared(spec: ModuleSpec) -> dict[str, str]:
    """Return what each Python file of a package is made from, as the start of the keys of positions."""
    declared = {router.file_name: router.class_name for router in spec.routers}
    return {**declared, COMMANDS_FILE: "commands"} if spec.commands else declared


def is_native(source: ModuleSource, config: Config) -> bool:
    """Return whether the routers of a module speak the protocol of the runtime, as far as files tell."""
    template = template_of(source, config)
    return template is None or is_built_on_runtime(template, config.sources)


def imported_by(spec: ModuleSpec) -> frozenset[str]:
    """Return the top-level packages whose imports are sorted by whether they are the project's own."""
    modules = (module for ref in spec.types for module, _ in ref.imports())
    return frozenset({"wsgen_runtime", *(module.partition(".")[0] for module in modules)})
