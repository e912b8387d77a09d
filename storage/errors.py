"""What can go wrong in storage, as sentences that an operator or a person can act on.

StorageError
├── DatabaseUnusable        nothing can be done before the operator acts; exit code 2
│   ├── DatabaseUnreachable
│   ├── DatabaseLocked      temporary: another program holds the write lock
│   ├── DatabaseTooOld
│   └── DatabaseTooNew
└── Conflict                what is stored already forbids this change; a person can choose otherwise
    ├── NameTaken
    ├── ChannelTaken
    ├── AlreadyAtHome
    └── EvidenceTaken
"""

from collections.abc import Sequence


class StorageError(Exception):
    """The message is one or two sentences: what is wrong, where, and what to do next."""


class DatabaseUnusable(StorageError):
    """The database cannot serve this program now."""


class DatabaseUnreachable(DatabaseUnusable):
    """No database answers at the address."""


class DatabaseLocked(DatabaseUnusable):
    """Another program has been writing for longer than we wait; trying again later may help."""


class DatabaseTooOld(DatabaseUnusable):
    """The schema is older than this program, or absent."""


class DatabaseTooNew(DatabaseUnusable):
    """The schema was made by a newer program."""


class Conflict(StorageError):
    """What is stored already forbids the change."""


class NameTaken(Conflict):
    """Another team of the workspace has this name."""


class ChannelTaken(Conflict):
    """Another team has this channel."""


class AlreadyAtHome(Conflict):
    """People who are at home in another team; `names` are theirs, in name order."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(sorted(names))
        listed = ", ".join(self.names)
        super().__init__(
            f"Already at home in another team: {listed}. "
            "A person has one home team; move them explicitly or leave them out."
        )


class EvidenceTaken(Conflict):
    """Another outcome stands on the same link."""
