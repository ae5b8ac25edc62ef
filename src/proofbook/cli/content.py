"""`proofbook content …`: sealed prompts and outputs: show one on purpose, hold, release, erase, dispose by age."""

from __future__ import annotations

import click

from proofbook.cli.content_classes import classify, show_classes
from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, say, show_safe
from proofbook.errors import RefusedError
from proofbook.journal.receipt import Receipt
from proofbook.vault.reader import Absent
from proofbook.wiring import contents
from proofbook.wiring.home import open_home
from proofbook.wiring.recording import open_door

_NAME = click.argument("name", metavar="CONVERSATION")
_REASON = click.option("--reason", required=True, help="Why; recorded.")


@click.group()
def content() -> None:
    """Sealed content: shown only on purpose, held, erased with a disposal record.

    CONVERSATION is a conversation id (c_…) or the id of one of its exchanges (x_…). The page and population POP-15 list them, and
    each reply names its exchange in the header x-proofbook-exchange.
    """


@content.command()
@click.argument("exchange")
@click.option(
    "--slot",
    type=click.Choice(contents.SLOTS),
    default="response",
    show_default=True,
    help="What was asked, or what was answered.",
)
@click.option("--purpose", required=True, help="Why you look; recorded before anything is shown.")
@click.option("--unredacted", is_flag=True, help="Show the exact bytes, with all sensitive data; the entry says so.")
@click.pass_obj
def show(shared: Shared, exchange: str, slot: str, purpose: str, unredacted: bool) -> None:
    """Print the content of one exchange; the look is recorded.

    Sensitive data is replaced by markers, and the texts are shown one after another, streams put together.
    """
    home = open_home(shared.home)
    with open_door(home) as door:
        found = contents.reveal(home, door.recorder, exchange, slot, purpose=purpose, unredacted=unredacted)
    if isinstance(found, Absent):
        raise RefusedError(f"the {slot} of {exchange} was shredded; its commitment stays in the book")
    if shared.json:
        facts = {"redacted": found.redacted, "replaced": dict(found.counts), "left_out": found.left_out}
        print_json({"exchange": exchange, "slot": slot, "content": found.text, **facts})
        return
    for line in found.text.splitlines():
        click.echo(show_safe(line))
    if found.redacted:
        replaced = ", ".join(f"{number} {kind}" for kind, number in found.counts) or "nothing"
        say(f"redacted: replaced {replaced}; {found.left_out} parts that are not text, or not examined, are left out")


@content.command()
@_NAME
@_REASON
@click.option("--policy", required=True, help="Policy or request this rests on; recorded.")
@click.pass_obj
def erase(shared: Shared, name: str, reason: str, policy: str) -> None:
    """Destroy a conversation's key and content. Every proof still verifies."""
    home = open_home(shared.home)
    conversation = contents.find_conversation(home, name)
    contents.check_at_rest(home, conversation)
    with open_door(home) as door:
        _print(shared, conversation, contents.erase(door.recorder, conversation, reason=reason, policy=policy))


@content.command()
@_NAME
@_REASON
@click.pass_obj
def hold(shared: Shared, name: str, reason: str) -> None:
    """Place a legal hold: neither erasure nor retention touches the conversation."""
    home = open_home(shared.home)
    conversation = contents.find_conversation(home, name)
    with open_door(home) as door:
        _print(shared, conversation, contents.hold(door.recorder, conversation, reason=reason))


@content.command()
@_NAME
@_REASON
@click.pass_obj
def release(shared: Shared, name: str, reason: str) -> None:
    """End a legal hold."""
    home = open_home(shared.home)
    conversation = contents.find_conversation(home, name)
    with open_door(home) as door:
        _print(shared, conversation, contents.release(door.recorder, conversation, reason=reason))


@content.command()
@click.pass_obj
def retain(shared: Shared) -> None:
    """Erase content older than `retention.default_days`, except what is on hold. Recorded even when nothing was due."""
    home = open_home(shared.home)
    with open_door(home) as door:
        result = contents.run_retention(home, door.recorder)
    facts = {"older than": result.older_than, "due": result.examined, "erased": result.erased, "kept on hold": result.held}
    if shared.json:
        print_json(facts)
    else:
        print_facts(list(facts.items()))


def _print(shared: Shared, conversation: str, receipt: Receipt) -> None:
    facts = {"conversation": conversation, "entry": receipt.index, "entry id": receipt.entry_id, "recorded": receipt.recorded}
    if shared.json:
        print_json(facts)
    else:
        print_facts(list(facts.items()))


content.add_command(show_classes)
content.add_command(classify)
