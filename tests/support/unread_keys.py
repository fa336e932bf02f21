"""Keys that a policy file may have and that no rule acts on, each with what is still missing.

A test finds every key that no rule reads: one that stands here and is read by now fails too. docs/policy.md lists them.
"""

from __future__ import annotations

from collections.abc import Mapping

NOT_YET: Mapping[str, str] = {
    "policy.activation": "a running service does not look at its file again: a change is in force from the next start",
    "departments.*.label": "a ticket goes to one desk, no part of it to a department",
    "problems.*.department": "the same; it only has to name one of `[departments]`",
    "problems.*.collects: detail": "no question asks for a description; what the customer says by itself is kept",
    "playbooks.*.label": "there are no incidents yet that would follow a plan",
    "playbooks.*.steps": "the same",
    "playbooks.*.notice": "the same",
    "clocks.bot_ack": "the bot answers within `[talk] quiet_max`; nothing measures it",
    "clocks.first_response": "the bot's answer is the first; nothing measures it",
}
ELSEWHERE: Mapping[str, str] = {
    "extends": "handlers/policy/loader.py follows it before there is a policy",
    "policy.title": "`claimdesk policy list` reads it from the file",
    "reading.weights": "handlers/policy/embedded_weights.py puts the file's content in its place",
    "remedies.offered": "handlers/policy/consistency.py holds problem types and agents to it",
    "departments": "as [departments] label",
    "playbooks": "as their keys",
}
"""Keys that are used where the test does not look, or whose inner keys stand above."""
