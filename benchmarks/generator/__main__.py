"""Measure the generator against the budgets of the design: `python -m benchmarks.generator [--full]`.

Every row is a ratio of two things measured in this run on this machine, as medians of alternating rounds.
`--full` adds the row that runs all tools over a thousand modules, which takes minutes.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from timeit import timeit

from benchmarks.generator.asyncapi_cli import export_against_npm

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WSGEN = str(BIN / "wsgen")
FOUNDING = (
    ("black", "--quiet"),
    ("ruff", "format", "--quiet"),
    ("ruff", "check", "--fix", "--quiet"),
    ("flake8",),
    ("ruff", "check", "--quiet"),
    ("mypy",),
    ("isort", "--quiet"),
)
SETTINGS = """\
[tool.wsgen.asyncapi.securitySchemes.token]
type = "http"
scheme = "bearer"

[tool.wsgen]
paths = ["{paths}"]
sources = ["src"]

[tool.black]
line-length = 100

[tool.ruff]
line-length = 100

[tool.isort]
profile = "black"
line_length = 100

[tool.mypy]
mypy_path = "src"
explicit_package_bases = true
"""
SOURCE = """\
version: 1
description: Benchmark module {number}.
models: trading_api.models
routers:
  BarWsRouter: {{route: bars, request: BarsSubscriptionRequest, data: Bar, summary: OHLC bars.}}
  QuoteWsRouter: {{route: quotes, request: QuotesSubscriptionRequest, data: Quote, tags: [a, b]}}
  OrderWsRouter: {{route: orders, request: OrdersSubscriptionRequest, data: "list[Order]"}}
  PositionWsRouter: {{route: positions, request: PositionsSubscriptionRequest, data: Position}}
  EquityWsRouter: {{route: equity, request: EquitySubscriptionRequest, data: Equity}}
"""


def run(*command: str, cwd: Path) -> float:
    """Run `command` and return its wall time in seconds; fail loudly if it does."""
    started = perf_counter()
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    elapsed = perf_counter() - started
    if ended.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{ended.stdout}{ended.stderr}")
    return elapsed


def founding(output: Path, cwd: Path) -> float:
    """Run the founding pipeline, seven processes one after another, over one module's package."""
    return sum(
        run(str(BIN / tool), *arguments, str(output), cwd=cwd) for tool, *arguments in FOUNDING
    )


def medians(rounds: int, *works: Callable[[], float]) -> list[float]:
    """Return the median time of each work, run in turn for `rounds` rounds."""
    times = [[work() for work in works] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*times, strict=True)]


@contextmanager
def project(modules: int, paths: str = "specs") -> Iterator[Path]:
    """Yield a temporary project with `modules` modules, or the repository's two for 0."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "pyproject.toml").write_text(SETTINGS.format(paths=paths))
        shutil.copytree(ROOT / "examples/trading_api/src/trading_api", root / "src/trading_api")
        if modules:
            for number in range(modules):
                folder = root / f"{paths}/module{number:04}"
                folder.mkdir(parents=True)
                (folder / "ws.yaml").write_text(SOURCE.format(number=number))
        else:
            for module in ("broker", "datafeed"):
                folder = root / paths / module
                folder.mkdir(parents=True)
                shutil.copy(ROOT / "specs" / module / "ws.yaml", folder)
        yield root


def clear(root: Path) -> None:
    """Remove what was generated and what was found out about it, but not the tools' own caches."""
    for output in root.glob("specs/*/ws_generated"):
        shutil.rmtree(output)
    shutil.rmtree(root / ".wsgen_cache/passed", ignore_errors=True)


def row(work: str, against: str, ours: float, theirs: float, budget: str, note: str = "") -> None:
    """Print one row of the table in docs/performance.md."""
    ratio = ours / theirs
    shown = f"1/{theirs / ours:.0f}" if ratio < 0.1 else f"{ratio:.2f}"
    print(
        f"| {work} | {ours * 1000:,.1f} ms | {against} | {theirs * 1000:,.1f} ms | {shown} | {budget} | {note} |"
    )


def nothing_changed() -> None:
    with project(0) as root:
        run(WSGEN, "render", cwd=root)
        os.chdir(root)
        from wsgen import generate_module_routers

        def in_process() -> float:
            started = perf_counter()
            assert generate_module_routers("datafeed", root=root)
            return perf_counter() - started

        output = root / "specs/datafeed/ws_generated"
        founding(output, root)
        in_process()
        ours = statistics.median(in_process() for _ in range(200))
        theirs = statistics.median(founding(output, root) for _ in range(5))
        row(
            "nothing changed, in process",
            "founding pipeline, one module",
            ours,
            theirs,
            "1/300, 2 ms",
        )
        command, nothing = medians(
            15,
            lambda: run(WSGEN, "render", cwd=root),
            lambda: run(sys.executable, "-c", "pass", cwd=root),
        )
        row(
            "nothing changed, `wsgen render`, two modules",
            "`python -c pass`",
            command,
            nothing,
            "8",
        )
        os.chdir(ROOT)


def one_specialised() -> None:
    """Measure a router made from the founding generic class, which is parsed once, against its bytes' parsing."""
    import ast

    from wsgen.model import RouterSpec, TypeRef
    from wsgen.outputs.python.generic.parsing import parse_template
    from wsgen.outputs.python.generic.specialise import Origin, specialise

    source = ROOT / "tests/golden/founding/src"
    file = source / "trading_api/shared/ws/generic_route.py"
    template = parse_template(file, file.read_text(), (source,))
    request, data = (
        TypeRef(name=name, module="trading_api.models")
        for name in ("BarsSubscriptionRequest", "Bar")
    )
    router = RouterSpec(class_name="BarWsRouter", route="bars", request=request, data=data)
    origin, times = Origin("ws.py"), 2000
    text = specialise(template, router, origin)
    ours = timeit(lambda: specialise(template, router, origin), number=times) / times
    parsing = timeit(lambda: ast.parse(text), number=times // 10) / (times // 10)
    row(
        "one router from the project's generic class",
        "`ast.parse` of the result",
        ours,
        parsing,
        "",
        f"{ours * 1e6:.0f} µs",
    )


def nothing_changed_in_the_founding_layout() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "trading_api"
        left_out = shutil.ignore_patterns(".*_cache", "__pycache__")
        shutil.copytree(ROOT / "examples/trading_api", root, ignore=left_out)
        os.chdir(root)
        from wsgen.compat import generate_module_routers

        def in_process() -> float:
            started = perf_counter()
            assert generate_module_routers("broker")
            return perf_counter() - started

        output = root / "src/trading_api/modules/broker/ws_generated"
        founding(output, root)
        in_process()
        row(
            "nothing changed, in process, `wsgen.compat`",
            "founding pipeline, one module",
            statistics.median(in_process() for _ in range(200)),
            statistics.median(founding(output, root) for _ in range(5)),
            "1/300, 2 ms",
        )
        os.chdir(ROOT)


def two_modules() -> None:
    with project(0) as ours, project(0) as theirs:
        for root in (ours, theirs):
            run(WSGEN, "render", cwd=root)
        outputs = sorted(theirs.glob("specs/*/ws_generated"))
        for output in outputs:
            founding(output, theirs)

        def from_nothing() -> float:
            clear(ours)
            return run(WSGEN, "render", cwd=ours)

        wsgen, pipeline = medians(
            5, from_nothing, lambda: sum(founding(output, theirs) for output in outputs)
        )
        row(
            "two modules from nothing, all steps",
            "founding pipeline, module by module",
            wsgen,
            pipeline,
            "0.5",
        )


def thousand(number: int) -> float:
    """Measure `number` modules without quality steps against writing the same bytes; return our time."""
    with project(number) as root, tempfile.TemporaryDirectory() as name:
        ours = run(WSGEN, "render", "--quiet", "--no-quality", cwd=root)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        files = {
            file.relative_to(root): file.read_bytes()
            for file in root.glob("specs/*/ws_generated/*")
        }

        def write() -> float:
            target = Path(tempfile.mkdtemp(dir=name))
            started = perf_counter()
            for path, data in files.items():
                (target / path).parent.mkdir(parents=True, exist_ok=True)
                (target / path).write_bytes(data)
            return perf_counter() - started

        [bytes_only] = medians(3, write)
        row(
            f"{number:,} modules of 5 routers, no steps",
            f"writing the same {len(files):,} files",
            ours,
            bytes_only,
            "10, 300 MiB",
            f"{peak:.0f} MiB",
        )
        return ours


def one_of_thousand(*, full: bool) -> None:
    with project(1000) as many, project(1) as alone:
        if full:
            run(WSGEN, "render", cwd=alone)
            ours = run(WSGEN, "render", "--quiet", cwd=many)
            outputs = sorted(str(path) for path in many.glob("specs/*/ws_generated"))
            shutil.rmtree(many / ".mypy_cache", ignore_errors=True)
            theirs = sum(
                run(str(BIN / tool), *rest, *outputs, cwd=many) for tool, *rest in FOUNDING
            )
            row(
                "1,000 modules from nothing, all steps",
                "the same tools by hand",
                ours,
                theirs,
                "1.1",
            )
        else:
            return

        def change(root: Path) -> float:
            source = root / "specs/module0000/ws.yaml"
            source.write_text(source.read_text().replace("OHLC bars", "OHLC  bars")[:-1] + " \n")
            return run(WSGEN, "render", "--quiet", cwd=root)

        one, single = medians(3, lambda: change(many), lambda: change(alone))
        row("one of 1,000 modules changed, all steps", "one module alone", one, single, "3")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="also run all tools over 1,000 modules")
    full = parser.parse_args().full
    print("| work | time | against | time | ratio | budget | |\n|---|---|---|---|---|---|---|")
    nothing_changed()
    one_specialised()
    nothing_changed_in_the_founding_layout()
    two_modules()
    first = thousand(1000)
    row("2,000 modules", "1,000 modules", thousand(2000), first, "2.2")
    one_of_thousand(full=full)
    exported, validated = map(statistics.median, export_against_npm(5))
    row(
        "`asyncapi export`, two modules, whole process",
        "`asyncapi validate` of the npm CLI on the result",
        exported,
        validated,
        "0.25",
    )


if __name__ == "__main__":
    main()
