"""What only pages show and do, and why: places that concern people and their browsers, and forms whose record has a resource."""

from __future__ import annotations

from typing import Final

PAGES_ALONE: Final = {
    "/sign-in": "a program has a token",
    "/sign-in/{provider}": "a program has a token",
    "/sign-in/{provider}/back": "a program has a token",
    "/sign-out": "a token is revoked, not signed out",
    "/first": "the first account is a person's",
    "/link/{secret}": "passwords are people's",
    "/account": "passwords, second factors and sessions are people's; /me says what a token opens",
    "/account/password": "passwords are people's",
    "/account/second-factor": "second factors are people's",
    "/account/second-factor/confirm": "second factors are people's",
    "/account/second-factor/codes": "second factors are people's",
    "/account/second-factor/remove": "second factors are people's",
    "/account/sessions/{session}/end": "sessions are people's",
    "/people": "no token administers",
    "/people/new": "no token administers",
    "/people/{account}": "no token administers",
    "/people/{account}/{what}": "no token administers",
    "/tokens": "no token administers",
    "/tokens/{token}/revoke": "no token administers",
    "/availability": "draws what availability.report and outage records, gaps and exchanges give",
    "/design": "shows how pages look",
    "/exchanges/{id}/content": "its form; what it does is content.reveal",
    "/records/{kind}/{id}/attach": "its form; what it does is record.attach",
    "/records/drafts/{kind}": "keeps what a form holds while it is typed",
    "/records/drafts/{kind}/{id}": "keeps what a form holds while it is typed",
    "/queues": "gathers what decisions.list, findings.list and records.list give",
    "/queues/access-reviews": "a form over access.grant records; what it leaves is an access.review record",
    "/queues/incidents/{kind}/{id}": "a form over an incident; what it leaves is a version of its record",
    "/queues/exercises": "a walk through an exercise; what it leaves is an incident.exercise record",
    "/queues/exercises/{scenario}": "a walk through an exercise; what it leaves is an incident.exercise record",
    "/room/request": "the form for a new request and for lists; what it does is room.requests.ask and room.requests.import",
}
"""Places that no resource stands for, and why. A test walks both tables."""
