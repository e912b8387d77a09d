"""Pages about whether a digest was useful, as they may look."""

from messages.pages.base import Page
from messages.pages.digest import Digest, DigestPreview
from messages.pages.digest_answers import DigestAnswered
from policies.digest_answers import DigestAnswers, opinion_of
from policies.periods import IsoWeek
from policies.privacy import GroupRule, publish_answers

LAST, THIS = IsoWeek(2026, 45), IsoWeek(2026, 46)


def digest_answer_pages(digest: Digest) -> dict[str, Page]:
    """The replies to the two buttons, and what a lead reads where many and where few answered."""
    return {
        "digest_answered": DigestAnswered(THIS, is_useful=True),
        "digest_answered_not_useful": DigestAnswered(THIS, is_useful=False),
        "digest_preview_answered": _preview(digest, useful=6, answered=8),
        "digest_preview_few_answered": _preview(digest, useful=2, answered=2),
    }


def _preview(digest: Digest, useful: int, answered: int) -> DigestPreview:
    counts = DigestAnswers(LAST, useful, answered)
    return DigestPreview(
        digest.digest,
        digest.people,
        channel_id="C0PAY",
        answers=publish_answers(opinion_of(counts), answered, GroupRule()),
    )
