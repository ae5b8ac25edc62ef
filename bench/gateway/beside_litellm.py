"""The real LiteLLM proxy with the guardrail endpoint behind it: is every call on record, is nothing served when it cannot be?

`python bench/gateway/beside_litellm.py [--install]`, or `make litellm`. Not among the tests, because LiteLLM takes half a
gigabyte and, with its calls, half a minute. Ends with an error when anything is not as promised; figures go to stdout.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from building import LITELLM, Missing, build_tools, find_litellm
from targets import HOST, Bench, free_port, running_engine

from proofbook.book.reader import BookReader
from proofbook.records.envelope import Entry, parse_entry
from proofbook.vault.reader import VaultReader
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.starting import Proposal, Start, start_home

ROOT = Path(__file__).parents[2]
CALLS, STREAMS = 30, 30
START_SECONDS = 180.0
KEY = "sk-sample-key-of-this-try-only"
WORDS = "sample words of a caller"
SECRET = "sample-secret-of-this-try-only"  # noqa: S105 - a sample, for a process that ends with this one


def make_home(folder: Path, engine: int, port: int) -> Home:
    """A home whose guardrail endpoint listens on `port`."""
    secret = folder / "secret"
    secret.write_text(SECRET, encoding="ascii")
    proposal = Proposal("engine", f"http://{HOST}:{engine}", "auto", (("sample", "Sample"),))
    start_home(folder / "home", Start(entity="Sample Organisation (try)", fence=folder / "fence", proposals=(proposal,)))
    with (folder / "home" / "proofbook.toml").open("a", encoding="utf-8") as settings:
        settings.write(
            f'\n[[capture.litellm]]\nsystem = "sample"\nsecret_file = "{secret}"\nport = {port}\nopen_seconds = 30.0\n'
        )
    return open_home(folder / "home")


def write_settings(folder: Path, engine: int, guardrail: int) -> Path:
    """LiteLLM's settings, as docs/operate/side-capture.md has them."""
    path = folder / "litellm.yaml"
    path.write_text(
        "model_list:\n  - model_name: sample\n    litellm_params:\n"
        f"      {{model: openai/sample, api_base: 'http://{HOST}:{engine}/v1', api_key: none}}\n"
        "guardrails:\n  - guardrail_name: proofbook\n    litellm_params:\n      guardrail: generic_guardrail_api\n"
        f"      mode: [pre_call, post_call]\n      api_base: http://{HOST}:{guardrail}\n      api_key: {SECRET}\n"
        "      default_on: true\n      unreachable_fallback: fail_closed\n      fail_on_error: true\n"
        "      streaming_end_of_stream_only: true\n"
    )
    return path


@contextmanager
def running(command: list[str], port: int, log: Path, **extra: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program that listens on a port, for the length of a `with` block."""
    with log.open("ab") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, env={**os.environ, **extra}, cwd=log.parent)
    try:
        _await(process, port, log)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        connection = HTTPConnection(HOST, port, timeout=2)
        try:
            connection.request("GET", "/health/liveliness")
            connection.getresponse().read()
        except (OSError, HTTPException):
            time.sleep(0.2)
        else:
            return
        finally:
            connection.close()
    raise RuntimeError(f"{process.args!r} does not answer: {log.read_text('utf-8', 'replace')[-800:]}")


def ask(port: int, text: str, *, stream: bool, key: str = KEY) -> tuple[int, str, float]:
    """Status, body, and milliseconds of one call."""
    plan = "s,8,2000,1" if stream else "r"
    body = json.dumps({"model": "sample", "messages": [{"role": "user", "content": f"plan={plan}; {text}"}], "stream": stream})
    connection = HTTPConnection(HOST, port, timeout=60)
    began = time.perf_counter()
    try:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        connection.request("POST", "/v1/chat/completions", body, headers)
        reply = connection.getresponse()
        said = reply.read().decode("utf-8", "replace")
    finally:
        connection.close()
    return reply.status, said, (time.perf_counter() - began) * 1000


def play(home: Home, proxy: int, guardrail: int, folder: Path) -> dict[str, float]:
    """Calls while the endpoint listens, while it does not, and after it does again; figures of the first."""
    command = [sys.executable, "-m", "proofbook", "--home", str(home.path), "guardrail"]
    with running(command, guardrail, folder / "guardrail.log"):
        whole = [ask(proxy, f"{WORDS} {number}", stream=False) for number in range(CALLS)]
        streams = [ask(proxy, f"{WORDS} {number}", stream=True) for number in range(CALLS, CALLS + STREAMS)]
        assert all(status == 200 for status, _, _ in whole), Counter(status for status, _, _ in whole)
        assert all(status == 200 and "[DONE]" in said for status, said, _ in streams), streams[0][1][-300:]
        assert ask(proxy, "nobody's", stream=False, key="sk-unknown")[0] in {400, 401, 403}
    for stream in (False, True):
        status, said, _ = ask(proxy, "must not be served", stream=stream)
        assert status >= 400 or ("error" in said and "[DONE]" not in said), (status, said[-300:])
    with running(command, guardrail, folder / "guardrail.log"):
        assert ask(proxy, "afterwards", stream=False)[0] == 200
    return {
        "whole p50 ms": statistics.median(each[2] for each in whole),
        "stream p50 ms": statistics.median(each[2] for each in streams),
    }


def judge(home: Home) -> dict[str, float]:
    """Hold the book against what was played."""
    with BookReader(home.book) as book:
        entries = [parse_entry(book.entry(index)) for index in range(book.size())]
    requests = {each.subject: each for each in entries if each.kind == "exchange.request"}
    ends = {each.subject: each for each in entries if each.kind == "exchange.response"}
    classified = [each for each in entries if each.kind == "exchange.classified"]
    expected = CALLS + STREAMS + 1
    assert len(requests) == len(ends) == len(classified) == expected, (len(requests), len(ends), len(classified))
    assert Counter(each.body["state"] for each in ends.values()) == {"reported": expected}
    assert all(each.body["relayed"]["by"] == "litellm" for each in requests.values())
    texts = [_content(home, entries.index(each), each) for each in requests.values()]
    assert all(any(f"{WORDS} {number}" in text for text in texts) for number in range(CALLS + STREAMS))
    assert not any("must not be served" in text for text in texts)
    return {"exchanges": float(expected)}


def _content(home: Home, index: int, entry: Entry) -> str:
    with VaultReader(home.book, home.vault_key()) as vault:
        found = vault.content(index, "request", bytes.fromhex(entry.body["content"]["request"]["commit"]))
    assert isinstance(found, bytes), found
    return found.decode()


def main() -> None:
    """Try it and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "bench", help="where tools and LiteLLM are kept")
    parser.add_argument("--install", action="store_true")
    options = parser.parse_args()
    try:
        program, tools = find_litellm(options.cache.absolute(), install=options.install), build_tools(options.cache)
    except Missing as error:
        print(f"not tried: {error}")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench = Bench(folder, options.cache, tools, 0, 1, options.install)
        with running_engine(bench) as engine:
            guardrail, proxy = free_port(), free_port()
            home, began = make_home(folder, engine, guardrail), time.monotonic()
            settings = write_settings(folder, engine, guardrail)
            command = [str(program), "--config", str(settings), "--host", HOST, "--port", str(proxy), "--num_workers", "1"]
            extra = {"LITELLM_MASTER_KEY": KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}
            with running(command, proxy, folder / "litellm.log", **extra):
                figures = {"seconds to start LiteLLM": time.monotonic() - began}
                figures |= play(home, proxy, guardrail, folder)
            figures |= judge(home)
    print(f"{LITELLM}: every call on record, none served without the endpoint")
    for what, value in figures.items():
        print(f"{what}: {value:,.1f}")


if __name__ == "__main__":
    main()
