"""Bodies of kept records for property tests: all that a kind takes, with text of the test's choice wherever text may stand."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from proofbook.filing.shape import Shape, Sort, shape_of
from proofbook.primitives.canonical import MAX_INTEGER
from proofbook.records.kept import KEPT
from support.kept_bodies import sample_value

_DECIMALS = st.from_regex(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", fullmatch=True, alphabet="-.0123456789")


class Bodies:
    """Draws `texts` wherever free text may stand, and `moments` for points in time (the sample's own when not given)."""

    def __init__(self, texts: st.SearchStrategy[str], moments: st.SearchStrategy[str] | None = None) -> None:
        self._texts = texts
        self._moments = moments

    def of(self, kind: str) -> st.SearchStrategy[dict[str, Any]]:
        """Bodies that a kind takes, as they are recorded."""
        return self._value(shape_of(kind)).map(lambda body: KEPT[kind].model_validate(body).to_body())

    def _value(self, shape: Shape) -> st.SearchStrategy[Any]:
        bare = self._bare(shape)
        return st.none() | bare if shape.nullable else bare

    def _bare(self, shape: Shape) -> st.SearchStrategy[Any]:
        match shape.sort:
            case Sort.TABLE:
                return st.fixed_dictionaries(
                    {each.name: self._value(each.shape) for each in shape.fields if each.required},
                    optional={each.name: self._value(each.shape) for each in shape.fields if not each.required},
                )
            case Sort.LIST if shape.item is not None:
                return st.lists(self._value(shape.item), min_size=shape.least_items, max_size=3)
            case Sort.MAP if shape.item is not None:
                return st.dictionaries(self._texts.filter(str.isascii), self._value(shape.item), max_size=2)
            case Sort.CHOICE:
                return st.sampled_from(shape.choices)
            case Sort.FLAG:
                return st.booleans()
            case Sort.WHOLE:
                return st.integers(shape.minimum if shape.minimum is not None else -MAX_INTEGER, MAX_INTEGER)
            case Sort.DECIMAL:
                return _DECIMALS
            case Sort.MOMENT if self._moments is not None:
                return self._moments
            case Sort.TEXT if shape.pattern is None:
                return self._texts
            case _:
                return st.just(sample_value("sample", shape))
