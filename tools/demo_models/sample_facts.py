"""Questions and answers about the Sample Organisation, an organisation that does not exist.

Everything here was written for this repository to train the two sample models. It names no person and no real
company, place, address or telephone number. Each entry: the answer, then patterns of its question, in which
"(a|b)" stands for either wording.
"""

from __future__ import annotations

import itertools
import re

FACTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "I am the sample assistant of the Sample Organisation.",
        (
            "(Who|What) are you?",
            "What is your (name|job|role)?",
            "Are you a (person|machine|human|robot)?",
            "Am I talking to a (machine|person|human|robot)?",
            "(Please introduce|Introduce|Describe) yourself.",
            "(Hello|Hi), who (is this|are you)?",
        ),
    ),
    (
        "Hello. How can I help you?",
        ("(Hello|Hi|Hey|Good morning|Good afternoon|Good evening|Good day)( there||, assistant)(.|!)",),
    ),
    (
        "You are welcome.",
        (
            "(Thank you|Thanks)( a lot| very much| so much||, that helped)(.|!)",
            "(Many thanks|Great, thanks|Perfect, thank you)(.|!)",
        ),
    ),
    (
        "The Sample Organisation makes sample labels for test shelves.",
        (
            "What does the (Sample Organisation|company|organisation) (do|make|sell|produce)?",
            "What (kind|sort) of (company|business|organisation) is this?",
            "(Which|What) product does the (company|organisation) (make|sell)?",
            "What is the business of the (company|organisation|Sample Organisation)?",
        ),
    ),
    (
        "The Sample Organisation was founded in 2014.",
        (
            "(When|In which year|In what year) was the (Sample Organisation|company|organisation) founded?",
            "How old is the (Sample Organisation|company|organisation)?",
            "(When|In which year) did the (company|organisation) (start|begin)?",
            "Since when does the (company|organisation) exist?",
        ),
    ),
    (
        "The Sample Organisation has 140 employees.",
        (
            "How many (employees|people|colleagues) does the (Sample Organisation|company|organisation) have?",
            "How many (people|employees|colleagues) work (here|for the company)?",
            "How (big|large) is the (organisation|company|staff)?",
            "What is the (number|total number) of (employees|people) here?",
        ),
    ),
    (
        "The head office is in Example Town.",
        (
            "(Where|In which town|In which place) is the (head office|main office)?",
            "Where is the (Sample Organisation|company|organisation) (based|located)?",
            "What is the (location|town) of the (head office|main office)?",
            "Where (do|can) I find the (head office|main office)?",
        ),
    ),
    (
        "The office opens at half past eight.",
        (
            "(When|At what time|How early) does the office open?",
            "What is the opening (time|hour) of the office?",
            "(From when|From what time) is the office open?",
            "(When|How early) can I (get into|enter) the office in the morning?",
            "(When|At what time) do the office doors open?",
        ),
    ),
    (
        "The office closes at six in the evening.",
        (
            "(When|At what time|How late) does the office close?",
            "What is the closing (time|hour) of the office?",
            "(Until when|Until what time) is the office open?",
            "(When|At what time) (must|do) I leave the office in the evening?",
            "(When|At what time) do the office doors close?",
        ),
    ),
    (
        "The support desk answers on extension 4100.",
        (
            "How (do|can) I (reach|call|contact) the support desk?",
            "What is the (extension|number) of the support desk?",
            "(Which|What) (number|extension) has the support desk?",
            "(Whom|Which number) do I call for (support|help)?",
        ),
    ),
    (
        "The support desk is open from eight to five on working days.",
        (
            "(When|On which days|At what hours) is the support desk open?",
            "What are the (hours|opening hours|working hours) of the support desk?",
            "(When|At what hours) does the support desk work?",
            "Is the support desk open (at night|on Sunday|at the weekend)?",
        ),
    ),
    (
        "A password must have at least 14 characters.",
        (
            "How long (must|should) (a|my) password be?",
            "What is the (minimum|shortest|required) length of (a|my) password?",
            "How many characters (must|should) (a|my) password have?",
            "What is the rule for (password length|the length of passwords)?",
        ),
    ),
    (
        "You can reset your password on the account page.",
        (
            "(How|Where) (do|can) I (reset|change) my password?",
            "I (forgot|have forgotten) my password. What (should|can) I do?",
            "How (do|can) I get a new password?",
            "What do I do when I (forgot|have forgotten) my password?",
        ),
    ),
    (
        "Sign in with your password and a security key.",
        (
            "How (do|can|should) I sign in?",
            "What do I need to sign in( to my account|)?",
            "Do (I need|we use|we have) a second factor?",
            "(Which|What) second factor do (we|I) (use|need)?",
            "Do we use security keys( to sign in|)?",
        ),
    ),
    (
        "Call the support desk at once and your laptop will be locked.",
        (
            "I lost my laptop. What (should|must|do) I do?",
            "My laptop was (stolen|lost). What (should|must|do) I do?",
            "What (happens|do I do) when a laptop is (lost|stolen)?",
            "How do I report a (lost|stolen) laptop?",
            "What is the rule for a (lost|stolen) laptop?",
        ),
    ),
    (
        "A laptop is replaced after four years.",
        (
            "(When|How often|After how many years) is a laptop replaced?",
            "How (long|many years) do I keep (a|my) laptop?",
            "When do I get a new laptop?",
            "(When|How often) are laptops replaced?",
            "How old can (a|my) laptop get?",
        ),
    ),
    (
        "Report it with the red button in your mail program.",
        (
            "How (do|can|should) I report a (suspicious|phishing|strange) mail?",
            "What (do|should) I do with a (suspicious|phishing|strange) mail?",
            "I got a (suspicious|phishing|strange) mail. What should I do?",
            "Where do I report (a phishing mail|a suspicious mail|phishing)?",
        ),
    ),
    (
        "Report an incident to the security desk on extension 4200.",
        (
            "(How|Where) (do|can) I report (an incident|a security incident)?",
            "(Whom|Who) do I tell about (an incident|a security incident)?",
            "What is the (extension|number) of the security desk?",
            "How (do|can) I (reach|call|contact) the security desk?",
            "What do I do when I (see|notice) an incident?",
        ),
    ),
    (
        "Backups run every night at two.",
        (
            "(When|At what time|How often) do (the backups|backups) run?",
            "(When|At what time|How often) are backups made?",
            "What is the (time|schedule) of the (backup|backups)?",
            "How often do we make backups?",
        ),
    ),
    (
        "Backups are kept for 35 days.",
        (
            "(How long|For how many days) are backups kept?",
            "How (long|many days) do we keep backups?",
            "(When|After how many days) are (backups|old backups) deleted?",
            "What is the (retention|retention time) of (backups|a backup)?",
        ),
    ),
    (
        "Invoices are paid within 30 days.",
        (
            "(When|How fast|How soon) are invoices paid?",
            "(When|How fast|How soon) do we pay (an invoice|invoices)?",
            "How (long|many days) does it take to pay an invoice?",
            "(When|How soon) will (my|the) invoice be paid?",
            "What is the payment time for (an invoice|invoices)?",
        ),
    ),
    (
        "Send invoices to the accounts desk on extension 4300.",
        (
            "Where (do|can|should) I send (an invoice|invoices)?",
            "(Who|Which desk) (gets|takes) (the invoices|invoices)?",
            "How (do|can) I (reach|call|contact) the accounts desk?",
            "What is the (extension|number) of the accounts desk?",
            "Where do (the invoices|invoices) go?",
        ),
    ),
    (
        "Keep the receipt and use the expense form before the end of the month.",
        (
            "How (do|can) I claim (expenses|my expenses|travel expenses)?",
            "How (do|can) I get my expenses back?",
            "(Where|By when) do I (enter|claim) my expenses?",
            "What do I do with (a|my) receipt?",
        ),
    ),
    (
        "You may spend 40 per day on meals when you travel.",
        (
            "How much (may|can) I spend on (meals|food) when I travel?",
            "What is the (limit|daily limit) for (meals|food)( on a trip|)?",
            "How much is paid for (meals|food) per day?",
            "What may my (meals|food) cost on a trip?",
        ),
    ),
    (
        "Every employee has 28 days of leave a year.",
        (
            "How (many days of|much) (leave|holiday) do I (have|get)?",
            "How many days of (leave|holiday) does an employee (have|get)?",
            "How (much|many days of) holiday do we (have|get)?",
            "How many (holidays|free days) do (I|we) get each year?",
        ),
    ),
    (
        "Ask for leave two weeks before it starts.",
        (
            "(When|How early) (do|must|should) I ask for (leave|a holiday)?",
            "By when (do|must|should) I ask for (leave|a holiday)?",
            "How (long|many weeks) before my (holiday|leave) do I ask?",
        ),
    ),
    (
        "You may work from home three days a week.",
        (
            "How (often|many days) may I work from home?",
            "(Can|May) I work from home?",
            "What is the rule for (working from home|home work)?",
            "Is it allowed to work from home?",
            "How (much|many days of) home work is allowed?",
        ),
    ),
    (
        "Visitors sign the book at the front desk and wear a green badge.",
        (
            "What (must|do|should) visitors do( at the front desk|)?",
            "Where (must|do|should) (visitors|a visitor) sign in?",
            "(Which|What) badge do visitors (wear|get)?",
            "(How do I bring|What is the rule for) (a visitor|visitors)?",
        ),
    ),
    (
        "Confidential paper goes into the locked grey bin.",
        (
            "(What do I do with|Where do I put|How do I throw away) confidential (paper|documents)?",
            "(Where|Into which bin) does confidential paper go?",
            "Which bin is for confidential (paper|documents)?",
            "How do I (get rid of|dispose of) confidential (paper|documents)?",
        ),
    ),
    (
        "Lock your screen whenever you leave your desk.",
        (
            "When (do|must|should) I lock (my|the) screen?",
            "(Must|Should) I lock (my|the) screen?",
            "What (do|must|should) I do when I leave my desk?",
            "What is the rule for (locking the screen|my screen|the screen)?",
        ),
    ),
    (
        "A change needs a review by one other colleague.",
        (
            "Who (reviews|checks|approves) (a|my) change?",
            "What does (a|my) change need?",
            "(Can|May) I make a change without a review?",
            "How many reviews does (a|my) change need?",
            "(What is the rule for|How do we approve) (changes|a change)?",
        ),
    ),
    (
        "Access rights are reviewed every three months.",
        (
            "(How often|When) are access rights (reviewed|checked)?",
            "(How often|When) do we (review|check) access( rights|)?",
            "(When is|What is the date of) the next review of access rights?",
            "What is the rule for access reviews?",
        ),
    ),
    (
        "Your team lead asks for it with the access form.",
        (
            "How (do|can) I get (access|access to a system|more access rights)?",
            "(Who asks|Who can ask) for access for me?",
            "What do I do when I need access( to a system|)?",
            "How (do|can|should) I ask for access( to a system|)?",
        ),
    ),
    (
        "Customer records are kept for seven years.",
        (
            "(How long|For how many years) are customer records kept?",
            "How (long|many years) do we keep (customer records|records of customers)?",
            "(When|After how many years) are customer records deleted?",
            "What is the (retention|retention time) of customer records?",
        ),
    ),
)
"""(answer, patterns of the question)."""

_CHOICE = re.compile(r"\(([^)]*)\)")


def fact_cores() -> list[tuple[str, str]]:
    """Every wording of every question with its answer, in a fixed order."""
    return [(wording, answer) for answer, patterns in FACTS for pattern in patterns for wording in _wordings(pattern)]


def _wordings(pattern: str) -> list[str]:
    parts = _CHOICE.split(pattern)
    choices = [part.split("|") if odd % 2 else [part] for odd, part in enumerate(parts)]
    return ["".join(combination) for combination in itertools.product(*choices)]
