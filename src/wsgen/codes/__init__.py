"""The table of diagnostic codes: what each means and what to do, for `wsgen explain`.

1xx ws.yaml, 2xx ws.py, 3xx types, 4xx generation and files, 5xx quality, 6xx AsyncAPI, 7xx clients,
9xx configuration.
A code is never used for anything else once released.
"""

from wsgen.codes.asyncapi_documents import ASYNCAPI_DOCUMENTS
from wsgen.codes.clients import CLIENTS
from wsgen.codes.code import Code
from wsgen.codes.generated_files import GENERATED_FILES
from wsgen.codes.project_settings import PROJECT_SETTINGS
from wsgen.codes.quality_steps import QUALITY_STEPS
from wsgen.codes.type_expressions import TYPE_EXPRESSIONS
from wsgen.codes.ws_py import WS_PY
from wsgen.codes.ws_yaml import WS_YAML

__all__ = ["CODES", "Code"]

CODES: dict[str, Code] = {
    **WS_YAML,
    **WS_PY,
    **TYPE_EXPRESSIONS,
    **GENERATED_FILES,
    **QUALITY_STEPS,
    **ASYNCAPI_DOCUMENTS,
    **CLIENTS,
    **PROJECT_SETTINGS,
}
