"""`proofbook init`: make a home folder, with what was found on this machine proposed in its settings, and drafts if asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, say, show_safe
from proofbook.errors import ConfigurationError, InputError
from proofbook.gateway.settings import UpstreamSettings
from proofbook.wiring.home import CONFIG_NAME, Home
from proofbook.wiring.looking import propose_upstreams
from proofbook.wiring.starting import Proposal, Start, default_fence, start_home
from proofbook.wiring.starting_text import find_home, lay_down_starter, starter_folder

_PRODUCT: Final = {"auto": "product not known yet"}
_NEXT: Final = (
    "Next:",
    "  1. Look at {settings}: engines and systems are proposals, name them as you speak of them.",
    "  2. Write the verifier key down where those who check your evidence find it; back up {home}/keys/vault.key",
    "     apart from the book.",
    "  3. `{proofbook} key issue --help`, then `{proofbook} up`.",
)
_HINT: Final = (
    "  4. For drafts of policies, procedures and registers to edit: `{proofbook} init --entity ... --with-starter`, at any time."
)
_EDIT: Final = (
    "{count} drafts lie in {folder}: files to edit, not records. Nothing of them is in the book, and nothing is approved.",
    "  {number}. State what stands between [[ and ]], delete what you do not do, then `{proofbook} record apply {records}`.",
)


@click.command()
@click.option("--entity", required=True, help="The organisation whose book this is, as it appears in evidence.")
@click.option(
    "--origin", help="Name of the log for ever: a host you own and a path. Default: made from this host and random digits."
)
@click.option(
    "--fence", type=click.Path(path_type=Path, file_okay=False), help="Folder of the fork fence, outside the book's backups."
)
@click.option(
    "--upstream", "upstreams", multiple=True, metavar="URL", help="Engine to stand in front of; default: those that listen here."
)
@click.option(
    "--with-starter",
    is_flag=True,
    help="Lay drafts of policies, procedures and registers into records/starter, also of a home that exists. Records nothing.",
)
@click.pass_obj
def init(
    shared: Shared, entity: str, origin: str | None, fence: Path | None, upstreams: tuple[str, ...], with_starter: bool
) -> None:
    """Make a home folder: settings, keys, and a book with its first entry."""
    if not entity.strip():
        raise InputError("--entity is empty", hint="name the organisation whose book this is")
    if with_starter and (found_home := find_home(shared.home, entity)) is not None:
        _refuse_settings(origin, fence, upstreams)
        _add_starter(shared, found_home)
        return
    if upstreams:
        proposals = tuple(_proposal(number, url, "auto") for number, url in enumerate(upstreams, start=1))
    else:
        found = propose_upstreams()
        proposals = tuple(_proposal(number, each.url, each.product) for number, each in enumerate(found, start=1))
    start = Start(entity=entity, fence=(fence or default_fence()).absolute(), proposals=proposals, origin=origin)
    home = start_home(shared.home, start)
    facts = _facts(home, proposals)
    if shared.json:
        print_json(facts | (_starter_facts(home, lay_down_starter(home)) if with_starter else {}))
        return
    engines = [f"{each.base_url} ({_PRODUCT.get(each.product, each.product)})" for each in proposals]
    print_facts(list((facts | {"engines": engines or "none found; name one in the settings"}).items()))
    say("")
    for line in _NEXT:
        say(line.format(settings=facts["settings"], home=home.path, proofbook=_program(home)))
    if with_starter:
        _say_starter(home, lay_down_starter(home), number=4)
    else:
        say(_HINT.format(proofbook=_program(home)))


def _facts(home: Home, proposals: tuple[Proposal, ...]) -> dict[str, Any]:
    identity = home.identity()
    return {
        "home": str(home.path),
        "settings": str(home.path / CONFIG_NAME),
        "origin": identity.origin,
        "verifier key": identity.vkey,
        "engines": [each.base_url for each in proposals],
        "fence": str(home.fence(identity.origin).path),
    }


def _add_starter(shared: Shared, home: Home) -> None:
    """Drafts for a home that exists already."""
    drafts = lay_down_starter(home)
    if shared.json:
        print_json({"home": str(home.path)} | _starter_facts(home, drafts))
    else:
        _say_starter(home, drafts, number=1)


def _starter_facts(home: Home, drafts: tuple[Path, ...]) -> dict[str, Any]:
    return {"starter": str(starter_folder(home)), "drafts": [str(each) for each in drafts]}


def _say_starter(home: Home, drafts: tuple[Path, ...], *, number: int) -> None:
    folder, records = starter_folder(home), starter_folder(home).parent
    for line in _EDIT:
        say(line.format(number=number, count=len(drafts), folder=folder, records=records, proofbook=_program(home)))


def _refuse_settings(origin: str | None, fence: Path | None, upstreams: tuple[str, ...]) -> None:
    """What makes a new home cannot be said of one that exists."""
    stated = (("--origin", origin), ("--fence", fence), ("--upstream", upstreams))
    named = [name for name, value in stated if value]
    if named:
        raise ConfigurationError(
            f"there is a home already, and {', '.join(named)} cannot change it",
            hint="leave the option out to lay the drafts down, or name a new folder with --home",
        )


def _program(home: Home) -> str:
    return "proofbook" if home.path == Path("proofbook-home") else f"proofbook --home {home.path}"


def _proposal(number: int, url: str, product: str) -> Proposal:
    name = "engine" if number == 1 else f"engine-{number}"
    system = ("assistant", "Assistant") if number == 1 else (f"assistant-{number}", f"Assistant {number}")
    base_url = url.rstrip("/").removesuffix("/v1")
    try:
        UpstreamSettings(name, base_url)
    except ConfigurationError as error:
        raise InputError(f"--upstream {show_safe(url[:80])} cannot be used: {error.message}", hint=error.hint) from error
    return Proposal(name, base_url, product, (system,), environment="unknown")
