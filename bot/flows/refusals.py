"""Why a flow does not do what it was asked. A listener turns each into a private reply.

Refusal             a sentence and what to do next
├── NoTeamYet       the person belongs to no team here; the reply shows how to set one up
└── NotYours        the person has no right to it, or the id is none of theirs; audited
"""


class Refusal(Exception):
    """Something that this person may not do, or that does not exist."""

    def __init__(self, sentence: str, next_step: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step


class NoTeamYet(Refusal):
    """No team is meant: neither the channel's nor a home team."""

    def __init__(self) -> None:
        super().__init__("You belong to no team yet.")


class NotYours(Refusal):
    """Something that only others may do, or an id of others' things. The same words for both, so that
    ids tell nothing.
    """
