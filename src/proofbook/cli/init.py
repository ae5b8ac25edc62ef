"""`proofbook init`: make a home folder, with what was found on this machine proposed in its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, say, show_safe
from proofbook.errors import ConfigurationError, InputError
from proofbook.gateway.settings import UpstreamSettings
from proofbook.wiring.home import CONFIG_NAME
from proofbook.wiring.looking import propose_upstreams
from proofbook.wiring.starting import Proposal, Start, default_fence, start_home

_PRODUCT: Final = {"auto": "product not known yet"}
_NEXT: Final = (
    "Next:",
    "  1. Look at {settings}: engines and systems are proposals, name them as you speak of them.",
    "  2. Write the verifier key down where those who check your evidence find it; back up {home}/keys/vault.key",
    "     apart from the book.",
    "  3. `{proofbook} key issue --help`, then `{proofbook} up`.",
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
@click.pass_obj
def init(shared: Shared, entity: str, origin: str | None, fence: Path | None, upstreams: tuple[str, ...]) -> None:
    """Make a home folder: settings, keys, and a book with its first entry."""
    if not entity.strip():
        raise InputError("--entity is empty", hint="name the organisation whose book this is")
    if upstreams:
        proposals = tuple(_proposal(number, url, "auto") for number, url in enumerate(upstreams, start=1))
    else:
        found = propose_upstreams()
        proposals = tuple(_proposal(number, each.url, each.product) for number, each in enumerate(found, start=1))
    start = Start(entity=entity, fence=(fence or default_fence()).absolute(), proposals=proposals, origin=origin)
    home = start_home(shared.home, start)
    identity = home.identity()
    facts = {
        "home": str(home.path),
        "settings": str(home.path / CONFIG_NAME),
        "origin": identity.origin,
        "verifier key": identity.vkey,
        "engines": [each.base_url for each in proposals],
        "fence": str(home.fence(identity.origin).path),
    }
    if shared.json:
        print_json(facts)
        return
    engines = [f"{each.base_url} ({_PRODUCT.get(each.product, each.product)})" for each in proposals]
    print_facts(list((facts | {"engines": engines or "none found; name one in the settings"}).items()))
    program = "proofbook" if home.path == Path("proofbook-home") else f"proofbook --home {home.path}"
    say("")
    for line in _NEXT:
        say(line.format(settings=facts["settings"], home=home.path, proofbook=program))


def _proposal(number: int, url: str, product: str) -> Proposal:
    name = "engine" if number == 1 else f"engine-{number}"
    system = ("assistant", "Assistant") if number == 1 else (f"assistant-{number}", f"Assistant {number}")
    base_url = url.rstrip("/").removesuffix("/v1")
    try:
        UpstreamSettings(name, base_url)
    except ConfigurationError as error:
        raise InputError(f"--upstream {show_safe(url[:80])} cannot be used: {error.message}", hint=error.hint) from error
    return Proposal(name, base_url, product, (system,), environment="unknown")
