"""Run the steps of action.yml as GitHub's runner does: a script of bash, with the inputs in its environment."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
_INPUT = re.compile(r"\$\{\{ inputs\.([\w-]+) \}\}")


@dataclass(frozen=True)
class Job:
    """What a job has seen and made when its steps have ended, or one of them has failed."""

    code: int
    stdout: str
    stderr: str
    summary: str


def run_action(repository: Path, folder: Path, path: str, **inputs: str) -> Job:
    """Run the action in `repository`, with files of the runner in `folder` and its programs on `path`.

    Steps that use other actions are left out. `_` in the names of `inputs` stands for `-`.
    """
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    assert given.keys() <= ACTION["inputs"].keys()
    values = {name: entry["default"] for name, entry in ACTION["inputs"].items()} | given
    summary, paths = folder / "summary", folder / "path"
    for file in (summary, paths):
        file.touch()
    runner = {
        "PATH": path,
        "HOME": str(folder),
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_PATH": str(paths),
        "RUNNER_TEMP": str(folder),
        **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
    }
    stdout, stderr, code = [], [], 0
    for number, step in enumerate(_steps(values)):
        script = folder / f"step{number}.sh"
        script.write_text(step["run"], "utf-8")
        added = paths.read_text("utf-8").splitlines()
        environment = {**runner, "PATH": os.pathsep.join([*reversed(added), path])}
        environment |= {name: _filled(text, values) for name, text in step.get("env", {}).items()}
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=repository / _filled(step.get("working-directory", "."), values),
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=600,
            check=False,
        )
        stdout.append(ended.stdout)
        stderr.append(ended.stderr)
        code = ended.returncode
        if code:
            break
    return Job(code, "".join(stdout), "".join(stderr), summary.read_text("utf-8"))


def path_with(*folders: Path | str) -> str:
    """Return a PATH of `folders` and of those that hold the programs of every system."""
    return os.pathsep.join([*map(str, folders), os.defpath])


def beside_python() -> Path:
    """Return the folder of the environment that runs the tests, in which wsgen is installed."""
    return Path(sys.executable).parent


def _steps(values: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the steps to run: those with a script whose condition is met."""
    for step in ACTION["runs"]["steps"]:
        condition = re.fullmatch(r"inputs\.(\w+) != ''", step.get("if", "inputs.always != ''"))
        assert condition is not None, step["if"]
        if "run" in step and values.get(condition[1], "yes"):
            yield step


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _INPUT.sub(lambda found: values[found[1]], text)
