"""The endpoint for LiteLLM on a free port with an in-memory recorder, and calls as LiteLLM 1.106 makes them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofbook.capture.litellm.server import Surroundings, serve_guardrail
from proofbook.capture.litellm.wire import PATH
from proofbook.capture.settings import LiteLLMCapture
from proofbook.gateway.running.lifecycle import PreviousRun
from proofbook.journal.receipt import Recorder
from proofbook.primitives.ids import CountingIds
from support.memory_recorder import MemoryRecorder
from support.running_gateway import GivenHistory, Reply, SystemClock, sample_fingerprint

SECRET = "sample-secret-of-the-guardrail"


def call_body(moment: str = "request", call: str = "call-1", **changes: Any) -> dict[str, Any]:
    """What LiteLLM sends, sample values throughout."""
    asked = moment == "request"
    messages = [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hello"}]
    return {
        "input_type": moment,
        "litellm_call_id": call,
        "litellm_trace_id": f"trace-of-{call}",
        "structured_messages": messages if asked else None,
        "images": None,
        "tools": None,
        "texts": ["be kind", "hello"] if asked else ["hi"],
        "request_data": {
            "user_api_key_hash": "0" * 64,
            "user_api_key_alias": "sample-key",
            "user_api_key_user_email": "sample@example.com",
            "user_api_key_team_alias": "sample-team",
            "user_api_key_end_user_id": "u-1",
        },
        "request_headers": {"user-agent": "sample"},
        "litellm_version": "1.106.2",
        "additional_provider_specific_params": {},
        "tool_calls": None,
        "model": "sample-model",
        **changes,
    }


@dataclass
class RunningGuardrail:
    host: str
    port: int
    recorder: Any
    """What it records with: in memory unless the test brought another one."""

    async def call(self, body: dict[str, Any] | bytes, *, secret: str | None = SECRET, path: str = PATH) -> Any:
        """The JSON answer to one call; every answer has status 200."""
        reply = await self.send(body, secret=secret, path=path)
        assert reply.status == 200
        return json.loads(reply.body)

    async def send(self, body: dict[str, Any] | bytes, *, secret: str | None = SECRET, path: str = PATH) -> Reply:
        """One call on a connection of its own."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        key = "" if secret is None else f"x-api-key: {secret}\r\n"
        head = f"POST {path} HTTP/1.1\r\nhost: guardrail\r\n{key}content-length: {len(data)}\r\nconnection: close\r\n\r\n"
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(head.encode() + data)
            raw = await reader.read()
        finally:
            writer.close()
        answer, _, rest = raw.partition(b"\r\n\r\n")
        return Reply(status=int(answer.split(b" ", 2)[1]), body=rest, raw=raw)


@asynccontextmanager
async def running_guardrail(
    folder: Path, *, recorder: Recorder | None = None, previous: PreviousRun | None = None, **settings: Any
) -> AsyncIterator[RunningGuardrail]:
    """Serve until the block ends, then stop in an orderly way."""
    recorder = recorder or MemoryRecorder(SystemClock())
    secret = folder / "secret"
    secret.write_text(SECRET + "\n", encoding="ascii")
    chosen = LiteLLMCapture(system="support-desk", secret_file=str(secret), port=0, **settings)
    history = GivenHistory(previous) if previous is not None else GivenHistory()
    around = Surroundings(recorder, history, SystemClock(), CountingIds(), sample_fingerprint, "0")
    stop, address = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve_guardrail(chosen, around, ready=address.set_result, stop=stop))
    await asyncio.wait((task, address), return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    try:
        host, port = await address
        yield RunningGuardrail(host, port, recorder)
    finally:
        stop.set()
        await task
