"""A real OpenID Connect provider (npm oidc-provider) on this machine, and the ways in which programs and people get tokens of it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from shutil import which
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

ROOT = Path(__file__).parents[2]
PARTS = ROOT / "build/identity_provider"
SCRIPT = ROOT / "tests/identity_provider/provider.mjs"
AUDIENCE = "https://gateway.sample.example"
UNSIGNED_AUDIENCE = "https://unsigned.sample.example"
GATEWAY_CLIENT, GATEWAY_SECRET = "sample-gateway", "sample-gateway-secret"
_VERIFIER = "sample-verifier-of-at-least-forty-three-characters"


class ProviderAbsentError(Exception):
    """Why no provider can be started here."""


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Redirects are followed by hand: the last one leads to an application that does not exist."""


PORTAL_CLIENT = "sample-portal"
PORTAL_SECRET = "sample-portal-secret"


@dataclass(frozen=True)
class Provider:
    """A provider that answers."""

    issuer: str

    def service_token(self) -> str:
        """By client credentials: the token of a program."""
        return self._token(
            {"grant_type": "client_credentials", "scope": "llm.use", "resource": AUDIENCE}, "sample-service:sample-service-secret"
        )

    def unsigned_token(self) -> str:
        """The token of a program that only the provider can read."""
        return self._token(
            {"grant_type": "client_credentials", "scope": "llm.use", "resource": UNSIGNED_AUDIENCE},
            "sample-service:sample-service-secret",
        )

    def revoke(self, token: str) -> None:
        """What a program does with a token it needs no more (RFC 7009)."""
        request = Request(f"{self.issuer}/token/revocation", data=urlencode({"token": token}).encode())  # noqa: S310 - our own
        request.add_header("authorization", "Basic " + base64.b64encode(b"sample-service:sample-service-secret").decode())
        with build_opener().open(request, timeout=30):
            pass

    def person_token(self, account: str) -> str:
        """By authorization code with PKCE: the token of a person who logs in with the provider's own forms."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(_VERIFIER.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "client_id": "sample-chat", "response_type": "code", "redirect_uri": f"{self.issuer}/cb", "scope": "openid llm.use",
            "resource": AUDIENCE, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        code = self.log_in(f"{self.issuer}/auth?{urlencode(asked)}", account, f"{self.issuer}/cb")["code"]
        form_data = {"grant_type": "authorization_code", "code": code, "redirect_uri": f"{self.issuer}/cb"}
        return self._token(form_data | {"client_id": "sample-chat", "code_verifier": _VERIFIER, "resource": AUDIENCE})

    def log_in(self, place: str, account: str, back: str) -> dict[str, str]:
        """What a browser brings back to an application after a person logged in with the provider's own forms."""
        opener = build_opener(_NoRedirects(), HTTPCookieProcessor(CookieJar()))
        for _ in range(12):
            status, location, page = _open(opener, place)
            if status == 200:
                prompt = re.findall(r'name="prompt" value="(\w+)"', page)[0]
                form = urlencode({"prompt": prompt, "login": account, "password": "sample"}).encode()
                status, location, page = _open(opener, re.findall(r'action="([^"]+)"', page)[0], form)
            place = location if location.startswith("http") else self.issuer + location
            if place.startswith(back):
                return {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}
        raise AssertionError(f"the login did not end: {place}")

    def allow_redirect(self, back: str) -> None:
        """Let the client `sample-portal` come back to one more address."""
        self._tell("redirects", back)

    def set_groups(self, account: str, *groups: str) -> None:
        """What the provider says about an account from now on."""
        self._tell("groups", {account: groups})

    def _tell(self, what: str, value: Any) -> None:
        request = Request(f"{self.issuer}/{what}", data=json.dumps(value).encode(), method="POST")  # noqa: S310 - our own
        with build_opener().open(request, timeout=30):
            pass

    def rotate_keys(self) -> None:
        """Sign with a new key from now on."""
        with build_opener().open(Request(f"{self.issuer}/rotate-keys", method="POST"), timeout=30):  # noqa: S310 - our own
            pass

    def _token(self, form: dict[str, str], basic: str | None = None) -> str:
        request = Request(f"{self.issuer}/token", data=urlencode(form).encode())  # noqa: S310 - our own
        if basic is not None:
            request.add_header("authorization", "Basic " + base64.b64encode(basic.encode()).decode())
        with build_opener().open(request, timeout=30) as reply:
            token: str = json.loads(reply.read())["access_token"]
        return token


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Raises ProviderAbsentError where it is not installed."""
    node = which("node")
    if node is None or not (PARTS / "installed-lock.json").is_file():
        raise ProviderAbsentError("the provider is not installed: tools/node_packages.sh installs it, node runs it")
    command = [node, "--input-type=module", "--eval", SCRIPT.read_text("utf-8")]
    environment = {"PATH": os.environ["PATH"], "NODE_ENV": "test"}
    with subprocess.Popen(
        command, cwd=PARTS, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            said = process.stdout.readline() if process.stdout is not None else ""
            while said and not said.startswith("http"):
                said = process.stdout.readline() if process.stdout is not None else ""
            assert said, "the provider ended before it listened"
            yield Provider(said.strip())
        finally:
            process.kill()


def _open(opener: Any, place: str, form: bytes | None = None) -> tuple[int, str, str]:
    try:
        with opener.open(Request(place, data=form), timeout=30) as reply:  # noqa: S310 - our own
            return reply.status, "", reply.read().decode()
    except HTTPError as error:
        with error:
            if error.code not in {302, 303}:
                raise
            return error.code, error.headers["location"], ""
