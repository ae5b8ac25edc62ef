"""What somebody sends: the fields and files of a form, bounded, and the tokens that show it came from a page of ours.

Promises: nothing is read past the limits; a field reaches nobody unless a typed value asks for it; a form without its token is
refused before anything is done. The token follows from the visitor's own cookie, so nothing about it is kept. Hostile input: any
bytes are a form with mistakes or an InputError; names of files are text and never become paths.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, TypeVar, get_origin

from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from proofbook.errors import InputError, LimitExceeded

CSRF_FIELD: Final = "csrf"
MAX_FORM_BYTES: Final = 1024 * 1024
MAX_OPEN_BYTES: Final = 16 * 1024
"""Of a form that anybody may send: names, passwords and codes."""
MAX_QUERY_BYTES: Final = 8_000
MAX_QUERY_FIELDS: Final = 60
MAX_UPLOAD_BYTES: Final = 32 * 1024 * 1024
"""All of one sending, files included."""
_MAX_FIELDS: Final = 4_000
_MAX_FILES: Final = 20
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_CHUNKED_FIX: Final = "send it as a browser does, with its length"

M = TypeVar("M", bound=BaseModel)


class FormMistakes(InputError):
    """A form that cannot be taken as it is. `by_field`: what is wrong, for each field."""

    code = "form_mistakes"

    def __init__(self, by_field: Mapping[str, str]) -> None:
        first = next(iter(by_field.items()), ("", "cannot be taken"))
        super().__init__(f"{first[0]}: {first[1]}" if first[0] else first[1], hint="correct the marked fields and send it again")
        self.by_field = dict(by_field)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent. `name` is what its sender called it."""

    field: str
    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Given:
    """What a form held, in the order it was sent."""

    fields: Mapping[str, tuple[str, ...]]
    files: tuple[Upload, ...] = ()

    def one(self, name: str) -> str:
        """The only value of a field, without blanks around it; empty when there is none."""
        values = self.fields.get(name, ())
        return values[0].strip() if values else ""

    def many(self, name: str) -> tuple[str, ...]:
        """All values of a field that are not empty."""
        return tuple(each.strip() for each in self.fields.get(name, ()) if each.strip())

    def file(self, name: str) -> Upload | None:
        """A file that was chosen for a field."""
        return next((each for each in self.files if each.field == name and (each.name or each.data)), None)

    def read(self, model: type[M]) -> M:
        """A typed value made of the fields of its names; empty fields are left out.

        Raises:
            FormMistakes: naming each field that cannot be taken.
        """
        values: dict[str, Any] = {}
        for name, field in model.model_fields.items():
            several = get_origin(field.annotation) in {list, tuple}
            found: Any = list(self.many(name)) if several else self.one(name)
            if found:
                values[name] = found
        return read_typed(model, values)


def read_typed(model: type[M], values: Mapping[str, Any]) -> M:
    """A typed value. Raises FormMistakes naming each field."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = {".".join(map(str, each["loc"])): _words(each["type"], each["msg"]) for each in error.errors()}
        raise FormMistakes(found) from error


def make_token(cookie: str) -> str:
    """The token of the forms shown to whoever holds a cookie."""
    return urlsafe_b64encode(hmac.digest(cookie.encode("utf-8", "surrogatepass"), b"proofbook form v1", sha256)).decode()


def check_token(given: Given, token: str | None) -> bool:
    """Whether a form carries the token it was shown with."""
    return token is not None and hmac.compare_digest(given.one(CSRF_FIELD).encode("utf-8", "surrogatepass"), token.encode())


def read_query(request: Request) -> dict[str, str]:
    """What an address asks for. Raises LimitExceeded for more than an account of a look can name."""
    if len(request.scope["query_string"]) > MAX_QUERY_BYTES or len(request.query_params) > MAX_QUERY_FIELDS:
        raise LimitExceeded(
            f"the address asks for more than {MAX_QUERY_FIELDS} things at once, or in more than {MAX_QUERY_BYTES:,} bytes",
            hint="ask for less",
        )
    return dict(request.query_params)


async def read_given(request: Request, *, by_anybody: bool = False) -> Given:
    """The form of a request, whole; what anybody may send is short and holds no files. Raises InputError, LimitExceeded."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in _FORMS[:1] if by_anybody else media not in _FORMS:
        raise InputError("this address takes forms", hint="fill in the form of the page and send it")
    most = MAX_OPEN_BYTES if by_anybody else MAX_UPLOAD_BYTES if media == _FORMS[1] else MAX_FORM_BYTES
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdecimal()):
        raise InputError("the length of what was sent is not stated", hint=_CHUNKED_FIX)
    if int(length) > most:
        raise LimitExceeded(f"{int(length):,} bytes were sent, the cap is {most:,}", hint="send less, or a smaller file")
    try:
        async with request.form(max_files=_MAX_FILES, max_fields=_MAX_FIELDS, max_part_size=most) as form:
            fields: dict[str, tuple[str, ...]] = {}
            files: list[Upload] = []
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files.append(Upload(name, value.filename or "", value.content_type or "", await value.read()))
                else:
                    fields[name] = (*fields.get(name, ()), value.replace("\r\n", "\n"))
    except ClientDisconnect as error:
        raise InputError("what was sent broke off", hint="send it again") from error
    except (HTTPException, UnicodeDecodeError) as error:
        raise InputError("the form cannot be read", hint="load the page again and send it once more") from error
    return Given(fields, tuple(files))


def _words(kind: str, message: str) -> str:
    if kind == "missing":
        return "is not filled in"
    return message.removeprefix("Value error, ").removeprefix("Input should be ").strip() if kind == "value_error" else message
