"""Which counters each engine publishes, and what they count: a table, with the place where each name is documented.

Promises: only names that the engines' own documentation or answers state; an engine that publishes none is in the table too, so
that its counters are unknown and not zero. Adding an engine is adding a row. Source: gateways.md 3g and the places named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Measure(StrEnum):
    """What a counter counts."""

    HTTP_REQUESTS = "http_requests"
    """Calls of a path that makes a model work, one for each exchange."""
    REQUESTS = "requests"
    """Requests the engine finished; one exchange may be several."""
    FAILURES = "failures"
    PROMPT_TOKENS = "prompt_tokens"
    """Tokens of prompts, those reused from a cache among them."""
    PROMPT_PROCESSED = "prompt_tokens_processed"
    """Tokens of prompts that were not reused from a cache."""
    PROMPT_CACHED = "prompt_tokens_cached"
    COMPLETION_TOKENS = "completion_tokens"


COMPARED: Final = (
    Measure.HTTP_REQUESTS,
    Measure.REQUESTS,
    Measure.PROMPT_TOKENS,
    Measure.PROMPT_PROCESSED,
    Measure.COMPLETION_TOKENS,
)
"""Measures of which the book has a figure too, in the order of `Served.amounts`."""
COUNTS_REQUESTS: Final = frozenset({Measure.HTTP_REQUESTS, Measure.REQUESTS})
"""Where an engine publishes one of these it decides; tokens are then shown beside it."""


@dataclass(frozen=True, slots=True)
class Counter:
    """One name. `only`: the label by which series are chosen, and its values; without it all series count."""

    measure: Measure
    metric: str
    source: str
    only: tuple[str, frozenset[str]] | None = None


@dataclass(frozen=True, slots=True)
class Publisher:
    """What one engine publishes. `mark` begins a name that only this engine has; `model_label` tells its models apart."""

    product: str
    mark: str
    counters: tuple[Counter, ...]
    model_label: str | None = None
    settle_seconds: int = 2
    """By so much later than its reply's last byte a request may be counted."""
    advice: str = ""
    """What makes it publish them."""
    metrics: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "metrics", frozenset(each.metric for each in self.counters))


PROCESS_START: Final = "process_start_time_seconds"
"""Convention of Prometheus' client libraries: Unix time at which the process started."""

_VLLM: Final = "vLLM documentation, Production Metrics"
_LLAMA: Final = "llama.cpp tools/server/README.md, GET /metrics, and its HELP lines"
_SGLANG: Final = "SGLang documentation, Production Metrics"
_TGI: Final = "text-generation-inference documentation, Metrics"
_WORKING_PATHS: Final = frozenset(
    {
        *("/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages", "/v1/embeddings"),
        *("/v1/rerank", "/v2/rerank", "/rerank", "/v1/score", "/score", "/pooling", "/classify", "/generate", "/invocations"),
        *("/v1/audio/transcriptions", "/v1/audio/translations"),
    }
)
"""Paths of vLLM that make a model work. Not among them: questions about health, models and counters, which the gateway asks."""

PUBLISHERS: Final[Mapping[str, Publisher]] = MappingProxyType(
    {
        each.product: each
        for each in (
            Publisher(
                "vllm",
                "vllm:",
                (
                    Counter(
                        Measure.HTTP_REQUESTS,
                        "http_requests_total",
                        "prometheus-fastapi-instrumentator, as vLLM's API server uses it",
                        ("handler", _WORKING_PATHS),
                    ),
                    Counter(Measure.REQUESTS, "vllm:request_success_total", _VLLM),
                    Counter(Measure.PROMPT_TOKENS, "vllm:prompt_tokens_total", _VLLM),
                    Counter(Measure.COMPLETION_TOKENS, "vllm:generation_tokens_total", _VLLM),
                ),
                model_label="model_name",
                advice="do not start it with --disable-log-stats",
            ),
            Publisher(
                "llama.cpp",
                "llamacpp:",
                (
                    Counter(Measure.PROMPT_PROCESSED, "llamacpp:prompt_tokens_total", _LLAMA),
                    Counter(Measure.PROMPT_CACHED, "llamacpp:prompt_tokens_cached_total", _LLAMA),
                    Counter(Measure.COMPLETION_TOKENS, "llamacpp:tokens_predicted_total", _LLAMA),
                ),
                advice="start llama-server with --metrics",
            ),
            Publisher(
                "sglang",
                "sglang:",
                (
                    Counter(Measure.REQUESTS, "sglang:num_requests_total", _SGLANG),
                    Counter(Measure.FAILURES, "sglang:num_aborted_requests_total", _SGLANG),
                    Counter(Measure.PROMPT_TOKENS, "sglang:prompt_tokens_total", _SGLANG),
                    Counter(Measure.PROMPT_CACHED, "sglang:cached_tokens_total", _SGLANG),
                    Counter(Measure.COMPLETION_TOKENS, "sglang:generation_tokens_total", _SGLANG),
                ),
                model_label="model_name",
                advice="start it with --enable-metrics",
            ),
            Publisher(
                "tgi",
                "tgi_",
                (
                    Counter(Measure.REQUESTS, "tgi_request_success", _TGI),
                    Counter(Measure.FAILURES, "tgi_request_failure", _TGI),
                    Counter(Measure.PROMPT_TOKENS, "tgi_request_input_length_sum", _TGI),
                    Counter(Measure.COMPLETION_TOKENS, "tgi_request_generated_tokens_sum", _TGI),
                ),
                advice="name its metrics address under [[reconciliation.metrics]] when it has a port of its own",
            ),
            Publisher("ollama", "", ()),
            Publisher("lmstudio", "", ()),
        )
    }
)
"""By product."""
NO_COUNTERS: Final = "this engine publishes no counters"


def product_of(names: frozenset[str]) -> str | None:
    """Whose names these are; None when no engine of the table has them."""
    for publisher in PUBLISHERS.values():
        if publisher.mark and any(name.startswith(publisher.mark) for name in names):
            return publisher.product
    return None
