"""Support tickets of the Sample Organisation with five labels, put together from short phrases.

Written for this repository; no real ticket, person or company is in it. A ticket is subject + problem, so the
held-out tickets are combinations whose two halves were each seen with others.
"""

from __future__ import annotations

LABELS = ("access", "billing", "hardware", "network", "security")

WRAPPINGS = (
    "Triage this ticket: {}",
    "Which label fits this ticket? {}",
    "Label this ticket: {}",
    "Ticket: {}",
    "Please triage: {}",
    "{} Which label is it?",
)
"""How a ticket is put to the assistant; the answer is one label."""

TICKETS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "access": (
        (
            "My account",
            "The account of a new colleague",
            "My sign in to the wiki",
            "My login for the sales system",
            "The shared mailbox account",
            "My user for the test system",
            "The login of our trainee",
        ),
        (
            "is locked.",
            "has no rights to read the folder.",
            "needs permission for the reports.",
            "does not accept my password.",
            "was disabled by mistake.",
            "should be added to the group.",
            "still has the old role.",
        ),
    ),
    "billing": (
        (
            "The invoice of last month",
            "The bill from our supplier",
            "My expense claim",
            "The credit note",
            "The invoice for the licences",
            "The payment to the printer shop",
            "The refund of a customer",
        ),
        (
            "shows the wrong amount.",
            "was charged twice.",
            "has not been paid.",
            "has the wrong tax on it.",
            "is missing from the account.",
            "was sent to the wrong cost centre.",
            "is overdue.",
        ),
    ),
    "hardware": (
        (
            "My laptop",
            "The printer on the second floor",
            "My screen",
            "My keyboard",
            "The docking station",
            "The projector in the meeting room",
            "The label printer",
        ),
        (
            "does not turn on.",
            "is broken.",
            "makes a loud noise.",
            "fell on the floor.",
            "has a crack.",
            "gets very hot.",
            "needs a new cable.",
        ),
    ),
    "network": (
        (
            "The wireless network",
            "The internet in the meeting room",
            "The connection to the branch",
            "The remote connection from home",
            "The network in the warehouse",
            "The line to the data centre",
            "The guest network",
        ),
        (
            "is very slow.",
            "drops every few minutes.",
            "is down.",
            "cannot be reached.",
            "loses packets.",
            "stops working at noon.",
            "does not connect.",
        ),
    ),
    "security": (
        (
            "A phishing mail",
            "A strange attachment",
            "A virus warning",
            "An unknown memory stick",
            "A suspicious call asking for passwords",
            "A stranger without a badge",
            "A mail that pretends to come from the bank",
        ),
        (
            "was seen in the office today.",
            "has reached our team.",
            "was reported by a colleague.",
            "came up this morning.",
            "made us worried.",
            "turned up in the sales team.",
            "was noticed again.",
        ),
    ),
}
"""Label -> (subjects, problems)."""


def ticket_cores() -> list[tuple[str, str]]:
    """Every ticket text with its label, in a fixed order."""
    return [
        (f"{subject} {problem}", label)
        for label, (subjects, problems) in TICKETS.items()
        for subject in subjects
        for problem in problems
    ]
