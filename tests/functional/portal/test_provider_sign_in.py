"""Signing in to the portal through a real OpenID Connect provider, over HTTP on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from proofbook.wiring.home import open_home
from proofbook.wiring.starting import Start, start_home
from support.identity_provider import PORTAL_CLIENT, PORTAL_SECRET, Provider, ProviderAbsentError, running_provider
from support.staffed_portal import Browser, Staffed, staffed

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """One for all tests here."""
    try:
        with running_provider() as found:
            yield found
    except ProviderAbsentError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Staffed]:
    """A portal that knows the provider, with an administrator of its own."""
    folder: Path = tmp_path_factory.mktemp("provider")
    start_home(folder / "home", Start(entity="Sample", fence=folder / "fence", proposals=(), portal_port=0))
    (folder / "home" / "keys" / "client.secret").write_text(PORTAL_SECRET + "\n", encoding="utf-8")
    (folder / "home" / "keys" / "client.secret").chmod(0o600)
    with (folder / "home" / "proofbook.toml").open("a", encoding="utf-8") as settings:
        settings.write(
            f"""
[[portal.providers]]
name = "staff"
label = "Sample staff"
issuer = "{provider.issuer}"
client_id = "{PORTAL_CLIENT}"
client_secret_file = "{folder / "home" / "keys" / "client.secret"}"
create_accounts = true

[[portal.providers.groups]]
group = "soc-leads"
roles = ["lead"]
"""
        )
    with staffed(open_home(folder / "home")) as found:
        provider.allow_redirect(f"http://127.0.0.1:{found.port}/sign-in/staff/back")
        yield found


def come_back(portal: Staffed, provider: Provider, account: str) -> tuple[Browser, dict[str, str]]:
    """Begin here, log in there; the browser, and what the provider sends back."""
    browser = portal.browser()
    assert "Sign in with Sample staff" in browser.get("/sign-in").words
    begun = browser.get("/sign-in/staff")
    assert begun.status == 303
    back = f"http://127.0.0.1:{portal.port}/sign-in/staff/back"
    return browser, provider.log_in(begun.headers["location"], account, back)


def test_somebody_of_a_group_is_let_in_with_its_roles(portal: Staffed, provider: Provider) -> None:
    """The account is made at the first sign-in; the page says who it is."""
    provider.set_groups("sample.one", "soc-leads")
    browser, returned = come_back(portal, provider, "sample.one")
    reply = browser.get(f"/sign-in/staff/back?{urlencode(returned)}")
    assert (reply.status, reply.headers["location"]) == (303, "/")
    assert "lead" in browser.get("/account").words
    assert browser.get("/people").status == 403


def test_somebody_of_no_group_is_told_so(portal: Staffed, provider: Provider) -> None:
    """And has no session."""
    provider.set_groups("sample.two")
    browser, returned = come_back(portal, provider, "sample.two")
    reply = browser.get(f"/sign-in/staff/back?{urlencode(returned)}")
    assert reply.status == 403
    assert browser.get("/exchanges").status == 303


def test_an_answer_of_the_provider_opens_nothing_in_another_browser(portal: Staffed, provider: Provider) -> None:
    """What began here is kept in the browser that began it; an address that was copied is worth nothing."""
    provider.set_groups("sample.three", "soc-leads")
    _, returned = come_back(portal, provider, "sample.three")
    thief = portal.browser()
    thief.get("/sign-in")
    reply = thief.get(f"/sign-in/staff/back?{urlencode(returned)}")
    assert reply.status in {400, 403}
    assert thief.get("/exchanges").status == 303


MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def test_a_directory_name_that_is_markup_is_shown_as_written(portal: Staffed, provider: Provider) -> None:
    """Names and groups come from the provider's directory: whoever can write there must not write our pages."""
    provider.set_groups(MARKUP, "soc-leads", MARKUP)
    browser, returned = come_back(portal, provider, MARKUP)
    reply = browser.get(f"/sign-in/staff/back?{urlencode(returned)}")
    assert reply.status == 303, reply.words
    administrator = portal.browser("admin")
    pages = [browser.get(place) for place in ("/", "/account")] + [administrator.get(place) for place in ("/people", "/sessions")]
    for page in pages:
        assert page.status in {200, 404}, page.words
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    assert any("&lt;script&gt;alert(1)&lt;/script&gt;" in page.text for page in pages)
