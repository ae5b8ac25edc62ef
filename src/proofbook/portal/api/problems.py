"""Errors as problem documents (RFC 9457): the code, what is wrong, what mends it, and which fields, in words.

Promises: a problem holds what the error tree says of itself and nothing of any request, record or traceback; the same error is
told by the pages in the same words. `type` leads to the page that explains the code.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from proofbook.errors import ConfigurationError, ConflictError, ProofbookError, UnavailableError
from proofbook.fieldwork.request_import import ImportRefused
from proofbook.filing.mistakes import FilingMistakes, FilingRefused
from proofbook.people.keeping import UnderWay
from proofbook.portal.api.refusals import STATUS_WORDS, Misdirected, NotKnown, TooMany, WrongMethod
from proofbook.portal.posting import FormMistakes

MEDIA: Final = "application/problem+json"
_RETRY_SECONDS: Final = 5
_UNPROCESSABLE: Final = 422
_MOST: Final = 100


class FieldMistake(BaseModel):
    """One field that cannot be taken."""

    model_config = ConfigDict(frozen=True)

    field: str = Field(description="the field; empty: the whole")
    what: str = Field(description="what is wrong with it")
    fix: Annotated[str | None, Field(description="what puts it right, where that can be told")] = None


class Problem(BaseModel):
    """Why something was not done or shown (RFC 9457)."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)

    type: str = Field(description="address, on this portal, of the words about this sort of problem")
    title: str = Field(description="the sort of problem, in words")
    status: int = Field(description="the HTTP status")
    code: str = Field(description="stable code of the error")
    detail: str = Field(description="what is wrong")
    hint: str | None = Field(description="what mends it")
    mistakes: tuple[FieldMistake, ...] = Field(description="fields that cannot be taken; empty where no field is at fault")


def problem_of(error: ProofbookError) -> Problem:
    """An error in the words of the error tree."""
    mistakes = _mistakes(error)
    status = _status(error)
    return Problem(
        type=f"/api#{error.code}",
        title=STATUS_WORDS.get(status, "It could not be done"),
        status=status,
        code=error.code,
        detail=_visible(error.message),
        hint=None if error.hint is None else _visible(error.hint),
        mistakes=mistakes[:_MOST],
    )


def answer_problem(error: ProofbookError) -> Response:
    """The same as an HTTP answer with the headers that belong to it."""
    problem = problem_of(error)
    response = Response(json.dumps(problem.model_dump(), ensure_ascii=True), problem.status, media_type=MEDIA)
    response.headers.update(_headers(error, problem.status))
    return response


def explain(status: int, reason: str) -> Response:
    """A problem that stands before the API: the wrong host, or nobody could be looked up."""
    if reason == "host":
        return answer_problem(Misdirected("this portal does not go by that name", hint="see portal.names of its settings"))
    if reason == "unavailable":
        return answer_problem(UnavailableError("it cannot be found out at the moment whose token this is", hint="try again"))
    error = ProofbookError("it could not be done; the log names the kind of mistake")
    error.http_status = status
    return answer_problem(error)


def _status(error: ProofbookError) -> int:
    match error:
        case FormMistakes() | FilingMistakes() | FilingRefused() | ImportRefused():
            return _UNPROCESSABLE
        case ConfigurationError():
            return 404
    return error.http_status


def _headers(error: ProofbookError, status: int) -> dict[str, str]:
    match error:
        case NotKnown():
            return {"www-authenticate": 'Bearer realm="proofbook"'}
        case WrongMethod():
            return {"allow": error.allow}
        case TooMany():
            return {"retry-after": str(error.seconds)}
        case ConflictError() if isinstance(error, UnderWay):
            return {"retry-after": str(_RETRY_SECONDS)}
    return {"retry-after": str(_RETRY_SECONDS)} if status in {502, 503} else {}


def _mistakes(error: ProofbookError) -> tuple[FieldMistake, ...]:
    match error:
        case FormMistakes():
            found: list[Any] = [(name, words, None) for name, words in error.by_field.items()]
        case FilingMistakes() | FilingRefused():
            found = [(each.field, each.what, each.fix or None) for each in error.mistakes]
        case ImportRefused():
            found = [(_cell(each.row, each.column), each.what, each.fix) for each in error.mistakes]
        case _:
            return ()
    return tuple(
        FieldMistake(field=_visible(name), what=_visible(what), fix=None if fix is None else _visible(fix))
        for name, what, fix in found
    )


def _cell(row: int, column: str | None) -> str:
    return f"row {row}" if column is None else f"row {row}, column {column}"


def _visible(text: str) -> str:
    """Text that any JSON reader takes: lone surrogates as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()
