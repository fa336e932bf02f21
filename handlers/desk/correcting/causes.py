"""Where the problem of a decided line came from: chosen on the card, changed as often as one likes, never told."""

from __future__ import annotations

from handlers.desk import options
from handlers.desk.request import ActionRequest, Answer, ask, told
from handlers.messages.models import Button
from handlers.policy.policy import Policy, pick
from handlers.tickets import desk_outbox, lifecycle, notices
from storage import ticket_lines
from storage.ticket_lines import Line

EVERY = "all"  # stands for all lines in a tap
UNKNOWN = "unknown"  # the code of a cause
PARTIES = ("supplier", "carrier", "house")
ROW = 3  # buttons of a row


def choose(request: ActionRequest) -> Answer:
    """Ask for the cause of a line, or take it from a button: LINE:CODE, all:CODE."""
    mark, _, code = request.argument.partition(":")
    policy = notices.policy_of(request.tx, request.ticket, request.context)
    lines = [line for line in ticket_lines.of_ticket(request.tx, request.no) if line.state != "withdrawn"]
    every = len(lines) == 1 or mark == EVERY
    meant = [line for line in lines if every or str(line.line) == mark]
    if code in policy.causes and meant:
        return _set(request, meant, code, policy)
    if not meant and lines:
        whole = [[desk_outbox.button("every_line", f"cause:{request.no}:{EVERY}")]]
        ask(request, "cause", "ask_cause_line", buttons=[*whole, *options.lines(request.no, "cause", _marked(lines))])
    elif meant:
        items = "、".join(dict.fromkeys(line.item for line in meant))
        mark = mark or str(meant[0].line)
        ask(request, "cause", "ask_cause", buttons=_buttons(request.no, mark, policy), argument=mark, item=items)
    return Answer()


def _marked(lines: list[Line]) -> dict[str, Line]:
    return {str(line.line): line for line in lines}


def _buttons(no: str, mark: str, policy: Policy) -> list[list[Button]]:
    """Return the causes: those of suppliers and carriers first, what nobody knows last."""
    order = sorted(policy.causes, key=lambda code: (code == UNKNOWN, PARTIES.index(policy.causes[code].party), code))
    found = [Button(label=label(policy, code), tap=f"cause:{no}:{mark}:{code}") for code in order]
    return [found[at : at + ROW] for at in range(0, len(found), ROW)]


def label(policy: Policy, code: str) -> str:
    """Return what a cause is called at the desk; its code where the policy does not have it any more."""
    return pick(policy.causes[code].label, desk_outbox.language()) if code in policy.causes else code


def _set(request: ActionRequest, lines: list[Line], code: str, policy: Policy) -> Answer:
    for line in lines:
        if line.cause != code:
            ticket_lines.change(request.tx, request.no, line.line, cause=code)
            data = {"line": line.line, "now": code, **({"was": line.cause} if line.cause else {})}
            lifecycle.log(request.tx, request.no, "cause", request.by, request.context, **data)
    desk_outbox.refresh(request.tx, request.no, request.context)
    items = "、".join(dict.fromkeys(line.item for line in lines))
    return told("cause_set", no=request.no, item=items, cause=label(policy, code))
