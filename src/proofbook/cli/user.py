"""`proofbook user …`: accounts of people, made and changed by whoever runs the machine. Every act is an entry that names them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final, cast

import click

from proofbook.cli.main import Shared
from proofbook.cli.moment import Moment
from proofbook.cli.people_rows import (
    ACCOUNT_TITLES,
    SESSION_TITLES,
    account_cells,
    account_facts,
    account_json,
    event_line,
    session_cells,
    session_json,
)
from proofbook.cli.printing import print_facts, print_heading, print_json, print_lines, print_table, say
from proofbook.errors import ConfigurationError, InputError
from proofbook.journal.receipt import Receipt, Submission
from proofbook.people.account import Terms
from proofbook.people.people import People
from proofbook.people.proving import Link
from proofbook.people.roles import Role
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.people import events
from proofbook.records.people import LinkPurpose
from proofbook.wiring.access import operator
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.people import open_people, record_with
from proofbook.wiring.reading import open_projection
from proofbook.wiring.recording import open_door
from proofbook.wiring.system import CLOCK

_EVENTS: Final = 15
_BECAUSE: Final = click.option("--because", required=True, help="Why, e.g. a ticket; recorded.")
_ROLES: Final = click.Choice([role.value for role in Role])
_ONCE: Final = "Hand it over in private: it works once, and is not shown again."


@contextmanager
def acting(shared: Shared) -> Iterator[tuple[Home, People]]:
    """People of the home, with the door in."""
    home = open_home(shared.home)
    with open_door(home) as door, open_people(home, record_with(door.recorder), source="cli") as people:
        yield home, people


@click.group()
def user() -> None:
    """Accounts: who may use the portal, in which role, until when."""


@user.command()
@click.argument("account")
@click.option("--name", required=True, help="Whose account it is, as it should appear in evidence.")
@click.option("--role", "roles", type=_ROLES, multiple=True, required=True, help="What it is for; may be given several times.")
@click.option("--email", help="Address; for a provider's account without --subject the one the provider verified.")
@click.option("--engagement", help="Engagement an auditor is confined to.")
@click.option("--from", "since", type=Moment(end=False), help="First moment of access.")
@click.option("--until", type=Moment(end=True), help="End of access; a day counts whole. Auditors must have one.")
@click.option("--provider", help="Signs in through this provider of the settings, by name.")
@click.option("--subject", help="The provider's own name of the person.")
@click.option("--password", "ask", is_flag=True, help="Ask for a password here instead of making a link.")
@click.option("--because", default="made by an operator", show_default=True, help="Why, e.g. a ticket; recorded.")
@click.pass_obj
def add(
    shared: Shared,
    account: str,
    name: str,
    roles: tuple[str, ...],
    email: str | None,
    engagement: str | None,
    since: str | None,
    until: str | None,
    provider: str | None,
    subject: str | None,
    ask: bool,
    because: str,
) -> None:
    """Make an account. Its holder sets a password by a link that works once."""
    if provider is None and subject is not None:
        raise click.UsageError("--subject is a provider's name of somebody; give --provider too")
    if ask and (provider is not None or Role.SERVICE in roles):
        raise click.UsageError("--password is for people who sign in by password")
    password = _ask_password() if ask else None
    with acting(shared) as (home, people):
        terms = Terms(
            name=name,
            roles=frozenset(map(Role, roles)),
            email=email,
            engagement=engagement,
            since=since,
            until=until,
            sign_in="local" if provider is None else "provider",
            issuer=None if provider is None else _issuer(home, provider),
            provider_subject=subject,
        )
        made = people.set_account(account, terms, by=operator(), because=because, expected=None)
        link = None
        if password is not None:
            people.proving.give_password(account, password, operator())
        elif provider is None and Role.SERVICE not in made.terms.roles:
            link = people.make_link(account, "invitation", operator())
        _show(shared, home, people, account, link)
    if Role.SERVICE in made.terms.roles:
        say("A service does not sign in; issue a token for it with `proofbook token issue`.")


@user.command(name="list", short_help="Every account: roles, state, end, way in.")
@click.pass_obj
def list_accounts(shared: Shared) -> None:
    """Every account: its roles, state, end, and how its holder signs in."""
    with looking(shared) as (_, people):
        roll, now = people.roll, format_instant(CLOCK.now())
        accounts = sorted(roll.accounts.values(), key=lambda each: each.id)
        if shared.json:
            print_json([account_json(each, roll.proofs_of(each.id), now) for each in accounts])
        elif accounts:
            print_table(ACCOUNT_TITLES, [account_cells(each, roll.proofs_of(each.id), now) for each in accounts])
        else:
            say("There is no account yet. The portal's first page makes one, or `proofbook user add`.")


@user.command()
@click.argument("account")
@click.pass_obj
def show(shared: Shared, account: str) -> None:
    """One account, and what happened to it lately."""
    with looking(shared) as (home, people):
        found, roll, now = people.accounts.get(account), people.roll, format_instant(CLOCK.now())
        with open_projection(home) as (_, projection):
            happened = events(projection.reader, limit=_EVENTS, account=account)
    if shared.json:
        lately = [{"entry": each.entry, "kind": each.kind, "recorded": each.recorded, "by": each.actor} for each in happened]
        print_json(account_json(found, roll.proofs_of(account), now) | {"lately": lately})
        return
    print_facts(account_facts(found, roll.proofs_of(account), now))
    print_heading("Lately, the newest first")
    print_lines(map(event_line, happened))


@user.command()
@click.argument("account")
@click.option("--role", "roles", type=_ROLES, multiple=True, help="All the roles it has from here on; none: as they are.")
@click.option("--engagement", help="Engagement an auditor is confined to.")
@click.option("--until", type=Moment(end=True), help="End of access; a day counts whole.")
@click.option("--no-end", is_flag=True, help="Take the end away.")
@_BECAUSE
@click.pass_obj
def roles(
    shared: Shared, account: str, roles: tuple[str, ...], engagement: str | None, until: str | None, no_end: bool, because: str
) -> None:
    """Change what an account is for, or until when. Whoever is signed in to it signs in again when roles change."""
    with acting(shared) as (home, people):
        found = people.accounts.get(account)
        wanted = frozenset(map(Role, roles)) or found.terms.roles
        kept = found.terms.engagement if Role.AUDITOR in wanted else None
        terms = replace(
            found.terms,
            roles=wanted,
            engagement=engagement or kept,
            until=None if no_end else until or found.terms.until,
        )
        people.set_account(account, terms, by=operator(), because=because, expected=found.version)
        _show(shared, home, people, account, None)


@user.command()
@click.argument("account")
@_BECAUSE
@click.pass_obj
def disable(shared: Shared, account: str, because: str) -> None:
    """An account opens nothing any more; its sessions end."""
    _set_state(shared, account, because, active=False)


@user.command()
@click.argument("account")
@_BECAUSE
@click.pass_obj
def enable(shared: Shared, account: str, because: str) -> None:
    """A disabled account opens something again."""
    _set_state(shared, account, because, active=True)


@user.command(short_help="A new link by which the holder sets a password.")
@click.argument("account")
@click.pass_obj
def link(shared: Shared, account: str) -> None:
    """A new link by which the holder sets a password; any earlier one opens nothing."""
    with acting(shared) as (home, people):
        known = people.roll.proofs_of(account).password is not None
        purpose: LinkPurpose = "reset" if known else "invitation"
        _show(shared, home, people, account, people.make_link(account, purpose, operator()))


@user.command(short_help="Take away a lost second factor; sessions end.")
@click.argument("account")
@click.pass_obj
def reset_second_factor(shared: Shared, account: str) -> None:
    """Take away a second factor that was lost; sessions end."""
    with acting(shared) as (home, people):
        people.proving.reset_second_factor(account, operator())
        _show(shared, home, people, account, None)


@user.command()
@click.argument("account", required=False)
@click.pass_obj
def sessions(shared: Shared, account: str | None) -> None:
    """Who is signed in, of one account or of all."""
    with acting(shared) as (_, people):
        if account is not None:
            people.accounts.get(account)
        people.sweep()
        found = people.sessions(account)
    if shared.json:
        print_json([session_json(each) for each in found])
    elif found:
        print_table(SESSION_TITLES, map(session_cells, found))
    else:
        say("Nobody is signed in.")


@user.command()
@click.argument("session", required=False)
@click.option("--account", help="End every session of this account.")
@click.pass_obj
def end_session(shared: Shared, session: str | None, account: str | None) -> None:
    """End a session by its id, or all of an account."""
    if (session is None) == (account is None):
        raise click.UsageError("give the id of a session, or --account")
    with acting(shared) as (_, people):
        if account is not None:
            people.accounts.get(account)
            ended = people.end_sessions(account, operator())
        else:
            ended = int(people.end_session(cast("str", session), operator()))
            if not ended:
                raise InputError("there is no such session, or it ended already", hint="see `proofbook user sessions`")
    if shared.json:
        print_json({"ended": ended})
    else:
        print_facts([("ended", ended)])


@contextmanager
def looking(shared: Shared) -> Iterator[tuple[Home, People]]:
    """People of the home, to look at only: nothing can be recorded."""
    home = open_home(shared.home)
    with open_people(home, _nothing, source="cli") as people:
        yield home, people


def _nothing(_: Sequence[Submission]) -> tuple[Receipt, ...]:
    raise RuntimeError("a command that only looks records nothing")


def _set_state(shared: Shared, account: str, because: str, *, active: bool) -> None:
    with acting(shared) as (home, people):
        people.accounts.set_state(account, active=active, by=operator(), because=because)
        if not active:
            people.end_sessions(account, operator())
        _show(shared, home, people, account, None)


def _show(shared: Shared, home: Home, people: People, account: str, link: Link | None) -> None:
    """The account as it stands now, and the link by which its holder comes in."""
    found, now = people.accounts.get(account), format_instant(CLOCK.now())
    proofs = people.roll.proofs_of(account)
    address = None if link is None else address_of(home) + link.path
    if shared.json:
        more = {} if link is None else {"link": address, "path": link.path, "expires": link.expires}
        print_json(account_json(found, proofs, now) | more)
        return
    print_facts(account_facts(found, proofs, now))
    if link is not None:
        print_heading(f"Link for {found.terms.name}, until {link.expires.partition('.')[0]}Z")
        print_lines([str(address)])
        say(_ONCE)


def address_of(home: Home) -> str:
    """Where browsers reach the portal, as far as the settings say."""
    portal = home.settings.portal
    scheme = "https" if portal.secure else "http"
    if portal.names:
        name = portal.names[0]
        plain = ":" in name or portal.https or portal.port == (443 if portal.secure else 80)
        return f"{scheme}://{name}" if plain else f"{scheme}://{name}:{portal.port}"
    host = f"[{portal.host}]" if ":" in portal.host else portal.host
    return f"{scheme}://{host}:{portal.port}"


def _issuer(home: Home, provider: str) -> str:
    for each in home.settings.portal.providers:
        if each.name == provider:
            return each.issuer
    known = ", ".join(each.name for each in home.settings.portal.providers) or "none"
    raise ConfigurationError(f"provider {provider!r} is not configured", hint=f"known: {known}; see `portal.providers`")


def _ask_password() -> str:
    if not sys.stdin.isatty():
        raise click.UsageError("--password asks at a terminal, and this is none; leave it out and hand the link over")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password
