"""What a function of a place said, as an HTTP answer: pages with what stands on all of them, files, ways on, errors in words.

Promises: every page says as of which entry it is and what it could not take in; what was done is said once, on the next page of
the same session; somebody who is not let in learns what it takes and nothing else. Used by many threads.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, Final

from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from proofbook.errors import ProofbookError, StoreUnavailable, UnavailableError
from proofbook.people.roles import ROLES, Permission
from proofbook.people.visitor import Visitor
from proofbook.portal.navigation import derive_navigation
from proofbook.portal.places import Need, Section
from proofbook.portal.posting import make_token
from proofbook.portal.rendering import Pages
from proofbook.portal.surroundings import Answer, Attachment, Cookie, Delivery, Desk, PortalSources, Query, See
from proofbook.portal.told_zone import tell_zone
from proofbook.portal.wording import without_folders
from proofbook.primitives.instants import format_instant

_OF_THIS_MOMENT: Final = 20
_SAID_KEPT: Final = 256
"""Sessions that have not yet seen what was said to them; the oldest is forgotten."""


class Answering:
    """Makes answers. `trouble` tells why the projection cannot keep up, if it cannot."""

    def __init__(
        self, sources: PortalSources, sections: tuple[Section, ...], cookie: str, trouble: Callable[[], str | None]
    ) -> None:
        self._sources = sources
        self._sections = sections
        self._cookie = cookie
        self._trouble = trouble
        self._said: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()
        standing = {
            "has_people": sources.people is not None,
            "entity": sources.entity,
            "version": sources.version,
            "gateway_url": sources.gateway,
        }
        self._pages = Pages(standing | {"carried": "", "was_done": "", "csrf": "", "visitor": None, "navigation": None})

    def answer(self, answer: Answer, desk: Desk, path: str, token: str | None, query: Query) -> Response:
        """One answer of a place. `query`: what the address asked for; empty for a form that was sent."""
        match answer:
            case None:
                return self.missing(desk.visitor, path, 404)
            case Attachment():
                headers = {"content-disposition": f'attachment; filename="{answer.name}"'}
                return Response(answer.data, media_type=answer.media_type, headers=headers)
            case Delivery():
                return FileResponse(answer.path, media_type=answer.media_type, filename=answer.name)
            case See():
                return self._see(answer, desk.visitor)
        trouble, zone_line = self._trouble(), tell_zone(answer, desk, path, query)
        values: dict[str, Any] = {
            **answer.values,
            **self._frame(desk.visitor, path),
            "csrf": token or "",
            "was_done": self._hear(desk.visitor),
            "now": format_instant(desk.now),
            "moment": desk.now,
            "zone_line": zone_line,
            "position": desk.position,
            "behind": _behind(desk),
            "trouble_following": trouble and without_folders(trouble) if _is_guest(desk.visitor) else trouble,
        }
        if answer.cookie is not None and answer.cookie.value is not None:
            values["csrf"] = make_token(answer.cookie.value)
        response = HTMLResponse(self._pages.render(answer.template, values, zone_line.zone), answer.status)
        if answer.cookie is not None:
            self._set(response, answer.cookie)
        return response

    def explain(self, status: int, reason: str) -> Response:
        """A page for somebody who is not let in."""
        return HTMLResponse(self._pages.render("refused.html", {"reason": reason, "here": ""}), status)

    def not_admitted(self, need: Need, visitor: Visitor | None, path: str) -> Response:
        """A page for somebody who is known and may not come here."""
        if visitor is not None and visitor.needs_second_factor:
            return RedirectResponse("/account", status_code=303)
        if visitor is not None and path == "/" and visitor.may(Permission.AUDIT):
            return RedirectResponse("/room", status_code=303)
        roles = [role.value for role, given in ROLES.items() if isinstance(need, Permission) and need in given]
        values = {"roles": roles, **self._frame(visitor, path)}
        return HTMLResponse(self._pages.render("not_admitted.html", values), 403)

    def missing(self, visitor: Visitor | None, path: str, status: int) -> Response:
        """There is no such thing."""
        return HTMLResponse(self._pages.render("missing.html", self._frame(visitor, path)), status)

    def error(self, error: ProofbookError, visitor: Visitor | None, path: str) -> Response:
        """Why something could not be done, in words."""
        message, hint = error.message, error.hint
        if _is_guest(visitor):
            message, hint = without_folders(message), hint and without_folders(hint)
        values = {"status": error.http_status, "message": message, "hint": hint, **self._frame(visitor, path)}
        values["unavailable"] = isinstance(error, StoreUnavailable | UnavailableError)
        headers = {"retry-after": "5"} if error.http_status == 503 else None
        return HTMLResponse(self._pages.render("failed.html", values), error.http_status, headers)

    def _frame(self, visitor: Visitor | None, path: str) -> dict[str, Any]:
        return {"here": path, "visitor": visitor, "navigation": derive_navigation(self._sections, visitor, path)}

    def _see(self, answer: See, visitor: Visitor | None) -> Response:
        response = RedirectResponse(answer.path, status_code=303)
        if answer.cookie is not None:
            self._set(response, answer.cookie)
        if answer.said and visitor is not None:
            with self._lock:
                self._said[visitor.session] = answer.said
                while len(self._said) > _SAID_KEPT:
                    self._said.popitem(last=False)
        return response

    def _hear(self, visitor: Visitor | None) -> str:
        if visitor is None:
            return ""
        with self._lock:
            return self._said.pop(visitor.session, "")

    def _set(self, response: Response, cookie: Cookie) -> None:
        secure = self._sources.secure
        if cookie.value is None:
            response.delete_cookie(self._cookie, path="/", httponly=True, samesite="lax", secure=secure)
        else:
            response.set_cookie(self._cookie, cookie.value, path="/", httponly=True, samesite="lax", secure=secure)


def _is_guest(visitor: Visitor | None) -> bool:
    """Somebody of whom this machine is none of the business: an auditor, or whoever did not sign in."""
    return visitor is None or visitor.engagement is not None


def _behind(desk: Desk) -> int:
    """How many entries the page does not show yet; the few of this very moment, such as the account of this look, are none."""
    behind = desk.book.size() - desk.position
    return behind if behind > _OF_THIS_MOMENT else 0
