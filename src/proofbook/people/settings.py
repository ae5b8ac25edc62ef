"""What an operator can set about signing in. A value that exists is valid; a wrong one raises `ConfigurationError` naming it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from proofbook.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """Sessions and second factors of the portal."""

    idle_minutes: int = 30
    """Minutes without a request after which a session ends."""
    absolute_hours: int = 12
    """Hours after which a session ends, whatever happens in it."""
    second_factor: Literal["optional", "privileged", "everyone"] = "optional"
    """Who must have a second factor to do anything: nobody, administrators and auditors, or everybody with a local account. Who
    signs in through a provider shows there what the provider asks for."""
    link_hours: int = 72
    """Hours for which an invitation or reset link opens something."""
    sessions_each: int = 10
    """Sessions that one account may have at a time; one more ends the oldest."""

    def __post_init__(self) -> None:
        for name, least, most in (
            ("idle_minutes", 1, 24 * 60),
            ("absolute_hours", 1, 7 * 24),
            ("link_hours", 1, 31 * 24),
            ("sessions_each", 1, 1000),
        ):
            if not least <= getattr(self, name) <= most:
                raise ConfigurationError(f"portal.sign_in.{name} is {getattr(self, name)}", hint=f"give {least} to {most}")
