"""What only pages show and do, and why: a person's own proofs, and what a form is while it is filled in."""

from __future__ import annotations

from typing import Final

PAGES_ALONE: Final = {
    "/sign-in": "a program has a token",
    "/sign-in/{provider}": "a program has a token",
    "/sign-in/{provider}/back": "a program has a token",
    "/sign-out": "a token is revoked, not signed out",
    "/first": "the first account is a person's, and nobody could have issued a token before it",
    "/link/{secret}": "the holder's own password; whoever made the link is not to choose it",
    "/account/password": "the holder's own password",
    "/account/second-factor": "the holder's own second factor, shown to a person",
    "/account/second-factor/confirm": "takes the holder's own password and a code",
    "/account/second-factor/codes": "takes the holder's own password",
    "/account/second-factor/remove": "takes the holder's own password",
    "/people/new": "its form; what it does is accounts.create",
    "/design": "shows how pages look",
    "/exchanges/{id}/content": "its form; what it does is content.reveal",
    "/records/{kind}/{id}/attach": "its form; what it does is record.attach",
    "/records/drafts/{kind}": "keeps what a form holds while somebody types; a program holds its own",
    "/records/drafts/{kind}/{id}": "keeps what a form holds while somebody types; a program holds its own",
    "/room/request": "the form for a new request and for lists; what it does is room.requests.ask and room.requests.import",
}
"""Places that no resource stands for, and why. A test walks both tables."""
