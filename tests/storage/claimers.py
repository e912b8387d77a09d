"""Claim deliveries from a process of its own: `python -m tests.storage.claimers URL`. Prints the ids."""

import sys
from datetime import timedelta

from storage import deliveries
from storage.database import Database
from tests.storage.records import NOON


def claim_everything(url: str) -> list[int]:
    """Claim one at a time until nothing is due."""
    database = Database.open(url)
    claimed: list[int] = []
    while True:
        with database.writing() as session:
            claims = deliveries.claim_due(session, NOON, timedelta(minutes=5), limit=1)
        if not claims:
            database.dispose()
            return claimed
        claimed += [claim.id for claim in claims]


if __name__ == "__main__":
    sys.stdin.readline()  # every process starts when all are ready
    sys.stdout.write(" ".join(map(str, claim_everything(sys.argv[1]))))
