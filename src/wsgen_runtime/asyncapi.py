"""The public functions of `wsgen_runtime.documents`, under the path from which users import them."""

from wsgen_runtime.documents.describe import describe
from wsgen_runtime.documents.document_references import resolve_type
from wsgen_runtime.documents.http import docs_app
from wsgen_runtime.documents.schemas import UnfillableError, fill

__all__ = ["UnfillableError", "describe", "docs_app", "fill", "resolve_type"]
