"""Read the document that a client is made from, from a file or a URL. Anybody may have written it."""

import time
from base64 import b64encode
from http.client import HTTPException, HTTPMessage, InvalidURL
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from wsgen._version import __version__
from wsgen.asyncapi.validation.document_reader import MAX_BYTES, AsyncApiDocument, read_document
from wsgen.asyncapi.validation.validate import validate_text
from wsgen.clients.described import Described
from wsgen.diagnostics import Diagnostic, Span, has_errors
from wsgen.errors import GenerationError, refuse
from wsgen.files import unwaiting
from wsgen.load.sourcetext import UnreadableError
from wsgen.outputs.clients.contract import Owner, Problem

_SCHEMES = frozenset({"http", "https"})
_KNOWN = "3."
_CHUNK = 1 << 16
_SERVED = "An app serves its document at `asyncapi.json` below the path of its endpoint."


def describe_given(given: str, timeout: float) -> tuple[Described, tuple[Diagnostic, ...]]:
    """Return the document in the file or at the URL `given`, and the warnings about it.

    A URL has `timeout` seconds to answer.

    Raises GenerationError, with what is wrong, if it cannot be read or is not a valid document of AsyncAPI 3.
    """
    is_url = "://" in given
    data = _fetched(given, timeout) if is_url else _read(Path(given))
    path = Path(without_secrets(given)) if is_url else Path(given)
    try:
        document = read_document(path, data)
    except UnreadableError as error:
        raise GenerationError(str(error), error.diagnostics) from error
    _check_version(document)
    found = validate_text(path, data)
    if has_errors(found):
        raise GenerationError("the document is not valid", found)

    def place(problem: Problem) -> Span | None:
        return document.key_span(problem.route)

    def model(name: str, _: Owner | None) -> Span | None:
        return document.key_span(("components", "schemas", name))

    return Described(document.value, place, model), ()


def _check_version(document: AsyncApiDocument) -> None:
    value = document.value
    version = value.get("asyncapi") if isinstance(value, dict) else None
    if isinstance(version, str) and version.startswith("2."):
        message = f"a client cannot be made from a document of AsyncAPI {version:.20}"
        help_text = "Name one of version 3, as `wsgen asyncapi export --version 3.1` writes it."
        raise refuse(Diagnostic("WSG702", message, document.value_span(("asyncapi",)), help_text))


def _read(path: Path) -> bytes:
    try:
        with open(path, "rb", opener=unwaiting) as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        message = f"the document {path} cannot be read: {reason}"
        help_text = "Name a file, or a URL that begins with http:// or https://."
        raise refuse(Diagnostic("WSG702", message, help=help_text)) from error


def _fetched(url: str, timeout: float) -> bytes:
    """Return what is at `url`: at most a byte more than a document may have."""
    help_text = "Correct the URL, or start the server."
    answers: SimpleQueue[bytes | Exception] = SimpleQueue()

    def fetch() -> None:
        try:
            answers.put(_answer(url, timeout))
        except Exception as error:  # raised below
            answers.put(error)

    try:
        # A socket only limits each wait, and a server may send one byte at a time.
        Thread(target=fetch, daemon=True).start()  # it ends with the process
        answer = answers.get(timeout=timeout)
        if isinstance(answer, bytes):
            return _no_page(url, answer)
        try:
            raise answer
        finally:
            del answer  # which knows this frame, and would keep its socket with it
    except Empty:
        reason = "timed out"
    except InvalidURL:  # whose text has all of the URL
        reason = "it is not a valid URL"
    except HTTPError as error:
        help_text = f"Correct the URL. {_SERVED}"
        reason = f"the server answers {error.code} {error.reason}"
        error.close()
    except URLError as error:
        reason = str(getattr(error.reason, "strerror", None) or error.reason)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    except HTTPException as error:
        reason = f"the answer is not HTTP: {type(error).__name__}"
    message = f"the document {without_secrets(url)} cannot be fetched: {reason:.200}"
    raise refuse(Diagnostic("WSG702", message, help=help_text))


def _no_page(url: str, data: bytes) -> bytes:
    """Return `data` unless it is an HTML page, whose text YAML readers would report as odd syntax errors."""
    if data.lstrip().startswith(b"<"):
        message = f"what {without_secrets(url)} answers is not an AsyncAPI document, but a page"
        raise refuse(Diagnostic("WSG702", message, help=f"Name the document. {_SERVED}"))
    return data


def _answer(url: str, timeout: float) -> bytes:
    """Return what a server answers. Raises what `urllib` does, and OSError."""
    _check_scheme(url)
    headers = {"User-Agent": f"wsgen/{__version__}", "Accept": "application/json, */*;q=0.5"}
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    request = Request(parts._replace(netloc=host).geturl(), headers=headers)  # noqa: S310 - only of two schemes
    if user:  # not for those that it redirects to
        token = b64encode(unquote(user).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {token}")
    data = bytearray()
    deadline = time.monotonic() + timeout
    with build_opener(_Redirects()).open(request, timeout=timeout) as answer:
        while len(data) <= MAX_BYTES and (part := answer.read1(_CHUNK)):
            data += part
            if time.monotonic() > deadline:
                raise TimeoutError("timed out")
        if len(data) <= MAX_BYTES and answer.length:  # half of a document may be a valid one
            raise ConnectionError("the connection was closed before the end of the answer")
    return bytes(data)


class _Redirects(HTTPRedirectHandler):
    """Follows redirects to other places of the web only, and never from https to http."""

    max_redirections = 5

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        """Return the request for the next URL. Raises URLError if it is not to be followed."""
        _check_scheme(newurl)
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise URLError("it redirects from https to http")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check_scheme(url: str) -> None:
    if urlsplit(url).scheme.lower() not in _SCHEMES:
        raise URLError("only http:// and https:// are fetched")


def without_secrets(url: str) -> str:
    """Return `url` without what may be secret in it: user, password and query."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    except ValueError:
        return "that URL"
