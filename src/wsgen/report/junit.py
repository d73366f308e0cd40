"""The result of a run as JUnit XML, which most CI services show as tests."""

from pathlib import Path
from xml.etree import ElementTree as ET

from wsgen.diagnostics import Diagnostic, Severity
from wsgen.report.display import display_path, printable, text_of
from wsgen.result import ClientResult, ModuleResult, RunResult, State
from wsgen.settings.config import LANGUAGES

_PASSED = frozenset({State.CURRENT, State.WRITTEN, State.REMOVED, State.REMOVABLE, State.VALID})


def format_junit(result: RunResult, base: Path | None = None) -> str:
    """Return a run as one test suite, with paths relative to `base`.

    Each diagnostic is a test, which fails if it is an error. Each module that is in order is a test that passes.
    """
    cases = [
        *(_passed(module, base) for module in result.modules if module.state in _PASSED),
        *(_client(client, base) for client in result.clients if client.state in _PASSED),
        *(_case(item, base) for item in result.diagnostics),
    ]
    # Some services take a report without any test for a mistake.
    cases = cases or [ET.Element("testcase", classname="wsgen", name="no problems")]
    failures = sum(case.find("failure") is not None for case in cases)
    counts = {"tests": str(len(cases)), "failures": str(failures), "errors": "0"}
    suites = ET.Element("testsuites", {"name": "wsgen", **counts})
    ET.SubElement(suites, "testsuite", {"name": "wsgen", **counts}).extend(cases)
    ET.indent(suites)
    # All other characters are references, so the text is UTF-8 in every encoding of the output.
    text = ET.tostring(suites, encoding="us-ascii").decode("ascii")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'


def _passed(module: ModuleResult, base: Path | None) -> ET.Element:
    source = module.source
    label = f"module {source.name} {source.version or ''}".strip()
    folder = printable(display_path(source.directory, base))
    return ET.Element("testcase", classname=folder, name=printable(label))


def _client(client: ClientResult, base: Path | None) -> ET.Element:
    folder = printable(display_path(client.output, base))
    return ET.Element("testcase", classname=folder, name=f"{LANGUAGES[client.language]} client")


def _case(item: Diagnostic, base: Path | None) -> ET.Element:
    path, place = "wsgen", ""
    if span := item.span:
        path, place = printable(display_path(span.path, base)), f"{span.line}:{span.column}: "
    message = printable(item.message)
    case = ET.Element("testcase", classname=path, name=f"{place}{item.code} {message}")
    text = f"{path}:{place or ' '}{item.severity.value}[{item.code}]: {text_of(item)}"
    if item.severity is Severity.ERROR:
        failure = ET.SubElement(case, "failure", type=item.code, message=message)
        failure.text = text
    else:
        ET.SubElement(case, "system-out").text = text
    return case
