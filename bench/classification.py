"""How fast content is classified, and how much of a small labelled corpus is found: precision and recall of each class.

The corpus is tests/support/labelled_texts.py: invented, small, and made to be hard. It shows what the rules do, not how often
real traffic holds what. usage: python bench/classification.py
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from proofbook.gateway.classifying import ClassificationSettings
from proofbook.journal.receipt import Content, Receipt, Submission
from proofbook.primitives.instants import FixedClock
from proofbook.records.envelope import UNKNOWN_ACTOR, Assurance, Draft
from proofbook.sensitive.classes import SensitiveKind
from proofbook.sensitive.finding import find_spans
from proofbook.sensitive.rule_set import libraries, rule_set
from proofbook.wiring.classifier import ProcessClassifier, WatchedRecorder
from support.labelled_texts import LABELLED

_PROSE = b"The quick brown fox, in 2024, jumped over 13 lazy dogs near 10 Downing Street. "
_HOSTILE = {"digits in groups": b"4 ", "broken card numbers": b"4111 1111 1111 1112 ", "dots": b"1.", "at signs": b"a@"}


def measure_rates() -> dict[str, float]:
    """MiB per second of processor time, by kind of text."""
    dense = b"\n".join(each.data for each in LABELLED)
    texts = {"prose": _PROSE, "the corpus, which is dense": dense + b"\n", **_HOSTILE}
    found = {}
    for name, unit in texts.items():
        data = unit * (1 + (1 << 20) // len(unit))
        begun = time.process_time()
        find_spans(data)
        found[name] = len(data) / (time.process_time() - begun) / (1 << 20)
    return found


def measure_small() -> float:
    """Microseconds of processor time for a message of 400 bytes."""
    message = (_PROSE * 6)[:400]
    begun = time.process_time()
    for _ in range(2000):
        find_spans(message)
    return (time.process_time() - begun) / 2000 * 1e6


class NullRecorder:
    """Says at once that all is durable, so that only the classifier's own work is measured."""

    def __init__(self) -> None:
        self.recorded = 0

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        """Count."""
        self.recorded += len(submissions)
        future: Future[tuple[Receipt, ...]] = Future()
        future.set_result(())
        return future

    def record(self, draft: Draft, contents: tuple[Content, ...] = ()) -> Receipt:
        """Nobody asks."""
        raise RuntimeError(draft.kind, contents)


def measure_beside(exchanges: int = 3000) -> tuple[float, float, float]:
    """For exchanges of 1 KB each way: microseconds of processor time here and in the classifier's process; exchanges a second."""
    text = (_PROSE * 20)[:1000].decode()
    asked = json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}).encode()
    answered = json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}).encode()
    recorder = NullRecorder()
    classifier = ProcessClassifier(ClassificationSettings(), recorder, FixedClock(datetime(2026, 1, 1, tzinfo=UTC)), "bench")
    watched = WatchedRecorder(recorder, classifier.take)
    watched.submit(_exchange("warm", asked, answered)).result()
    while recorder.recorded < 3:
        time.sleep(0.01)
    children, begun, own = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, time.perf_counter(), time.process_time()
    for number in range(exchanges):
        watched.submit(_exchange(f"x_{number}", asked, answered))
    classifier.close()
    own, took = time.process_time() - own, time.perf_counter() - begun
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - children
    return own / exchanges * 1e6, child / exchanges * 1e6, exchanges / took


def _exchange(name: str, asked: bytes, answered: bytes) -> list[Submission]:
    made = []
    bodies: tuple[tuple[str, str, dict[str, Any], bytes], ...] = (
        ("exchange.request", "request", {"protocol": "openai.chat", "system": "bench"}, asked),
        ("exchange.response", "response", {"chunks": 0}, answered),
    )
    for kind, slot, body, content in bodies:
        draft = Draft(kind, name, "", UNKNOWN_ACTOR, "bench", Assurance.INLINE, body)
        made.append(Submission(draft, (Content(slot, content, "c"),)))
    return made


def tabulate() -> list[tuple[SensitiveKind, int, int, int]]:
    """Class, spans found and labelled, found and not labelled, labelled and not found."""
    right: Counter[SensitiveKind] = Counter()
    wrong: Counter[SensitiveKind] = Counter()
    missed: Counter[SensitiveKind] = Counter()
    for each in LABELLED:
        found, labelled = set(find_spans(each.data).spans), set(each.spans)
        right.update(span.kind for span in found & labelled)
        wrong.update(span.kind for span in found - labelled)
        missed.update(span.kind for span in labelled - found)
        for span in sorted(found ^ labelled):
            sign = "-" if span in labelled else "+"
            print(f"  {sign} {span.kind}: {each.data[span.start : span.end].decode(errors='replace')}")
    return [(kind, right[kind], wrong[kind], missed[kind]) for kind in SensitiveKind]


def main() -> None:
    """Measure and print."""
    print(f"rule set {rule_set()}; {', '.join(f'{name} {version}' for name, version in libraries().items())}")
    print("\nfound (+) or missed (-) otherwise than labelled:")
    table = tabulate()
    print("\n| class | labelled | found | precision | recall |\n|---|---|---|---|---|")
    for kind, right, wrong, missed in table:
        precision = right / (right + wrong) if right + wrong else 0.0
        print(f"| {kind} | {right + missed} | {right + wrong} | {precision:.2f} | {right / (right + missed):.2f} |")
    print("\nMiB per second of processor time:")
    for name, rate in measure_rates().items():
        print(f"  {name}: {rate:.1f}")
    own, child, rate = measure_beside()
    print(f"\nan exchange of 1 KB each way: {own:.0f} microseconds beside the gateway, {child:.0f} in the classifier's process")
    print(f"  {rate:,.0f} exchanges a second with one process")
    print(f"\n400 bytes of prose: {measure_small():.0f} microseconds")


if __name__ == "__main__":
    main()
