"""One turn in one transaction: look up, decide, carry out, keep, post."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from handlers.claims import claim as claims
from handlers.claims import given_numbers, lookup
from handlers.claims.claim import Claim, Talk
from handlers.claims.decision import LONGEST, Decision, TurnInput
from handlers.context import TurnContext
from handlers.dialogue import short_answers
from handlers.dialogue.buttons import TICKET_TAPS
from handlers.messages import cleaning, mailboxes, placeholders, ticket_numbers
from handlers.messages.models import Inbound, Reply, from_raw
from handlers.messages.patterns import compile_all
from handlers.nlu.reading import read
from handlers.nlu.references import References, refer
from handlers.nlu.text.lexicon import Lexicon
from handlers.nlu.text.normalisation import normalise
from handlers.policy.calendar import local_date
from handlers.policy.lexicons import lexicon_of
from handlers.policy.policy import Policy
from handlers.tickets import desk_outbox, undelivered
from handlers.turn import arriving_media, edits, leaders, parcels
from handlers.turn.apply import carry_out
from handlers.turn.decide import decide
from storage import conversations, evidence, orders, outbox
from storage.conversations import Conversation
from storage.database import Tx
from storage.orders import Order, OrderLine

INSIDE = ("fetched", "wake")
PATIENCE = timedelta(seconds=3)  # so long nothing is said of files that came: mostly it is known by then what they are


def warm_up(policy: Policy) -> None:
    """Compile what the first reading would have to, so that no customer waits for it."""
    compile_all()
    lexicon, day = lexicon_of(policy), date(2000, 1, 1)
    line = OrderLine(line_no=1, item="白菜", quantity=1, unit="颗", paid=100)
    for text in ("白菜坏了1颗，KT260101-0001 尾号0000", "baicai 1 box, refund please", "草梅烂了，要退款"):
        read(text, (Order(order_no="KT260101-0001", lines=(line,)),), lexicon, today=day)


def turn(tx: Tx, inbound: Inbound, context: TurnContext) -> int:
    """Handle one message whole; return its conversation, or 0 when it was handled before."""
    waited = _waited(inbound)
    inbound = cleaning.inbound(waited or inbound)
    context = desk_outbox.collecting(context)
    conversation = _conversation(tx, inbound, context)
    if not waited and inbound.kind not in INSIDE and not _note(tx, inbound, conversation):
        return 0
    if inbound.kind in ("blocked", "unblocked"):
        undelivered.left(tx, conversation, inbound.kind, context)
        return conversation.id
    talk = claims.from_json(conversation.talk)
    changed = edits.settled(tx, inbound, talk)
    if changed is None:
        return conversation.id
    if changed.kind not in INSIDE:
        outbox.unblock(tx, mailboxes.chat_box(conversation.id))
    after = _answered(tx, changed, conversation, talk, context, waited=waited is not None)
    if after != talk:
        conversations.save(tx, conversation.id, claims.to_json(after), now=context.now)
    desk_outbox.redraw(tx, context)
    return conversation.id


def _waited(inbound: Inbound) -> Inbound | None:
    """Return the message that comes back after it waited for a leader's file, if this is one."""
    raw = inbound.data.get("held") if inbound.kind == "wake" else None
    message = from_raw(raw) if raw else None
    return message if isinstance(message, Inbound) else None


def _note(tx: Tx, inbound: Inbound, conversation: Conversation) -> bool:
    """Write a message into the inbox; False when it was handled before."""
    text = (inbound.text or inbound.tap)[:LONGEST]
    return conversations.note(
        tx, inbound.key, at=inbound.at, kind=inbound.kind, text=text, conversation_id=conversation.id
    )


def _answered(
    tx: Tx, inbound: Inbound, conversation: Conversation, talk: Talk, context: TurnContext, *, waited: bool
) -> Talk:
    """Handle a message, a leader's within the turn of leaders; pictures that it replaces are gone before."""
    if gone := edits.replaced(inbound, talk):
        evidence.replaced(tx, gone)
        talk = edits.without(talk, gone)

    def handle() -> Talk:
        return _handled(tx, inbound, conversation, talk, context)

    if conversation.leader_id is None and not talk.sheets:
        return handle()
    return leaders.turn(tx, inbound, conversation, talk, context, waited=waited, handle=handle)


def _handled(tx: Tx, inbound: Inbound, conversation: Conversation, talk: Talk, context: TurnContext) -> Talk:
    """Look up, decide, carry out and post one message; return the talk after it."""
    box = mailboxes.chat_box(conversation.id)
    if inbound.kind == "fetched" and talk.arriving == (inbound.data["evidence"],):
        outbox.take_back(tx, box, mailboxes.RECEIPT)
    echo_back = bool(talk.burst_at) and _concerns_echo(inbound, talk) and outbox.take_back(tx, box, "echo") > 0
    turn_input = _turn_input(tx, inbound, conversation, talk, context, echo_back=echo_back)
    decision = decide(turn_input)
    talk, replies = carry_out(tx, decision, turn_input, context)
    talk = edits.remembered(talk, inbound, turn_input.found.evidence)
    return _post(tx, conversation, replies, talk, turn_input, context)


def try_out(tx: Tx, inbound: Inbound, context: TurnContext) -> tuple[TurnInput, Decision]:
    """Decide a turn on committed rows and write nothing: what would be read, and what would come of it."""
    inbound = replace(cleaning.inbound(inbound), media=())
    known = conversations.of_account(tx, inbound.channel, inbound.account)
    conversation = known or Conversation(id=0, channel=inbound.channel, account=inbound.account, name="", talk={})
    turn_input = _turn_input(tx, inbound, conversation, claims.from_json(conversation.talk), context, echo_back=False)
    return turn_input, decide(turn_input)


def _conversation(tx: Tx, inbound: Inbound, context: TurnContext) -> Conversation:
    if inbound.kind in INSIDE:
        return conversations.by_id(tx, int(inbound.data["conversation"]))
    return conversations.open_(tx, inbound.channel, inbound.account, name=inbound.name, now=context.now)


def _turn_input(
    tx: Tx, inbound: Inbound, conversation: Conversation, talk: Talk, context: TurnContext, *, echo_back: bool
) -> TurnInput:
    lexicon, today = lookup.lexicon(tx, context.policy), local_date(context.now, context.policy)
    numbers = _numbers(inbound)
    back = parcels.meant(tx, "" if _inside(inbound) else inbound.text[:LONGEST], conversation, talk, lexicon, numbers)
    heard = _heard(parcels.without(inbound, back.parcel), talk, conversation, lexicon)
    led = conversation.leader_id is not None and not _inside(inbound)
    named = None if inbound.tap else refer(normalise(heard, lexicon.emoji), (), lexicon, today=today)
    claim = _open_claim(talk, inbound)
    want = _wanted(inbound, conversation, talk, claim, named, today)
    tickets, lines = lookup.tickets_of(tx, talk, conversation.id, [*numbers, *back.tickets])
    spoken = tickets.get(talk.ticket_no)
    order_no = claim.order_no if claim else (spoken.order_no or "" if spoken else "")
    found = lookup.find(tx, conversation, order_no, want, context.policy, talk=talk, now=context.now)
    own = claim.ticket_no if claim else ""
    order = found.order or (found.matches[0] if len(found.matches) == 1 and not order_no else None)
    media = inbound.media if led else arriving_media.within(inbound, claim, tickets, context.policy)
    found = replace(
        found,
        tickets=tickets,
        lines=lines,
        claimed=lookup.claimed(tx, order, but=own) if order else {},
        claimed_but=(order.order_no if order else "", own),
        evidence=arriving_media.noted(tx, replace(inbound, media=media), conversation, talk, context),
        left_out=len(inbound.media) - len(media),
        named=next((no for no in numbers if no in tickets), ""),
        dropped=_order_of_dropped(tx, talk, conversation),
        site=lookup.site_of(tx, inbound),
        listed=leaders.listed(tx, inbound, conversation, talk, context) if led else None,
        echo_back=echo_back,
        back=back,
    )
    return TurnInput(
        talk=talk,
        inbound=inbound,
        found=found,
        want=want,
        policy=context.policy,
        lexicon=lexicon,
        now=context.now,
        today=today,
        named=named,
        new_id=context.new_id,
        opinions=context.opinions,
        heard=heard,
    )


def _open_claim(talk: Talk, inbound: Inbound) -> Claim | None:
    """Return the draft that a message is about, None when there is none or it was dropped."""
    claim = talk.claim(_claim_meant(talk, inbound) or talk.current)
    return None if claim is None or claim.dropped else claim


def _wanted(
    inbound: Inbound, conversation: Conversation, talk: Talk, claim: Claim | None, named: References | None, today: date
) -> lookup.Wanted:
    """Return what a message has to look up; beside several drafts it may be about any of the buyer's orders."""
    want = lookup.wanted(claim, named, conversation, tapped=_chosen_order(inbound, talk, claim), today=today)
    several = given_numbers.several_drafts(talk) and conversation.customer_id is not None
    return replace(want, own=True) if several else want


def _heard(inbound: Inbound, talk: Talk, conversation: Conversation, lexicon: Lexicon) -> str:
    """Return a text as it is read: bare numbers marked as the references that they must be."""
    known = conversation.customer_id is not None or conversation.leader_id is not None
    inbound = replace(inbound, text=placeholders.without(inbound.text))
    return given_numbers.as_reference(inbound, talk, lexicon, known=known)[:LONGEST]


def _chosen_order(inbound: Inbound, talk: Talk, claim: Claim | None) -> str:
    """Return the order that a button, or a short answer to a question, chooses."""
    if inbound.kind == "fetched":
        return str(inbound.data.get("order", ""))  # the label on a photo of this draft, see label_codes
    if claim and claim.asked and not inbound.tap:
        return short_answers.chosen_order(claim, inbound.text)
    number = inbound.tap.removeprefix("order:").partition("@")[0] if inbound.tap.startswith("order:") else ""
    return number if number and _offered(number, talk) else ""  # not by a button that this chat was never shown


def _order_of_dropped(tx: Tx, talk: Talk, conversation: Conversation) -> Order | None:
    claim = next((one for one in reversed(talk.claims) if one.dropped), None)
    sample = orders.sampled(conversation.channel)
    return orders.by_number(tx, claim.order_no, sample=sample) if claim and claim.order_no else None


def _numbers(inbound: Inbound) -> list[str]:
    """Find the ticket numbers in a button's value or a text."""
    if inbound.data.get("ticket"):
        return [str(inbound.data["ticket"])]
    kind, _, rest = inbound.tap.partition(":")
    if kind in TICKET_TAPS:
        return [rest.partition(":")[0]]
    return ticket_numbers.find(inbound.text[:LONGEST])[:3]


def _concerns_echo(inbound: Inbound, talk: Talk) -> bool:
    """Return whether an echo that waits must be rendered anew: an inside message touches only its own draft's."""
    return not _inside(inbound) or _claim_meant(talk, inbound) == talk.current != ""


def _inside(inbound: Inbound) -> bool:
    """Return whether no person wrote this; the lines of a file count as written by its sender."""
    return inbound.kind in INSIDE and "sheet" not in inbound.data


def _offered(order_no: str, talk: Talk) -> bool:
    """Return whether this chat was shown an order as a choice."""
    asked = [claim.asked for claim in talk.claims if claim.asked]
    return order_no in talk.order_choices or any(f"order:{order_no}" in one.choices for one in asked)


def _claim_meant(talk: Talk, inbound: Inbound) -> str:
    """Return the draft that a button, a photo that came back or a timer belongs to."""
    tap, data = inbound.tap, inbound.data
    if "claim" in data:
        return str(data["claim"])
    if "evidence" in data:
        number = int(data["evidence"])
        return next((claim.id for claim in talk.claims if any(photo.id == number for photo in claim.photos)), "")
    mark = tap.rpartition("@")[2] if "@" in tap else ""
    return next((claim.id for claim in talk.claims if mark and claim.id.startswith(mark)), "")


def _post(
    tx: Tx, conversation: Conversation, replies: list[Reply], talk: Talk, turn_input: TurnInput, context: TurnContext
) -> Talk:
    """Post the replies; an echo is due when the burst is over, at the latest `quiet_max` after it began."""
    policy, now = context.policy, context.now
    began = (claims.drafted_time(talk.burst_at) or now) if turn_input.found.echo_back else now
    due = min(
        now + timedelta(seconds=policy.talk.quiet.seconds), began + timedelta(seconds=policy.talk.quiet_max.seconds)
    )
    if _inside(turn_input.inbound) and turn_input.found.echo_back and talk.echo_due:
        due = datetime.fromisoformat(talk.echo_due)  # a photo that came back is no new message
    for reply in replies:
        at = max(due, now) if reply.echo else now + PATIENCE if reply.receipt else now
        mailboxes.to_customer(tx, conversation.id, reply, now=now, due=at, safety=reply.safety)
    held = any(reply.echo for reply in replies)
    if _inside(turn_input.inbound) and not held and not turn_input.found.echo_back:
        return talk  # an echo that it does not concern still waits
    return replace(talk, burst_at=began.isoformat() if held else "", echo_due=due.isoformat() if held else "")
