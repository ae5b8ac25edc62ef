"""The page of errors, from the error tree itself."""

from __future__ import annotations

from collections.abc import Iterator

from proofbook import errors
from proofbook.errors import ProofbookError

WHO_ACTS: dict[type[ProofbookError], str] = {
    errors.ConfigurationError: "the operator: correct the configuration, key or home folder",
    errors.InputError: "whoever made the file or sent the request",
    errors.RefusedError: "whoever asked, or whoever decides what is allowed",
    errors.ConflictError: "the program that lost: look again, then repeat",
    errors.IntegrityError: "a person: find out what happened to the evidence before anything else; never retried",
    errors.UnavailableError: "nobody yet: the same command may succeed later",
    errors.HaltError: "the operator: the process stopped because its state is not known; read the log, then start it again",
}
"""The branches of the tree; every other error belongs to the branch it descends from."""

_HEAD = """# Errors

Errors are branched by who must act, not by which part failed. A command ends with the exit code of its error's branch; the
gateway and the pages answer with the HTTP status. `--json` prints the code, which is stable between releases.

Exit code 0 is success, 1 a defect of Proofbook itself, and 2 also a command that was written wrongly.
"""


def error_kinds(root: type[ProofbookError] = ProofbookError) -> Iterator[type[ProofbookError]]:
    """Every error below `root`, in the order of the tree."""
    for kind in root.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield kind
            yield from error_kinds(kind)


def branch_of(kind: type[ProofbookError]) -> type[ProofbookError]:
    """The branch an error belongs to."""
    return next(each for each in kind.__mro__ if each in WHO_ACTS)


def format_errors() -> str:
    """The page."""
    lines = [_HEAD]
    for branch, who in WHO_ACTS.items():
        lines += [f"## {branch.__name__}", "", f"Who acts: {who}.", ""]
        lines += ["| Code | Error | Exit | HTTP | Meaning |", "|---|---|---|---|---|"]
        for kind in error_kinds():
            if branch_of(kind) is branch:
                lines.append(f"| `{kind.code}` | {kind.__name__} | {kind.exit_code} | {kind.http_status} | {_meaning(kind)} |")
        lines.append("")
    return "\n".join(lines)


def _meaning(kind: type[ProofbookError]) -> str:
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())
