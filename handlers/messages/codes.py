"""The codes that policies, exports and webhooks share, in their order."""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("zh", "en")
SEVERITIES = ("normal", "major", "safety")  # the mildest first
SIGNALS = ("illness", "allergy", "foreign_object", "vulnerable", "injury", "legal_threat", "media_threat")
REMEDIES = (
    "refund", "partial_refund", "resend", "exchange", "return_refund", "compensation", "apology", "explanation",
)  # fmt: skip
PROBLEMS = (
    "quality_spoiled", "quality_other", "shortage_missing", "wrong_item", "damaged_package", "late", "not_received",
    "not_as_described", "expired", "foreign_object", "illness", "service_attitude", "other",
)  # fmt: skip
CLOCKS: Mapping[str, str] = {  # what each runs from, until
    "bot_ack": "a message, until the bot's answer",
    "first_response": "a claim's first message, until any answer",
    "human_first_response": "a ticket that waits for a person, until one picks it up",
    "major_human_response": "the same for a major ticket; staffed hours do not matter",
    "acceptance": "a complete claim, until it is accepted with its number",
    "review_notice": "filing, until the customer hears the result of the review",
    "decision_due": "filing, until every line is decided",
    "refund_due": "an approved refund, until the money is back",
    "exchange_due": "an approved resend or exchange, until it is arranged",
    "return_by": "an approved return, until the goods are in; ends at `day_end` of its last day",
    "claim_window": "delivery or pickup (else `[orders] window_from`), as long as a claim is in time, inclusive",
    "appeal_window": "a decision, as long as it can be appealed",
    "appeal_final": "an appeal, until its final decision",
    "follow_up": "a finished ticket, until the customer is asked whether all is well",
    "leader_review": "a question to the leader, until the ticket goes on without an answer",
    "idle_nudge": "the last word about a draft, until the bot reminds once",
    "idle_close": "the last word, until a draft is dropped or a resolved ticket closed",
    "handoff_idle": "a person's last word in a talk, until that person is reminded",
    "page_supervisor": "a safety ticket that nobody picked up, until supervisors are paged",
    "page_everyone": "the same, until all staff are paged",
}
GROUPS = ("infant", "pregnant", "senior", "disabled", "child", "minor")
COLLECTS = ("item", "quantity", "share", "received", "detail")
TAGS = ("fresh", "chilled", "frozen", "live", "fragile", "dry", "infant", "senior", "elderly", "disabled", "key_item")


def strongest(*severities: str) -> str:
    """Return the worst of several severities; normal when there is none."""
    return max(severities, key=SEVERITIES.index, default=SEVERITIES[0])
