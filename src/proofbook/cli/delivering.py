"""`proofbook export --encrypt-to`: an evidence room as one archive for named receivers."""

from __future__ import annotations

from pathlib import Path

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, progress_bar, say
from proofbook.export.archive import parse_recipients, read_recipients
from proofbook.wiring.handing_out import hand_out_engagement
from proofbook.wiring.home import open_home
from proofbook.wiring.recording import open_door


def hand_out(
    shared: Shared, engagement: str, out: Path, as_of_size: int | None, *, keys: tuple[str, ...], files: tuple[Path, ...], to: str
) -> None:
    """Make, encrypt and record; print what whoever opens it needs to know."""
    recipients = parse_recipients([*keys, *(key for path in files for key in read_recipients(path))])
    home = open_home(shared.home)
    with open_door(home) as door, progress_bar("evidence room") as bar:
        made = hand_out_engagement(
            home,
            door.recorder,
            engagement,
            out.absolute(),
            recipients,
            to=to,
            as_of_size=as_of_size,
            progress=lambda what, done, of: bar.update(done, of, what),
        )
    facts = {
        "archive": str(out),
        "sha256": made.archive.sha256,
        "bytes": made.archive.size,
        "recipients": list(recipients.texts),
        "room": f"{made.room.files} files, manifest {made.room.manifest}",
        "checkpoint": f"{made.room.checkpoint.size} entries, signed {made.room.checkpoint.signed_at}",
        "entry": made.entry,
    }
    if shared.json:
        print_json(facts)
        return
    print_facts(list(facts.items()))
    say(f"Who receives it: age -d -i KEY {out.name} | tar x    then: python3 evidence-room/00_README_and_index/verify.py --key …")
