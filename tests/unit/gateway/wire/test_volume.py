"""Documents of very many values are not read; documents of much text are."""

from __future__ import annotations

import json

import pytest

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.documents import decode_object
from proofbook.gateway.wire.fields import parse_object
from proofbook.gateway.wire.texts import texts_of_request
from proofbook.gateway.wire.volume import MOST_VALUES, holds_too_many

MANY = {
    "lists": b'{"messages":[' + b"[]," * MOST_VALUES + b"[]]}",
    "numbers": b'{"prompt":[' + b"1," * MOST_VALUES + b"1]}",
    "texts": b'{"input":[' + b'"",' * MOST_VALUES + b'""]}',
    "fields": b'{"metadata":{' + b'"a":1,' * MOST_VALUES + b'"a":1}}',
    "behind escapes": b'{"a":"\\\\","b\\\\\\"":[' + b"[]," * MOST_VALUES + b"[]]}",
}
FEW = {
    "text of commas": json.dumps({"prompt": '[{,"\\' * MOST_VALUES}).encode(),
    "as many as may be": b'{"prompt":[' + b"1," * (MOST_VALUES - 10) + b"1]}",
}


@pytest.mark.parametrize("document", MANY.values(), ids=MANY)
def test_document_of_too_many_values_is_not_read(document: bytes) -> None:
    """Thirty megabytes of empty lists take most of a gigabyte, and two seconds in which nobody else is served."""
    with pytest.raises(MalformedRecord, match="values"):
        parse_object(document, frozenset())
    assert decode_object(document) is None
    assert texts_of_request("openai.chat", document).texts == (document.decode(),)


@pytest.mark.parametrize("document", FEW.values(), ids=FEW)
def test_long_text_is_read_whatever_it_holds(document: bytes) -> None:
    """Prompts are code and tables, too."""
    assert not holds_too_many(document)
    assert parse_object(document, frozenset()).keys() == {"prompt"}
