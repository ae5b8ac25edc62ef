"""`proofbook access …`: what the gateway would decide about a call, and from which records."""

from __future__ import annotations

from typing import Any, Final

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_table, say
from proofbook.gateway.rules.explaining import Answer
from proofbook.gateway.rules.judging import FLAGS
from proofbook.wiring.admission import Explained, Question, TokensUsed, explain_access
from proofbook.wiring.home import open_home

_ASKS: Final = {
    "grant": "may they use it",
    "registered": "is it in use",
    "approved_weights": "are the weights approved",
    "unknown_weights": "are the weights known",
    "remote_model": "does it run here",
    "outside_hours": "is it within hours",
}


@click.group()
def access() -> None:
    """Who may use what, as the gateway holds it against the records."""


@access.command()
@click.argument("principal")
@click.argument("system")
@click.option("--model", help="Name of the model they would ask for; without it, what the system last answered with.")
@click.option("--key", help="Id of the key they would call with: a grant may name it.")
@click.option("--group", "groups", multiple=True, help="Group that their token would name; may be given several times.")
@click.pass_obj
def explain(shared: Shared, principal: str, system: str, model: str | None, key: str | None, groups: tuple[str, ...]) -> None:
    """What would be decided now about a call of PRINCIPAL to SYSTEM, and from which records.

    Tokens are those of the book; rates and the crowd of the moment are the running gateway's own and are not looked at.
    """
    found = explain_access(open_home(shared.home), Question(principal, system, key, groups, model))
    if shared.json:
        print_json(_as_json(found))
        return
    rows = [
        (
            _ASKS[each.question],
            _word(each),
            each.stance,
            each.says,
            ", ".join(f"{basis.kind} {basis.id}" for basis in each.records),
        )
        for each in found.explanation.answers
    ]
    print_table(("question", "answer", "otherwise", "because", "records"), rows)
    refusal, flags = found.explanation.verdict
    facts = [("now", "refused" if refusal is not None else "passes"), ("at", found.asked_at), ("zone", found.zone)]
    if refusal is not None:
        facts += [("reason", refusal.reason.value), ("the caller reads", refusal.detail)]
    elif flags:
        facts.append(("with flags", ", ".join(flags)))
    facts += [(_limit(each), f"{each.used:,} of {each.limit.tokens:,}") for each in found.tokens]
    facts.append(("weights known from", found.exchange or "no exchange yet"))
    print_facts(facts)
    if any(each.lacking for each in found.explanation.answers):
        say("What is lacking is mended by a record: `proofbook record template access.grant`, `ai_system` or `model.approval`.")


def _word(each: Answer) -> str:
    return "no" if each.lacking else "yes"


def _limit(each: TokensUsed) -> str:
    return f"tokens in a {each.limit.stretch}, {'this caller' if each.limit.own else 'all callers'}"


def _as_json(found: Explained) -> dict[str, Any]:
    refusal, flags = found.explanation.verdict
    return {
        "decision": "refuse" if refusal is not None else "flag" if flags else "allow",
        "reason": None if refusal is None else refusal.reason.value,
        "told": None if refusal is None else refusal.detail,
        "flags": list(flags),
        "at": found.asked_at,
        "zone": found.zone,
        "exchange": found.exchange,
        "tokens": [
            {"of": "caller" if own else "system", "in": stretch, "limit": limit, "used": used}
            for (own, stretch, limit), used in found.tokens
        ],
        "questions": [
            {
                "question": each.question,
                "flag": FLAGS[each.question],
                "policy": each.stance,
                "lacking": each.lacking,
                "because": each.says,
                "records": [basis._asdict() for basis in each.records],
            }
            for each in found.explanation.answers
        ],
    }
