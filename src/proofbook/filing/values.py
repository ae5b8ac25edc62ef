"""Records stated as plain values, by a form or a program, on the same way as records in files.

Promises: what a file with the same words would be, with the same mistakes. Hostile input can cause nothing but mistakes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from proofbook.filing.document import Filed, parse_documents
from proofbook.filing.json_reading import parse_json_documents
from proofbook.filing.mistakes import Mistakes

FORM_NAME: Final = "the form"


def read_values(kind: str, id: str, record: Mapping[str, Any], *, occurred: str | None = None) -> Filed:  # noqa: A002 - what it is called
    """One record of a kept kind.

    Raises:
        FilingMistakes: with everything that is wrong, each with its field.
    """
    document: dict[str, Any] = {"kind": kind, "id": id, "record": record}
    if occurred is not None:
        document["occurred"] = occurred
    mistakes = Mistakes()
    found = parse_documents(parse_json_documents(json.dumps(document), FORM_NAME, mistakes), mistakes)
    mistakes.raise_mistakes()
    return found[0]
