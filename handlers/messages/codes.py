"""The codes that policies, exports and webhooks share, in their order."""

from __future__ import annotations

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
CLOCKS = (
    "bot_ack", "first_response", "human_first_response", "major_human_response", "acceptance", "review_notice",
    "decision_due", "refund_due", "exchange_due", "return_by", "claim_window", "appeal_window", "appeal_final",
    "follow_up", "leader_review", "idle_nudge", "idle_close", "handoff_idle", "page_supervisor", "page_everyone",
)  # fmt: skip
GROUPS = ("infant", "pregnant", "senior", "disabled", "minor")
COLLECTS = ("item", "quantity", "share", "received", "detail")
TAGS = ("fresh", "chilled", "frozen", "live", "fragile", "dry", "infant", "senior", "elderly", "disabled", "key_item")
