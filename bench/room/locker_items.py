"""Adds items to a new evidence locker of auditree one after the other, then checks them in once, as its runs do.

`python locker_items.py FOLDER COUNT PER_FOLDER`, run by the Python that auditree-framework is installed for; it knows nothing of
Proofbook. For `peers.py`.
"""

import json
import logging
import os
import sys
import time

from compliance.evidence import RawEvidence
from compliance.locker import Locker

BYTES = 1024


def main() -> None:
    """Add them and print the milliseconds of one: of all with the check-in, of the last tenth, and of processor time."""
    folder, count, width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    git = {"user": {"name": "Sample", "email": "sample@sample.invalid"}, "commit": {"gpgsign": False}}
    locker = Locker(name="sample", local_path=folder, gitconfig=git, use_extra_lockers=False)
    locker.logger.setLevel(logging.ERROR)
    locker.init()
    spent = []
    for number in range(count):
        began = time.perf_counter()
        evidence = RawEvidence(f"item-{number:06}.json", f"sample-{number // width}", 86400, "Sample")
        evidence.set_content(json.dumps({"text": os.urandom(BYTES // 2).hex()}))
        locker.add_evidence(evidence)
        spent.append(time.perf_counter() - began)
    began = time.perf_counter()
    locker.checkin("Sample")
    commit = time.perf_counter() - began
    last = spent[-max(1, count // 10) :]
    all_of = sum(spent) + commit
    processor = sum(os.times()[:4])
    print(json.dumps({"each": 1000 * all_of / count, "last": 1000 * sum(last) / len(last), "cpu": 1000 * processor / count}))


if __name__ == "__main__":
    main()
