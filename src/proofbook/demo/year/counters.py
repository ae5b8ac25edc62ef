"""The sample engine's own counters as daily looks would have found them: what the plan served, and what went around.

Made last, from the plan with its faults, so that they agree wherever nothing went around the gateway.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, Final

from proofbook.demo.year.calendar import DAY, Year
from proofbook.demo.year.plan import Plan, Step, observe
from proofbook.primitives.instants import format_instant

UPSTREAM: Final = "sample-engine"
COLLECTOR: Final = "collector:engine_counters"
ADDRESS: Final = "127.0.0.1:8080"
_METRICS: Final = {
    "prompt_tokens_processed": "llamacpp:prompt_tokens_total",
    "prompt_tokens_cached": "llamacpp:prompt_tokens_cached_total",
    "completion_tokens": "llamacpp:tokens_predicted_total",
}


def plan_counters(plan: Plan, year: Year) -> Iterator[Step]:
    """A look shortly after each midnight, and one before the last."""
    served = sorted([*_recorded(plan), *plan.around])
    moments = [moment for moment, _, _ in served]
    prompts = [0, *accumulate(prompt for _, prompt, _ in served)]
    answers = [0, *accumulate(answer for _, _, answer in served)]
    looks = [year.at(year.day(place), 0, 10) for place in range((year.last - year.first).days + 1)]
    began = format_instant(year.at(year.first - DAY, 5))
    for look in (*looks, year.at(year.last, 23, 50)):
        instant = format_instant(look)
        place = bisect_right(moments, instant)
        values = {"prompt_tokens_processed": prompts[place], "prompt_tokens_cached": 0, "completion_tokens": answers[place]}
        counters: list[dict[str, Any]] = [
            {"measure": measure, "metric": _METRICS[measure], "model": None, "value": value} for measure, value in values.items()
        ]
        yield observe(
            "engine.counters", f"engine:{ADDRESS}", COLLECTOR, look,
            upstreams=[UPSTREAM], address=ADDRESS, product="llama.cpp", build="b1-sample", asked=instant, answered=instant,
            status="read", reason=None, process_start=began, process_start_from="host", counters=counters, unchanged=0,
        )  # fmt: skip


def _recorded(plan: Plan) -> Iterator[tuple[str, int, int]]:
    """When each exchange of the plan was answered, and its tokens."""
    for step in plan.of("exchange.response"):
        usage = step.body["usage"]
        yield step.body["last_byte_at"], usage["prompt_tokens"], usage["completion_tokens"]
