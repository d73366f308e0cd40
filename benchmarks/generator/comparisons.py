"""The rows of the generator's table: what is measured against what, with the budgets of the design."""

import ast
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from timeit import timeit

from benchmarks.generator.asyncapi_cli import export_against_npm
from benchmarks.generator.budgets import Comparison, Limit
from benchmarks.generator.manifest_reads import count_reads
from benchmarks.generator.sample_project import (
    ROOT,
    edit_first_source,
    edit_models,
    forget_caches,
    forget_packages,
    legacy_project,
    outputs_of,
    own_project,
    project,
)
from benchmarks.generator.timing import STEPS, WSGEN, all_by_hand, by_hand, medians, render, run

MANY = 1000


def nothing_changed() -> Iterator[Comparison]:
    """Measure runs in which every package is current."""
    from wsgen import generate_module_routers

    with own_project() as root:
        render(root)
        output = str(root / "specs/datafeed/ws_generated")
        yield _in_process(
            "nothing changed, `generate_module_routers` in process",
            partial(generate_module_routers, "datafeed", root=root),
            partial(all_by_hand, [output], root),
        )
        command, nothing = medians(
            15,
            lambda: run(WSGEN, "render", cwd=root).seconds,
            lambda: run(sys.executable, "-c", "pass", cwd=root).seconds,
        )
        work = "nothing changed, `wsgen render` of two modules, whole process"
        yield Comparison(work, command, "`python -c pass`", nothing, 5)


def nothing_changed_in_the_legacy_layout() -> Iterator[Comparison]:
    """Measure the function of `wsgen.compat`, which finds its project from the working directory."""
    from wsgen.compat import generate_module_routers

    with legacy_project() as root, chdir(root):
        output = str(root / "src/trading_api/modules/broker/ws_generated")
        yield _in_process(
            "nothing changed, `generate_module_routers` of `wsgen.compat` in process",
            partial(generate_module_routers, "broker"),
            partial(all_by_hand, [output], root),
        )


def _in_process(
    work: str, generate: Callable[[], object], founding: Callable[[], float]
) -> Comparison:
    founding()
    assert generate()  # and imports what it needs

    def once() -> float:
        started = perf_counter()
        generate()
        return perf_counter() - started

    ours, theirs = median(once() for _ in range(200)), median(founding() for _ in range(5))
    limit = Limit(ours * 1000, 1, "ms")
    return Comparison(work, ours, "the seven steps on one module", theirs, 1 / 500, limit)


def one_specialised() -> Iterator[Comparison]:
    """Measure a router made from the project's generic class, which is parsed once."""
    from wsgen.model import RouterSpec, TypeRef
    from wsgen.outputs.contract import RenderContext
    from wsgen.outputs.python.generic.parsing import parse_template
    from wsgen.outputs.python.generic.specialise import specialise

    source = ROOT / "tests/golden/founding/src"
    file = source / "trading_api/shared/ws/generic_route.py"
    template = parse_template(file, file.read_text(), (source,))
    request, data = (
        TypeRef(name=name, module="trading_api.models")
        for name in ("BarsSubscriptionRequest", "Bar")
    )
    router = RouterSpec(class_name="BarWsRouter", route="bars", request=request, data=data)
    origin, times = RenderContext("ws.py"), 2000
    text = specialise(template, router, origin)
    ours = timeit(lambda: specialise(template, router, origin), number=times) / times
    parsing = timeit(lambda: ast.parse(text), number=times // 10) / (times // 10)
    yield Comparison(
        "one router from the project's generic class", ours, "`ast.parse` of the result", parsing
    )


def two_modules() -> Iterator[Comparison]:
    """Measure two modules from nothing with all steps, with cold caches and with warm ones of the tools."""
    with own_project() as ours, own_project() as theirs:
        for root in (ours, theirs):
            render(root)
        outputs = outputs_of(theirs)

        def cold() -> float:
            forget_packages(ours)
            forget_caches(ours)
            return render(ours).seconds

        def alone(step: tuple[str, ...]) -> float:
            forget_caches(theirs)
            return by_hand(step, outputs, theirs)

        wsgen, slowest = medians(5, cold, lambda: max(alone(step) for step in STEPS))
        work = "two modules from nothing, all seven steps"
        yield Comparison(
            f"{work}, all caches cold", wsgen, "the slowest tool alone, cold", slowest, 1.15
        )

        def warm() -> float:
            forget_packages(ours)
            return render(ours).seconds

        all_by_hand(outputs, theirs)
        wsgen, apart, together = medians(
            5,
            warm,
            lambda: sum(all_by_hand([output], theirs) for output in outputs),
            lambda: all_by_hand(outputs, theirs),
        )
        work += ", the tools' caches warm"
        yield Comparison(work, wsgen, "the seven steps by hand, module by module", apart, 0.6)
        yield Comparison(work, wsgen, "the seven steps by hand, both modules in each", together)


def many_without_steps() -> Iterator[Comparison]:
    """Measure a thousand modules without steps against writing the same bytes, and against two thousand."""
    with project(MANY) as root:
        one = render(root, "--no-quality")
        files = {
            file.relative_to(root): file.read_bytes()
            for file in root.glob("specs/*/ws_generated/*")
        }
        [writing] = medians(3, partial(_write, files))
        yield Comparison(
            f"{MANY:,} modules of 5 routers, no steps",
            one.seconds,
            f"writing the same {len(files):,} files",
            writing,
            6,
            Limit(one.peak_mib, 128, "MiB"),
        )
        yield _manifest_reads(root, "nothing changed", "--no-quality")
        edit_first_source(root, 0)
        yield _manifest_reads(root, "one changed, no steps", "--no-quality")
        forget_packages(root)
        yield _manifest_reads(root, "from nothing, no steps", "--no-quality")
    with project(2 * MANY) as root:
        two = render(root, "--no-quality")
    yield Comparison(
        f"{2 * MANY:,} modules, no steps, CPU time",
        two.cpu_seconds,
        f"{MANY:,} modules",
        one.cpu_seconds,
        2.1,
    )


def _manifest_reads(root: Path, work: str, *options: str) -> Comparison:
    """Count the reads: one a module, and a second one under the lock of the first that is not current."""
    reads = count_reads(root, "render", "--quiet", *options)
    work = f"reads of manifests, {MANY:,} modules, {work}"
    return Comparison(work, reads, "modules", MANY, 1.01, counted=True)


def _write(files: dict[Path, bytes]) -> float:
    with tempfile.TemporaryDirectory() as name:
        started = perf_counter()
        for path, data in files.items():
            target = Path(name, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return perf_counter() - started


def many_with_all_steps() -> Iterator[Comparison]:
    """Measure a thousand modules with all steps: from nothing, after an edit of a model, and of one source."""
    with project(MANY) as many, project(1) as alone, tempfile.TemporaryDirectory() as name:
        render(alone)
        ours = render(many).seconds
        theirs = Path(name, "by_hand")
        shutil.copytree(many, theirs, ignore=shutil.ignore_patterns(".*_cache"))
        outputs = outputs_of(theirs)
        work = f"{MANY:,} modules of 5 routers from nothing, all steps"
        by_tools = all_by_hand(outputs, theirs)
        yield Comparison(work, ours, "the same tools by hand, one after another", by_tools, 0.9)

        numbers = count()

        def edited_models(root: Path, work: Callable[[], float]) -> float:
            edit_models(root, next(numbers))
            return work()

        ours, mypy = medians(
            3,
            lambda: edited_models(many, lambda: render(many).seconds),
            lambda: edited_models(theirs, lambda: by_hand(("mypy",), outputs, theirs)),
        )
        work = f"a model edited, {MANY:,} modules"
        yield Comparison(work, ours, "mypy alone, warm, over the same files", mypy, 1.5)

        def edited_source(root: Path) -> float:
            edit_first_source(root, next(numbers))
            return render(root).seconds

        one, single = medians(3, lambda: edited_source(many), lambda: edited_source(alone))
        work = f"one of {MANY:,} modules changed, all steps"
        yield Comparison(work, one, "one module alone", single, 2)
        edit_first_source(many, next(numbers))
        yield _manifest_reads(many, "one changed, all steps")


def asyncapi_export() -> Iterator[Comparison]:
    """Measure the export of a document against its validation by the initiative's own command line."""
    exported, validated = map(median, export_against_npm(5))
    yield Comparison(
        "`asyncapi export` of two modules, whole process",
        exported,
        "`asyncapi validate` of the npm CLI on the result",
        validated,
        0.15,
    )


QUICK = (
    nothing_changed,
    nothing_changed_in_the_legacy_layout,
    one_specialised,
    two_modules,
    many_without_steps,
    asyncapi_export,
)
SLOW = (many_with_all_steps,)
