"""What other programs run of wsgen: `python -m tests.distribution` has pre-commit, prek and the action run it.

Each takes the last commit of this repository and makes its own environment of it, which needs the network.
The scratch repository has a project at its top, another one below, and hooks that format beside those of wsgen.
What the services read is valid by their schemas.
"""

import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import DATAFEED, MODELS
from tests.distribution.action_steps import ROOT, beside_python, path_with, run_action
from tests.docs.pages import blocks
from wsgen import __version__

SETTINGS = """\
[tool.wsgen]
paths = ["specs"]

[tool.wsgen.quality]
steps = ["ruff-format", "ruff-check"]
"""
HOOKS = """\
repos:
  - repo: {root}
    rev: {commit}
    hooks:
      - id: wsgen-check
        additional_dependencies: [ruff]
      - id: wsgen-render
        args: [--all-projects]
        additional_dependencies: [ruff]
      - id: wsgen-check
        name: wsgen check packages/alpha
        args: [packages/alpha]
        files: ^packages/alpha/
        additional_dependencies: [ruff]
  - repo: local
    hooks:
"""
FORMATTING = """\
      - id: {name}
        name: {name}
        entry: {name}
        language: python
        types: [{kind}]
        additional_dependencies: [pre-commit-hooks]
"""
# By their commands. The last one is kept from generated files, as docs/how-to/ci.md says.
FORMATTERS = {
    "end-of-file-fixer": "text",
    "trailing-whitespace-fixer": "text",
    "mixed-line-ending": "text",
    "check-json": "json",
    "pretty-format-json": "json",
}
EXCLUDED = "        exclude: (^|/)ws_generated/\n"
PLACE = "packages/alpha/specs/datafeed/ws.yaml"


class Repository:
    """The scratch repository, and the programs that run in it."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self.root = root
        self._environment = {**os.environ, **environment}

    def run(self, *command: str | Path, code: int = 0) -> str:
        """Return what `command` prints; fails with it unless it ends with `code`."""
        ended = subprocess.run(
            command,
            cwd=self.root,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=600,
            check=False,
        )
        assert ended.returncode == code, f"{command} ended with {ended.returncode}:\n{ended.stdout}"
        return ended.stdout

    def write(self, name: str, text: str) -> None:
        """Write a file of the repository."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def commit(self, code: int = 0) -> str:
        """Add all files and commit them, for which the installed hooks run; return what they print."""
        self.run("git", "add", "--all")
        return self.run("git", "commit", "--quiet", "--message", "Change", code=code)


@contextmanager
def scratch(environment: Mapping[str, str]) -> Iterator[Repository]:
    """Make a repository with two projects, neither of which is rendered."""
    with tempfile.TemporaryDirectory() as place:
        repository = Repository(Path(place).resolve() / "scratch", environment)
        for top in ("", "packages/alpha/"):
            repository.write(f"{top}pyproject.toml", SETTINGS)
            repository.write(f"{top}src/app/__init__.py", "")
            repository.write(f"{top}src/app/models.py", MODELS)
            repository.write(f"{top}specs/datafeed/ws.yaml", DATAFEED)
        repository.run("git", "init", "--quiet")
        for name in ("user.name", "user.email"):
            repository.run("git", "config", name, "a@example.com")
        yield repository


def use_hooks(hooks: Path, home: Path) -> None:
    """Commit to a repository whose hooks the program `hooks` runs, from environments that it makes in `home`."""
    with scratch({"PRE_COMMIT_HOME": str(home), "PREK_HOME": str(home)}) as repository:
        commit = repository.run("git", "-C", ROOT, "rev-parse", "HEAD").strip()
        config = HOOKS.format(root=ROOT, commit=commit)
        for name, kind in FORMATTERS.items():
            config += FORMATTING.format(name=name, kind=kind)
        repository.write(".pre-commit-config.yaml", config + EXCLUDED)
        repository.run(hooks, "install")

        said = repository.commit(code=1)  # all files are new, so pre-commit itself sees no change
        assert "specs/datafeed/ws.yaml:1:1: error[WSG408]" in said, said
        assert "2 modules, 4 routers: 2 written" in said, said
        repository.commit()
        generated = repository.run("git", "ls-files", "*/ws_generated/*").split()
        assert len(generated) == 10, generated

        repository.write(PLACE, DATAFEED.replace("data: Bar", "date: Bar"))
        said = repository.commit(code=1)
        assert f"{PLACE}:7:5: error[WSG111]" in said, said
        repository.write(PLACE, DATAFEED)

        repository.write("specs/datafeed/ws.yaml", DATAFEED.replace("bars", "candles"))
        repository.commit(code=1)
        repository.commit()
        assert "candles" in repository.run(
            "git", "show", "HEAD:specs/datafeed/ws_generated/barwsrouter.py"
        )


def use_action(folder: Path) -> None:
    """Have the action install this version of wsgen, and check the project below the top, which has no steps."""
    (folder / "runner").mkdir()
    # The system's Python, which has none of the packages that the tests need.
    (folder / "python").mkdir()
    (folder / "python" / "python").symlink_to(Path(sys.executable).resolve())
    with scratch({}) as repository:
        repository.write("packages/alpha/wsgen.toml", "paths = ['specs']\nquality.steps = []\n")
        repository.write("packages/alpha/pyproject.toml", "")
        for code in (1, 0):
            job = run_action(
                repository.root,
                folder / "runner",
                path_with(folder / "python"),
                version=__version__,
                working_directory="packages/alpha",
            )
            assert job.code == code, job
            if code:
                assert f"file={PLACE},line=1" in job.stdout, job
                assert f"<code>{PLACE}:1:1</code>" in job.summary, job
                repository.run(beside_python() / "wsgen", "render", "packages/alpha")


def validate(commands: Path, folder: Path) -> None:
    """Validate the action and the configuration for GitLab in the docs."""
    (shown,) = (
        block.text
        for block in blocks("docs/how-to/ci.md")
        if block.language == "yaml" and "artifacts:" in block.text
    )
    gitlab = folder / "gitlab.yml"
    gitlab.write_text(shown, "utf-8")
    for schema, file in (("github-actions", ROOT / "action.yml"), ("gitlab-ci", gitlab)):
        command = (commands / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", file)
        subprocess.run(command, check=True, timeout=60)


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve()
        venv.create(folder / "venv", with_pip=True)
        commands = folder / "venv" / "bin"
        pip = (commands / "python", "-m", "pip")
        install = (*pip, "install", "--quiet", "check-jsonschema", "prek")
        subprocess.run(install, check=True, timeout=600)
        validate(commands, folder)
        wheels = folder / "wheels"
        wheel = (*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, ROOT)
        subprocess.run(wheel, check=True, timeout=600)
        # No index has this version yet.
        found = os.environ.get("PIP_FIND_LINKS", "")
        os.environ["PIP_FIND_LINKS"] = f"{wheels} {found}".strip()
        use_action(folder)
        use_hooks(beside_python() / "pre-commit", folder / "pre-commit")
        use_hooks(commands / "prek", folder / "prek")
    sys.stdout.write("The action, and the hooks with pre-commit and prek: run on two projects\n")


if __name__ == "__main__":
    main()
