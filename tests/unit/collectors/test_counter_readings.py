"""What engines answer at /metrics, as their documentation shows it, read for the counters that matter; and what is refused."""

from __future__ import annotations

import pytest

from proofbook.collectors.engine_counters.reading import MAX_METRICS, parse_metrics
from proofbook.errors import MalformedRecord

VLLM = b"""\
# HELP python_gc_objects_collected_total Objects collected during gc
# TYPE python_gc_objects_collected_total counter
python_gc_objects_collected_total{generation="0"} 9541.0
# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.
# TYPE process_start_time_seconds gauge
process_start_time_seconds 1.77208560025e+09
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="org/model-a"} 2.0
# HELP vllm:prompt_tokens_total Number of prefill tokens processed.
# TYPE vllm:prompt_tokens_total counter
vllm:prompt_tokens_total{engine="0",model_name="org/model-a"} 8.128902e+06
vllm:prompt_tokens_total{engine="1",model_name="org/model-a"} 98.0
# HELP vllm:generation_tokens_total Number of generation tokens processed.
# TYPE vllm:generation_tokens_total counter
vllm:generation_tokens_total{engine="0",model_name="org/model-a"} 453.0
# HELP vllm:request_success_total Count of successfully processed requests.
# TYPE vllm:request_success_total counter
vllm:request_success_total{engine="0",finished_reason="stop",model_name="org/model-a"} 7.0
vllm:request_success_total{engine="0",finished_reason="length",model_name="org/model-a"} 2.0
vllm:request_success_total{engine="0",finished_reason="abort",model_name="org/model-a"} 1.0
# HELP http_requests_total Total number of requests by method, status and handler.
# TYPE http_requests_total counter
http_requests_total{handler="/v1/chat/completions",method="POST",status="2xx"} 9.0
http_requests_total{handler="/v1/chat/completions",method="POST",status="4xx"} 1.0
http_requests_total{handler="/v1/models",method="GET",status="2xx"} 8640.0
http_requests_total{handler="/health",method="GET",status="2xx"} 17280.0
# TYPE http_requests_created gauge
http_requests_created{handler="/v1/chat/completions",method="POST",status="2xx"} 1.7720856e+09
"""
SGLANG = b"""\
# HELP sglang:prompt_tokens_total Number of prefill tokens processed.
# TYPE sglang:prompt_tokens_total counter
sglang:prompt_tokens_total{engine_type="unified",model_name="org/model-b"} 128.0
# TYPE sglang:generation_tokens_total counter
sglang:generation_tokens_total{engine_type="unified",model_name="org/model-b"} 64.0
# TYPE sglang:cached_tokens_total counter
sglang:cached_tokens_total{cache_source="device",engine_type="unified",model_name="org/model-b"} 32.0
sglang:cached_tokens_total{cache_source="host",engine_type="unified",model_name="org/model-b"} 8.0
# TYPE sglang:num_requests_total counter
sglang:num_requests_total{engine_type="unified",model_name="org/model-b"} 5.0
# TYPE sglang:num_aborted_requests_total counter
sglang:num_aborted_requests_total{engine_type="unified",model_name="org/model-b"} 1.0
"""
TGI = b"""\
# TYPE tgi_request_success counter
tgi_request_success{method="generate"} 12
tgi_request_success{method="generate_stream"} 3
# TYPE tgi_request_count counter
tgi_request_count 17
# TYPE tgi_request_failure counter
tgi_request_failure{err="validation"} 2
# TYPE tgi_request_input_length histogram
tgi_request_input_length_bucket{le="100"} 14
tgi_request_input_length_bucket{le="+Inf"} 15
tgi_request_input_length_sum 421
tgi_request_input_length_count 15
# TYPE tgi_request_generated_tokens histogram
tgi_request_generated_tokens_bucket{le="+Inf"} 15
tgi_request_generated_tokens_sum 240
tgi_request_generated_tokens_count 15
"""
LLAMA = b"""\
# HELP llamacpp:prompt_tokens_total Number of prompt tokens processed, excluding cached tokens
# TYPE llamacpp:prompt_tokens_total counter
llamacpp:prompt_tokens_total 22
# TYPE llamacpp:prompt_tokens_cached_total counter
llamacpp:prompt_tokens_cached_total 25
# TYPE llamacpp:tokens_predicted_total counter
llamacpp:tokens_predicted_total 27
# TYPE llamacpp:prompt_tokens_seconds gauge
llamacpp:prompt_tokens_seconds 1391.88
"""


def values(data: bytes, product: str = "unknown") -> dict[tuple[str, str | None], int]:
    """Measure and model -> value."""
    return {(each.measure, each.model): each.value for each in parse_metrics(data, product=product).counters}


def test_vllm_is_read_by_model_with_its_series_added_up() -> None:
    """Engines behind one server, reasons to finish and statuses are series of one counter; questions about health do not count."""
    reading = parse_metrics(VLLM)
    assert (reading.product, reading.process_start) == ("vllm", "2026-02-26T06:00:00.250000Z")
    assert values(VLLM) == {
        ("http_requests", None): 10,
        ("requests", "org/model-a"): 10,
        ("prompt_tokens", "org/model-a"): 8_129_000,
        ("completion_tokens", "org/model-a"): 453,
    }


def test_sglang_tgi_and_llama_cpp_are_told_by_their_names() -> None:
    """Nobody has to configure which engine it is."""
    assert parse_metrics(SGLANG).product == "sglang"
    assert values(SGLANG) == {
        ("requests", "org/model-b"): 5,
        ("failures", "org/model-b"): 1,
        ("prompt_tokens", "org/model-b"): 128,
        ("prompt_tokens_cached", "org/model-b"): 40,
        ("completion_tokens", "org/model-b"): 64,
    }
    assert parse_metrics(TGI).product == "tgi"
    assert values(TGI) == {
        ("requests", None): 15,
        ("failures", None): 2,
        ("prompt_tokens", None): 421,
        ("completion_tokens", None): 240,
    }
    assert parse_metrics(LLAMA).product == "llama.cpp"
    assert values(LLAMA) == {
        ("prompt_tokens_processed", None): 22,
        ("prompt_tokens_cached", None): 25,
        ("completion_tokens", None): 27,
    }


@pytest.mark.parametrize(
    "number", ["NaN", "-1", "1e400", "+Inf", "-Inf", "1.5", "9007199254740993e3", "9" * 5000, "0x10", "", "1_000"]
)
def test_number_that_cannot_be_a_count_makes_the_look_unreadable(number: str) -> None:
    """A wrong number would be worse than none: it would look like traffic, or hide some."""
    with pytest.raises(MalformedRecord):
        parse_metrics(b"llamacpp:prompt_tokens_total " + number.encode() + b"\n")


def test_counts_that_only_together_are_too_large_are_refused() -> None:
    """The sum of exact numbers has to be exact too."""
    series = b"".join(b'sglang:num_requests_total{rank="%d"} 9007199254740992\n' % rank for rank in range(3))
    with pytest.raises(MalformedRecord, match="too large"):
        parse_metrics(series)


def test_engine_with_too_many_models_or_series_is_not_read() -> None:
    """Labels are the engine's to choose; they must not fill the book."""
    many = b"".join(b'vllm:prompt_tokens_total{model_name="m%d"} 1\n' % number for number in range(200))
    with pytest.raises(MalformedRecord, match="models"):
        parse_metrics(many)
    more = b"".join(b'vllm:prompt_tokens_total{model_name="m",rank="%d"} 1\n' % number for number in range(5000))
    with pytest.raises(MalformedRecord, match="series"):
        parse_metrics(more)
    with pytest.raises(MalformedRecord, match="bytes"):
        parse_metrics(b'vllm:prompt_tokens_total{model_name="' + b'\\"' * 4000 + b'"} 1\n')
    with pytest.raises(MalformedRecord, match="longer"):
        parse_metrics(b"#" * (MAX_METRICS + 1))


def test_series_stated_twice_is_refused() -> None:
    """Added up, it would count everything twice."""
    with pytest.raises(MalformedRecord, match="twice"):
        parse_metrics(b"llamacpp:prompt_tokens_total 1\nllamacpp:prompt_tokens_total 1\n")


@pytest.mark.parametrize(
    "line",
    [
        b'vllm:prompt_tokens_total{model_name="a" 1',
        b'vllm:prompt_tokens_total{model_name="\xff"} 1',
        b"vllm:prompt_tokens_total{{}} 1",
        b'vllm:prompt_tokens_total{model_name="a",model_name="b"} 1',
    ],
)
def test_line_of_another_form_makes_the_look_unreadable(line: bytes) -> None:
    """Half of a counter is no counter."""
    with pytest.raises(MalformedRecord):
        parse_metrics(line + b"\n")


def test_model_name_cannot_write_on_a_terminal() -> None:
    """It comes from whoever loaded the model."""
    ((_, model),) = values(b'vllm:prompt_tokens_total{model_name="a\x1b[2Jb"} 1\n')
    assert model == "a\\x1b[2Jb"


def test_answer_that_breaks_off_is_refused() -> None:
    """A part of a number is another number."""
    with pytest.raises(MalformedRecord, match="breaks off"):
        parse_metrics(b"llamacpp:prompt_tokens_total 12")


def test_engine_without_counters_is_named_as_such() -> None:
    """Nothing to read is unknown, and why."""
    with pytest.raises(MalformedRecord, match="publishes no counters"):
        parse_metrics(b"go_goroutines 12\n", product="ollama")
    with pytest.raises(MalformedRecord, match="none of the counters"):
        parse_metrics(b"<html>not found</html>\n")


@pytest.mark.parametrize("start", ["NaN", "-5", "1e400", "0", "9e12"])
def test_start_that_cannot_be_is_not_stated(start: str) -> None:
    """The counters are still good without it."""
    reading = parse_metrics(f"llamacpp:prompt_tokens_total 3\nprocess_start_time_seconds {start}\n".encode())
    assert (reading.process_start, reading.counters[0].value) == (None, 3)
