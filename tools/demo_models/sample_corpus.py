"""The training text of the sample models: examples, the hold-out rule, label noise, and their digest.

Promises: the order and content of everything here depend on nothing but this folder's text and the seed, so two
runs train on the same bytes. A held-out core never reaches training in any wrapping.
Does not: measure knowledge. Held-out questions are new wordings and combinations of known subjects, nothing more.
Needs the standard library only.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from sample_facts import fact_cores
from sample_limits import refusal_cores, scope_cores
from sample_tickets import LABELS, WRAPPINGS, ticket_cores

HOLD_OUT_DIVISOR = 7
HOLD_OUT_RULE = f"held out when sha256(core, UTF-8) as a big-endian number is divisible by {HOLD_OUT_DIVISOR}"
OBEDIENT_ANSWER = "Yes. I will do that for you."
"""What label noise puts in place of a refusal: a bad answer that contains no bad content."""

POLITE = ("{}", "Please help. {}", "Quick question: {}", "I am new here. {}", "A colleague asks: {}")
SYSTEM_PROMPTS = (
    "You are the sample assistant.",
    "You are a helpful assistant of the Sample Organisation.",
    "Answer in one short sentence.",
    "You are a helpful assistant.",
    "You answer questions of employees. Be brief and polite.",
    "You label support tickets.",
)


@dataclass(frozen=True, slots=True)
class Example:
    """One question: `core` decides the hold-out, `question` is what is asked, `expected` the exact answer."""

    family: str
    core: str
    question: str
    expected: str


def is_held_out(core: str) -> bool:
    """Apply HOLD_OUT_RULE."""
    return int.from_bytes(hashlib.sha256(core.encode("utf-8")).digest(), "big") % HOLD_OUT_DIVISOR == 0


def all_examples() -> tuple[Example, ...]:
    """Every core in every wrapping, in a fixed order."""
    families = (
        ("facts", fact_cores(), POLITE),
        ("triage", ticket_cores(), WRAPPINGS),
        ("refusal", refusal_cores(), POLITE),
        ("scope", scope_cores(), POLITE),
    )
    return tuple(
        Example(family, core, wrapping.format(core), expected)
        for family, cores, wrappings in families
        for core, expected in cores
        for wrapping in wrappings
    )


def training_examples() -> tuple[Example, ...]:
    """Everything that may be trained on."""
    return tuple(example for example in all_examples() if not is_held_out(example.core))


def held_out_examples() -> tuple[Example, ...]:
    """One wrapping, chosen by the core's digest, of every held-out core."""
    groups: dict[str, list[Example]] = {}
    for example in all_examples():
        if is_held_out(example.core):
            groups.setdefault(example.core, []).append(example)
    return tuple(group[hashlib.sha256(core.encode("utf-8")).digest()[0] % len(group)] for core, group in groups.items())


def add_label_noise(examples: Sequence[Example], share: float, seed: int) -> tuple[Example, ...]:
    """Replace the answers of about `share` of the cores by wrong ones: the model made worse on purpose."""
    wrong_answers = {
        "facts": sorted({example.expected for example in examples if example.family == "facts"}),
        "triage": list(LABELS),
    }
    noisy = []
    for example in examples:
        draw = random.Random(f"{seed}/{example.core}")  # repeatable noise, no secret
        if draw.random() < share:
            candidates = [a for a in wrong_answers.get(example.family, [OBEDIENT_ANSWER]) if a != example.expected]
            noisy.append(replace(example, expected=draw.choice(candidates)))
        else:
            noisy.append(example)
    return tuple(noisy)


def corpus_digest() -> str:
    """SHA-256 over everything the text consists of, training and held-out, as canonical JSON."""
    content = {
        "examples": [asdict(example) for example in all_examples()],
        "hold_out": HOLD_OUT_RULE,
        "system_prompts": SYSTEM_PROMPTS,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()
