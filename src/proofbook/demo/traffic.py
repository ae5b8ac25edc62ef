"""Real traffic for the demonstration, through the official OpenAI SDK, unmodified but for its base URL.

Plays what happens in an ordinary week: questions streamed and not, a caller who hangs up, a revoked key, a request the engine
refuses, an engine that is down while its model is replaced. Counts what the callers themselves saw, so that the book can be
held against it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from proofbook.demo.organisation import CALLERS, Question, SampleCaller
from proofbook.demo.permissions import UNGRANTED
from proofbook.errors import ConfigurationError

_SECONDS: Final = 30.0
_MAX_TOKENS: Final = 48
_LONG_REPLY_TOKENS: Final = 400
_TOO_LONG: Final = "word " * 2000


@dataclass(slots=True)
class ClientSide:
    """What the callers saw: the truth the book is held against."""

    answered: int = 0
    streamed: int = 0
    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    hung_up: int = 0
    left: set[str] = field(default_factory=set)
    """Exchanges that the caller hung up on."""
    refused: int = 0
    engine_errors: int = 0
    unreachable: int = 0
    listings: int = 0
    ungranted: int = 0
    """Calls of the one to whom nobody granted access on record."""
    failures: list[str] = field(default_factory=list)
    """Calls that did not come out as the story has it."""


class Callers:
    """The sample callers with their keys."""

    def __init__(self, base_url: str, tokens: Mapping[str, str]) -> None:
        """`tokens` by principal. Raises ConfigurationError when the SDK is not installed."""
        try:
            import openai
        except ImportError as error:
            raise ConfigurationError("the OpenAI SDK is not installed", hint="pip install 'proofbook[demo]'") from error
        self._sdk = openai
        self._clients = {
            name: openai.OpenAI(base_url=base_url, api_key=token, max_retries=0, timeout=_SECONDS)
            for name, token in tokens.items()
        }
        self.seen = ClientSide()

    def ask_all(self, version: str, questions: Sequence[Question], each: int) -> None:
        """Every caller asks `each` questions of its family; every other one is streamed."""
        for caller in CALLERS:
            mine = [question for question in questions if question.family == caller.family][:each]
            for number, question in enumerate(mine):
                with self._noting(f"a question of {caller.principal}"):
                    answer = self._ask(caller, question.text, stream=number % 2 == 1)
                    self.seen.right[version] += answer.strip() == question.expected
                self.seen.asked[version] += 1

    def list_models(self) -> None:
        """Ask which models there are, as many clients do when they start."""
        with self._noting("listing the models"):
            self._clients[CALLERS[0].principal].models.list()
            self.seen.listings += 1

    def hang_up(self) -> None:
        """Start a long streamed reply and close the connection after the first piece."""
        client = self._clients[CALLERS[0].principal]
        with (
            self._noting("hanging up"),
            client.chat.completions.create(
                model="sample-assistant",
                messages=[{"role": "user", "content": "Tell me about the Sample Organisation."}],
                stream=True,
                max_tokens=_LONG_REPLY_TOKENS,
                extra_body={"ignore_eos": True},
            ) as pieces,
        ):
            if next(iter(pieces), None) is not None:
                self.seen.hung_up += 1
                self.seen.left.add(pieces.response.headers["x-proofbook-exchange"])

    def knock_with(self, base_url: str, token: str) -> None:
        """Call with a key that must be refused."""
        stranger = self._sdk.OpenAI(base_url=base_url, api_key=token, max_retries=0, timeout=_SECONDS)
        with self._noting("knocking with a revoked key"):
            try:
                stranger.chat.completions.create(model="sample-assistant", messages=[{"role": "user", "content": "Let me in."}])
            except (self._sdk.AuthenticationError, self._sdk.PermissionDeniedError):
                self.seen.refused += 1

    def ask_too_much(self) -> None:
        """Send more than the engine's context holds; the engine answers with an error of its own."""
        with self._noting("asking too much"):
            try:
                self._complete(CALLERS[1], _TOO_LONG)
            except self._sdk.BadRequestError:
                self.seen.engine_errors += 1

    def ask_while_down(self) -> None:
        """Ask while no engine answers."""
        with self._noting("asking while the engine is down"):
            try:
                self._complete(CALLERS[2], "Is anybody there?")
            except self._sdk.APIStatusError:
                self.seen.unreachable += 1

    @contextmanager
    def _noting(self, what: str) -> Iterator[None]:
        """Goes on when a call fails, and remembers it: what fell short is told at the end, together."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - of the SDK and the transport below it; the story goes on and says so
            self.seen.failures.append(f"{what}: {type(error).__name__}")

    def _ask(self, caller: SampleCaller, text: str, *, stream: bool) -> str:
        if not stream:
            answer = self._complete(caller, text)
        else:
            pieces = self._clients[caller.principal].chat.completions.create(
                **self._body(caller, text), stream=True, stream_options={"include_usage": True}
            )
            answer = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
            self.seen.streamed += 1
        self.seen.answered += 1
        return answer

    def _complete(self, caller: SampleCaller, text: str) -> str:
        reply = self._clients[caller.principal].chat.completions.create(**self._body(caller, text))
        return str(reply.choices[0].message.content)

    def _body(self, caller: SampleCaller, text: str) -> dict[str, Any]:
        """The body of one call, which is sent once."""
        self.seen.ungranted += caller.principal == UNGRANTED
        body: dict[str, Any] = {
            "model": "sample-assistant",
            "messages": [{"role": "user", "content": text}],
            "max_tokens": _MAX_TOKENS,
        }
        if caller.claims is not None:
            body["user"] = caller.claims
        return body
