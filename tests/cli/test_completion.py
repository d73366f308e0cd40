"""The shell completes commands, options, modules, codes and formats, and a broken project prints nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import get_completion_class
from tests.conftest import DATAFEED, Project

from wsgen.cli.main import wsgen
from wsgen.cli.options import FORMATS

BASH = """
eval "$(_WSGEN_COMPLETE=bash_source wsgen)"
complete -p wsgen
while read -r -a COMP_WORDS; do
  COMPREPLY=()
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _wsgen_completion wsgen
  echo "${COMPREPLY[@]}"
done
"""


def completed(*words: str) -> list[str]:
    """Return what the last of `words` may be completed to."""
    found = get_completion_class("zsh")
    assert found is not None
    items = found(wsgen, {}, "wsgen", "_WSGEN_COMPLETE").get_completions(
        list(words[:-1]), words[-1]
    )
    return [item.value for item in items]


def test_bash_completes_modules_codes_and_formats(project: Project) -> None:
    """With the real script of a real bash, in the project."""
    project.write("specs/data_store/ws.yaml", DATAFEED)
    lines = ["check -m d", "-C specs list -m dataf", "explain WSG40", "check --format g"]
    ended = subprocess.run(
        ["bash", "--norc", "-c", BASH],
        input="".join(f"wsgen {line}\n" for line in lines),
        cwd=project.root,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.stderr == ""
    script, *replies = ended.stdout.splitlines()
    assert script.endswith("-F _wsgen_completion wsgen")
    codes = " ".join(f"WSG40{number}" for number in range(1, 10))
    assert replies == ["data_store datafeed", "datafeed", codes, "github gitlab"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_a_script(
    shell: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_WSGEN_COMPLETE", f"{shell}_source")
    with pytest.raises(SystemExit) as ended:
        project.wsgen()
    assert ended.value.code == 0


def test_each_name_is_offered_once(project: Project) -> None:
    for name in ("alerts", "broker"):
        project.write(f"specs/{name}/ws.yaml", DATAFEED)
    assert completed("check", "--module", "") == ["alerts", "broker", "datafeed"]
    assert completed("check", "-m", "broker", "-m", "") == ["alerts", "datafeed"]
    assert completed("validate", "specs/alerts", "-m", "") == ["alerts"]
    assert completed("asyncapi", "export", "--module", "b") == ["broker"]


def test_all_projects_offer_their_modules(project: Project) -> None:
    project.write("packages/alpha/wsgen.toml", "")
    project.write("packages/alpha/orders/ws.yaml", DATAFEED)
    project.write("packages/broken/wsgen.toml", "pahts = 1")
    assert completed("check", "--module", "") == ["datafeed"]
    assert completed("check", "--all-projects", "--module", "") == ["datafeed", "orders"]


def test_codes_formats_and_commands() -> None:
    assert completed("explain", "wsg407") == ["WSG407"]
    assert completed("check", "--format", "") == list(FORMATS)
    assert completed("asyncapi", "export", "--report", "s") == ["sarif"]
    assert completed("asyncapi", "export", "--perspective", "") == ["server", "client"]
    assert completed("mig") == ["migrate"]
    assert completed("chekc", "") == completed("")
    assert "--exit-non-zero-on-change" in completed("render", "--exit")


@pytest.mark.parametrize("settings", ["[tool.wsgen\n", "[tool.wsgen]\npaths = ['nowhere']\n"])
def test_a_broken_project_offers_nothing_and_says_nothing(
    project: Project, settings: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("pyproject.toml", settings)
    assert completed("check", "--module", "") == []
    assert completed("-C", "nowhere", "check", "--module", "") == []
    assert completed("check", "/", "--module", "") == []
    assert capsys.readouterr() == ("", "")


def test_a_name_that_a_shell_would_take_for_several_is_not_offered(project: Project) -> None:
    for name in ("a,b", "a\nb", "a\x1b[31m"):
        project.write(f"specs/{name}/ws.yaml", DATAFEED)
    assert completed("check", "--module", "") == ["datafeed"]
