"""A drawn item's folder as one JSON document, for programs and for evidence rooms; no content is in it.

Keys are stable: other programs read them. What is missing stands in the document like everything else.
"""

from __future__ import annotations

from typing import Final

from proofbook.fieldwork.item import ItemFolder
from proofbook.fieldwork.parts import Part
from proofbook.primitives.canonical import JsonValue

FORMAT: Final = "proofbook-sample-item/1"


def item_document(folder: ItemFolder) -> dict[str, JsonValue]:
    """The folder as plain values."""
    row: JsonValue = None if folder.row is None else dict(folder.row)
    return {
        "format": FORMAT,
        "sample": folder.sample,
        "item": folder.item.item,
        "row_number": folder.item.row,
        "row": row,
        "parts": [_part(each) for each in folder.parts],
        "history": [
            {"recorded": each.recorded, "kind": each.kind, "what": each.what, "entry": each.entry, "index": each.index}
            for each in folder.history
        ],
        "links": [
            {
                "relation": each.relation,
                "kind": each.kind,
                "id": each.id,
                "title": each.title,
                "entry": each.entry,
                "index": each.index,
                "found": each.found,
                "words": each.words,
            }
            for each in folder.links
        ],
        "content": [
            {"slot": each.name, "exchange": each.exchange, "state": each.state, "bytes": each.bytes, "commit": each.commit}
            for each in folder.slots
        ],
        "missing": [{"what": each.what, "why": each.why} for each in folder.missing],
    }


def _part(part: Part) -> dict[str, JsonValue]:
    proof = part.proof
    return {
        "name": part.name,
        "index": part.index,
        "entry": None if part.entry is None else part.entry.id,
        "trouble": part.trouble,
        "proof": proof.tone,
        "leaf": proof.leaf,
        "size": proof.size,
        "root": proof.root,
        "path": list(proof.path),
    }
