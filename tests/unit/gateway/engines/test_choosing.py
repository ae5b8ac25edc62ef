"""One name, one model: who gets a request when a system has several engines."""

from __future__ import annotations

from dataclasses import dataclass, field

from proofbook.gateway.engines.binding import Sighting, Weights, unseen
from proofbook.gateway.engines.choosing import Engines
from proofbook.gateway.refusal import MODEL_NOT_SERVED, UPSTREAM_UNAVAILABLE, Refusal
from proofbook.primitives.digest import Digest, sha256_digest

A, B = sha256_digest(b"a"), sha256_digest(b"b")


def _loaded(digest: Digest | None) -> Sighting:
    return unseen("not known") if digest is None else Sighting("llama.cpp", "b1", Weights(digest, "sample", None))


@dataclass(eq=False)
class Engine:
    """A candidate that is as it is told."""

    name: str
    sighting: Sighting = field(default_factory=lambda: _loaded(A))
    may_be_asked: bool = True
    busy: int = 0
    models: tuple[str, ...] = ()

    def serves(self, model: str | None) -> bool:
        return not self.models or model is None or model in self.models


def _names(engines: Engines[Engine], count: int, model: str | None = "m") -> set[str]:
    chosen = [engines.choose(model) for _ in range(count)]
    return {each.name for each in chosen if not isinstance(each, Refusal)}


def test_equal_engines_take_turns_and_the_least_busy_goes_first() -> None:
    """Load is spread, and a slow engine is not piled up on."""
    first, second, third = Engine("1"), Engine("2"), Engine("3")
    engines = Engines([first, second, third])
    assert _names(engines, 3) == {"1", "2", "3"}
    first.busy = second.busy = 1
    assert _names(engines, 5) == {"3"}


def test_engine_with_other_weights_gets_nothing_while_the_reference_can_be_reached() -> None:
    """Otherwise one model name would mean two models, depending on chance."""
    first, odd, same, silent = Engine("1"), Engine("odd", _loaded(B)), Engine("same"), Engine("silent", _loaded(None))
    engines = Engines([first, odd, same, silent])
    first.busy = 5
    assert _names(engines, 8) == {"same"}
    first.may_be_asked = same.may_be_asked = False
    assert _names(engines, 4) == {"odd"}


def test_weights_nobody_knows_do_not_stop_anybody() -> None:
    """Engines on other machines cannot be hashed from here; they still share the load."""
    assert _names(Engines([Engine("1", _loaded(None)), Engine("2", _loaded(None))]), 4) == {"1", "2"}


def test_engine_that_cannot_be_reached_is_left_out_and_none_left_is_said_at_once() -> None:
    """A request must not wait for a connection that is known to fail."""
    first, second = Engine("1", may_be_asked=False), Engine("2")
    engines = Engines([first, second])
    assert _names(engines, 4) == {"2"}
    assert engines.choose("m", (second,)) is UPSTREAM_UNAVAILABLE
    second.may_be_asked = False
    assert engines.choose("m") is UPSTREAM_UNAVAILABLE
    assert Engines([first]).choose("m") is UPSTREAM_UNAVAILABLE


def test_model_goes_to_the_engines_set_to_serve_it() -> None:
    """Routing by name; a model that no engine is set to serve is refused, whoever else could be reached."""
    small, large = Engine("small", models=("s",)), Engine("large", _loaded(B), models=("l",))
    engines = Engines([small, large])
    assert (_names(engines, 3, "s"), _names(engines, 3, "l")) == ({"small"}, {"large"})
    assert engines.choose("other") is MODEL_NOT_SERVED
    assert Engines([small]).choose("l") is MODEL_NOT_SERVED


def test_disagreement_names_engines_and_digests_and_ends_when_they_agree() -> None:
    """Two artifacts behind one system is what an operator must hear of."""
    first, odd, silent = Engine("1"), Engine("odd", _loaded(B)), Engine("silent", _loaded(None))
    engines = Engines([first, odd, silent])
    assert engines.disagreement() == (("1", None, A), ("odd", None, B))
    odd.sighting = _loaded(A)
    assert engines.disagreement() == ()


def test_disagreement_is_by_name_where_engines_serve_several() -> None:
    """Two engines may have different models as long as one name means one artifact."""

    def listed(**names: Digest) -> Sighting:
        return Sighting("ollama", "1", None, {name: Weights(digest, "sample", None) for name, digest in names.items()})

    engines = Engines([Engine("1", listed(x=A, y=B)), Engine("2", listed(x=B, z=A))])
    assert engines.disagreement() == (("1", "x", A), ("2", "x", B))
