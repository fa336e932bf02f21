"""Causes on the leader's side (团长漏报): known to agents and leaders, never shown to a customer."""

from __future__ import annotations

from dataclasses import replace

from handlers.messages import texts
from handlers.messages.patterns import pattern_of
from handlers.nlu.agent_commands import Meant, RefusalParts
from handlers.policy.policy import Policy, pick
from storage import events
from storage.database import Tx
from storage.ticket_lines import Line

LEADER = "leader"  # the code of a cause
CLAUSES = pattern_of(r"[，,。；;\n]+")


def named(text: str, policy: Policy) -> str:
    """Return the leader's part that a text names; "" when it names none."""
    said = texts.say("zh", "leader.cause_words", texts=policy.texts.get("zh", texts.NONE))
    plain = text.casefold()
    return next((word for word in said.split("|") if word and word in plain), "")


def _apart(text: str, policy: Policy) -> tuple[str, str]:
    """Return what a customer may be told, and what names the leader's part."""
    clauses = [part.strip() for part in CLAUSES.split(text) if part.strip()]
    inside = [part for part in clauses if named(part, policy)]
    return ("，".join(part for part in clauses if part not in inside), "；".join(inside)) if inside else (text, "")


def keep_inside(meant: Meant, policy: Policy) -> Meant:
    """Move what names the leader's part from an agent's words for the customer to the internal reason."""
    words, inside = _apart(meant.words, policy)
    return replace(meant, words=words, reason="；".join(part for part in (meant.reason, inside) if part))


def keep_out(parts: RefusalParts, policy: Policy) -> tuple[RefusalParts, str]:
    """Return a refusal without what names the leader's part, and that part."""
    told, inside = {}, []
    for name in ("rule", "fact", "alternative"):
        told[name], apart = _apart(getattr(parts, name), policy)
        inside.append(apart)
    return RefusalParts(**told), "；".join(part for part in inside if part)


def of_line(tx: Tx, line: Line, policy: Policy) -> str:
    """Return the leader's part in what was decided on a line: as the decision's reasons or notes name it, else by the
    cause that was chosen on the card."""
    said = [line.reason]
    for event in events.of_ticket(tx, line.ticket_no):
        if event.data.get("line") in (None, line.line):
            said += [str(event.data[key]) for key in ("reason", "cause") if event.data.get(key)]
    chosen = pick(policy.causes[LEADER].label, "zh") if line.cause == LEADER and LEADER in policy.causes else ""
    return next((cause for cause in (named(text, policy) for text in reversed(said)) if cause), chosen)
