"""Commands that documents show exist, with the options they show."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from proofbook.cli.main import main
from reference_commands import walk
from tracked import ROOT, tracked_files

_BLOCK = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CALL = re.compile(r"(?:^\s*(?:\$ )?|/bin/)proofbook (.+)")
_INLINE = re.compile(r"`proofbook ([^`]+)`")
PROGRAM = {path[1:]: command for path, command in walk(main, ("proofbook",))}


def _calls() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for path in tracked_files(ROOT):
        if path.suffix != ".md" or path.name == "commands.md":
            continue
        text = path.read_text("utf-8")
        place = str(path.relative_to(ROOT))
        for block in _BLOCK.findall(text):
            lines = block.replace("\\\n", " ").splitlines()
            found.extend((place, match.group(1)) for line in lines if (match := _CALL.search(line)))
        found.extend((place, call) for call in _INLINE.findall(_BLOCK.sub("", text)))
    return sorted(set(found))


def _problem(call: str) -> str | None:
    """What is wrong with a call, or None."""
    words = [word for word in shlex.split(call, comments=True) if word not in {"…", "..."}]
    path: tuple[str, ...] = ()
    command: click.Command = main
    known = _options(main)
    rest = iter(words)
    for word in rest:
        if word.startswith("--"):
            if word.partition("=")[0] not in known:
                return f"{' '.join(path) or 'proofbook'} has no option {word}"
            if not known[word.partition("=")[0]] and "=" not in word:
                next(rest, None)
        elif isinstance(command, click.Group):
            if (*path, word) not in PROGRAM:
                return f"there is no command {' '.join((*path, word))}"
            path = (*path, word)
            command = PROGRAM[path]
            known |= _options(command)
    return None


def _options(command: click.Command) -> dict[str, bool]:
    """Option -> whether it stands alone."""
    options = {"--help": True, "--version": True}
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            options |= dict.fromkeys((*parameter.opts, *parameter.secondary_opts), parameter.is_flag)
    return options


@pytest.mark.parametrize(("place", "call"), _calls())
def test_shown_command_exists(place: str, call: str) -> None:
    """A command that does not exist is the first thing a reader stumbles over."""
    assert _problem(call) is None, place


def test_wrong_calls_are_seen() -> None:
    """The check must be able to fail."""
    assert _problem("key isue") == "there is no command key isue"
    assert _problem("key list --now") == "key list has no option --now"
    assert _problem("--home x book status") is None


def test_there_are_calls_to_check() -> None:
    """An expression that finds nothing would check nothing."""
    assert len(_calls()) > 20
