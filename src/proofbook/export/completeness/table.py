"""The closed table of completeness checks, by the names that definitions use.

Promises: every check a definition names is asked, in its order, and answers; one that fails in itself cannot hide another's
answer. Which ones bear on completeness is written in the definition.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from proofbook.export.checks import Check
from proofbook.export.completeness import access, everywhere, models, operation, oversight, rolling, schedule
from proofbook.export.completeness.question import NO_SCOPE, Asked, Question, Wording, informative
from proofbook.export.second_source import check_engine_counters

_MODULES: Final = (everywhere, schedule, access, models, oversight, operation)
_DATED: Final = MappingProxyType(
    {
        "systems": rolling.SYSTEMS,
        "vendors": rolling.VENDORS,
        "waivers": rolling.WAIVERS,
        "rules": rolling.RULES,
        "incidents": rolling.INCIDENTS,
        "exceptions": rolling.EXCEPTIONS,
    }
)


def engine_reconciliation(question: Question, _words: Wording) -> Iterator[Check]:
    """Exchanges recorded against the engines' own counters, two sources, day by day."""
    yield check_engine_counters(question.basis.reconciled)


def _found() -> dict[str, Callable[..., Any]]:
    made: dict[str, Callable[..., Any]] = {"engine_reconciliation": engine_reconciliation}
    for module in (*_MODULES, rolling):
        for name, value in vars(module).items():
            own = inspect.isfunction(value) and value.__module__ == module.__name__
            if own and not name.startswith("_") and next(iter(inspect.signature(value).parameters)) == "question":
                made[name] = value
    made |= {f"roll_forward_{name}": partial(rolling.of_records, dates) for name, dates in _DATED.items()}
    return made


CHECKS: Final[Mapping[str, Asked]] = MappingProxyType(_found())
"""Checks by name."""

_ROLLED: Final = "What stood at the start plus what was added, less what ended, against what stands at the end."
_WITHOUT_SCOPE: Final = frozenset(
    {name for name, value in vars(everywhere).items() if inspect.isfunction(value)} - {"references", "environment"}
) | {"engine_reconciliation", "erasures_against_runs", "holds_respected", "accesses_lead_to_exchanges", "roll_forward_artifacts"}
"""Checks that need no facts of an assessment."""


def describe_check(name: str) -> str:
    """What a check compares, in one sentence."""
    check = CHECKS[name]
    text = _ROLLED if isinstance(check, partial) else inspect.getdoc(check) or ""
    return " ".join(text.split())


def ask(question: Question) -> tuple[Check, ...]:
    """Every check of a population's definition, with its answer."""
    answers: list[Check] = []
    for named in question.definition.checks:
        words = Wording(named.id, _lower(describe_check(named.id)))
        if question.basis.assessed is None and named.id not in _WITHOUT_SCOPE:
            made = [words.unknown(NO_SCOPE)]
        else:
            made = list(CHECKS[named.id](question, words))
        answers += made if named.bears else map(informative, made)
    return tuple(answers)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")
