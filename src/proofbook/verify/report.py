"""What was looked at, what came of it, and where anything is wrong: for people and, as JSON, for machines.

A step either checks out, is damaged, could not be run (which counts as damage) or was not asked for. Nothing here concludes
anything about an organisation or its controls. Every foreign value is escaped before it is printed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import Callable, List, Tuple

from proofbook.verify.encoding import Damage, safe_text

EXIT_CHECKS_OUT = 0
EXIT_UNUSABLE = 3
EXIT_DAMAGED = 5

MAX_PROBLEMS = 50
"""Problems listed for one step; the rest are counted. One damaged file can make thousands."""


class Outcome(Enum):
    """What came of a step."""

    CHECKS_OUT = "checks out"
    DAMAGED = "DAMAGED"
    NOT_RUN = "not run"
    NOT_ASKED = "not asked"


class NotRun(Exception):
    """A step cannot be done; the message is the reason."""


class NotAsked(Exception):
    """An optional step for which nothing was given."""


@dataclass(frozen=True)
class Problem:
    """One thing that does not check out: the step that caught it, the file and place in it, and what is wrong."""

    step: int
    place: str
    what: str


@dataclass(frozen=True)
class Step:
    """One numbered step. `detail` says what exactly was checked, or why it could not be; `problems` counts all, listed or not."""

    number: int
    name: str
    outcome: Outcome
    detail: str
    problems: int


@dataclass(frozen=True)
class Report:
    """Everything one run found. `unusable`: why there was nothing to verify. `warning`: said before everything else."""

    room: str
    steps: Tuple[Step, ...] = ()
    proven: Tuple[str, ...] = ()
    not_covered: Tuple[str, ...] = ()
    problems: Tuple[Problem, ...] = ()
    warning: str = ""
    unusable: str = ""

    @property
    def exit_code(self) -> int:
        """0 everything checked out, 5 damage, 3 not a room or bad arguments."""
        if self.unusable:
            return EXIT_UNUSABLE
        sound = all(step.outcome in (Outcome.CHECKS_OUT, Outcome.NOT_ASKED) for step in self.steps)
        return EXIT_CHECKS_OUT if self.steps and sound and not self.problems else EXIT_DAMAGED

    def lines(self) -> List[str]:
        """The report for people; no line holds a control character."""
        if self.unusable:
            return [safe_text(f"Nothing was verified: {self.unusable}")]
        out = [f"Evidence room: {self.room}"] + ([self.warning] if self.warning else []) + [""]
        out.extend(f"{step.number}. {step.name}: {step.detail} — {_word(step)}" for step in self.steps)
        out += ["", "PROVEN" if self.exit_code == EXIT_CHECKS_OUT else "PROVEN (only by the steps that check out)"]
        out += [f"  - {line}" for line in self.proven] or ["  nothing"]
        out += ["", "NOT COVERED"] + [f"  - {line}" for line in self.not_covered]
        out += ["", "PROBLEMS"] + [f"  - step {each.step}: {each.place}: {each.what}" for each in self.problems]
        for step in self.steps:
            hidden = step.problems - sum(1 for each in self.problems if each.step == step.number)
            if hidden > 0:
                out.append(f"  - step {step.number}: and {hidden} more")
        if not self.problems:
            out.append("  none found")
        out += ["", _verdict(self)]
        return [safe_text(line) for line in out]

    def to_json(self) -> str:
        """The same as one JSON object, keys sorted, one newline at the end."""
        value = {
            "format": "proofbook-verification/1",
            "room": self.room,
            "exit_code": self.exit_code,
            "unusable": self.unusable or None,
            "warning": self.warning or None,
            "steps": [
                {
                    "number": each.number,
                    "name": each.name,
                    "outcome": each.outcome.name.lower(),
                    "detail": each.detail,
                    "problems": each.problems,
                }
                for each in self.steps
            ],
            "proven": list(self.proven),
            "not_covered": list(self.not_covered),
            "problems": [{"step": each.step, "place": each.place, "what": each.what} for each in self.problems],
        }
        return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=True) + "\n"


def _word(step: Step) -> str:
    if step.outcome is Outcome.DAMAGED:
        return f"DAMAGED: {counted(step.problems, 'problem')}"
    return str(step.outcome.value)


def _verdict(report: Report) -> str:
    if report.exit_code == EXIT_CHECKS_OUT:
        return "Everything that was checked checks out. Read NOT COVERED before relying on it."
    return "This room does not check out. Do not rely on it before the places named above are explained."


class Findings:
    """Collects what the steps find."""

    def __init__(self) -> None:
        self.steps: List[Step] = []
        self.proven: List[str] = []
        self.not_covered: List[str] = []
        self.problems: List[Problem] = []
        self.warning = ""
        self._number = 0
        self._count = 0

    def problem(self, place: str, what: str) -> None:
        """Notes a problem of the running step."""
        self._count += 1
        if self._count <= MAX_PROBLEMS:
            self.problems.append(Problem(self._number, place, what))

    def outcome_of(self, number: int) -> Outcome:
        """What came of an earlier step."""
        return self.steps[number - 1].outcome

    def run(self, name: str, check: Callable[[], str]) -> None:
        """Runs the next step. Whatever hostile input makes `check` raise becomes a problem of this step, never a traceback."""
        self._number = len(self.steps) + 1
        self._count = 0
        proven_before = len(self.proven)
        outcome = Outcome.CHECKS_OUT
        try:
            detail = check()
        except NotRun as reason:
            outcome, detail = Outcome.NOT_RUN, str(reason)
        except NotAsked as reason:
            outcome, detail = Outcome.NOT_ASKED, str(reason)
        except Damage as damage:
            self.problem(damage.place, damage.what)
            detail = "stopped at the first problem"
        except Exception as error:  # noqa: BLE001  # last line of defence: an unforeseen form of damage is damage, not a crash
            self.problem("this step", f"could not be finished: {type(error).__name__}: {error}")
            detail = "stopped by an unforeseen problem"
        if self._count:
            outcome = Outcome.DAMAGED
        if outcome is not Outcome.CHECKS_OUT:
            del self.proven[proven_before:]
        self.steps.append(Step(self._number, name, outcome, detail, self._count))

    def report(self, room: str) -> Report:
        """The finished report."""
        parts = (tuple(self.steps), tuple(self.proven), tuple(self.not_covered), tuple(self.problems))
        return Report(room, *parts, warning=self.warning)


def counted(number: int, what: str) -> str:
    """Such as 1 key, 2 keys."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
