"""The decision of a turn: from the talk so far and one message to the talk after it, replies and outcomes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from handlers.claims.decision import LONGEST, Decision, TurnInput
from handlers.claims.lookup import SITE
from handlers.claims.outcomes import Lead, Progress, Raise
from handlers.dialogue import (
    amendments,
    answers,
    buttons,
    callbacks,
    draft_commands,
    escalation,
    facts,
    handoff,
    leader_commands,
    minors,
    parcels,
    short_answers,
    ticket_answers,
    withdrawals,
)
from handlers.dialogue.lists import dispatch
from handlers.dialogue.message import ANY, ASKED, DRAFT, SPOKEN, TICKET, Handler, Message, meaning
from handlers.dialogue.turn import Turn
from handlers.messages import placeholders
from handlers.nlu.customer_questions import asks_for_person
from handlers.nlu.text.keyphrases import language_of, phrases


def decide(turn_input: TurnInput) -> Decision:
    """Return what one turn comes to. Reads the text with the lines of the orders found; makes no look-up itself."""
    turn = Turn(turn_input)
    led = turn_input.found.conversation.leader_id is not None
    turn.count_tries()
    if not (led and _of_leader(turn)):
        KINDS.get(turn.turn_input.inbound.kind, _message)(turn)
    if turn.just_locked and not any(isinstance(outcome, Raise) for outcome in turn.outcomes):
        turn.raise_("locked")
    if led:
        _finish_list(turn)
    return turn.decision()


def _of_leader(turn: Turn) -> bool:
    """Take words that only leaders may say, and those about their list; return whether that was all."""
    spoken = turn.turn_input.inbound.kind not in ("fetched", "wake", "tap")
    return spoken and (leader_commands.takes(turn) or parcels.takes(turn) or dispatch.takes(turn))


def _finish_list(turn: Turn) -> None:
    """Let the list have a file or a timer that came back, and an echo about it that was taken back."""
    kind = turn.turn_input.inbound.kind
    if kind == "fetched":
        dispatch.fetched(turn)
    elif kind == "wake":
        dispatch.woken(turn)
    dispatch.finish(turn)


def _tap(turn: Turn) -> None:
    was = escalation.worst(turn)
    buttons.tapped(turn, turn.turn_input.inbound.tap, TAPS)
    escalation.escalate(turn, was)


def _start(turn: Turn) -> None:
    words = turn.turn_input.inbound.text.removeprefix("绑定").removeprefix("/start").split()
    site = turn.turn_input.found.site
    if site and turn.turn_input.found.conversation.leader_id is None:
        turn.talk = replace(turn.talk, site=site)
        turn.welcome()
    elif words and not words[0].startswith(SITE):
        turn.outcomes.append(Lead(code=words[-1]))
    else:
        turn.welcome()


def _message(turn: Turn) -> None:
    """Hand words and photos to the first handler that they apply to."""
    inbound = turn.turn_input.inbound
    if inbound.text.startswith(("绑定", "/start ")):
        _start(turn)
        return
    text = inbound.text[:LONGEST]
    words = placeholders.without(text)
    turn.talk = replace(turn.talk, language=language_of(words, turn.talk.language))
    if not inbound.media and not any(char.isalnum() for char in words):
        facts.answer_wordless(turn)
        return
    message = _read(turn, text)
    scopes = message.scopes
    next(row for row in HANDLERS if row.scope in scopes and row.applies(message)).act(message)


def _read(turn: Turn, text: str) -> Message:
    """Return the message with all that is found in it; questions that only it may answer lapse with it."""
    asked = turn.talk
    named = turn.turn_input.found.named or asked.ticket_no
    reading = turn.read(turn.turn_input.heard or text, turn.candidates())
    if asked.correcting or turn.turn_input.inbound.edits:
        reading = replace(reading, correction=True)
    turn.talk = replace(
        asked, stickers=0, ticket_no=named, correcting=False, withdraw_asked="", drop_asked="", amend_asked=()
    )
    if turn.claim and turn.claim.asked and turn.claim.asked.slot == "shows" and not turn.turn_input.found.echo_back:
        turn.put(replace(turn.claim, photos_sorted=True))  # asked once; the rest is left to an agent
    if len(turn.turn_input.inbound.text) > LONGEST:
        turn.note("too_long")
    elif reading.cut:
        turn.note("long_kept")
    if turn.turn_input.inbound.media and turn.claim:
        turn.add_photos()
    if turn.turn_input.found.left_out:
        turn.note("photos_most", limit=turn.turn_input.policy.media.photos)
    return Message(
        turn=turn,
        text=text,
        reading=escalation.with_ticket(turn, answers.heard(turn, text, reading)),
        phrases=phrases(placeholders.without(text)),
        withdraw_asked=asked.withdraw_asked,
        drop_asked=asked.drop_asked,
        amend_asked=asked.amend_asked,
    )


def _is_unsafe(message: Message) -> bool:
    return message.reading.severity == "safety"


def _despairs(message: Message) -> bool:
    return message.reading.despair


def _captions(message: Message) -> bool:
    return bool(message.turn.turn_input.inbound.media and not message.turn.claim and not message.means("human"))


def _wants_person(message: Message) -> bool:
    return message.means("human") or (asks_for_person(message.text) and not message.turn.silent_ticket())


def _call_person(message: Message) -> None:
    if message.tells:
        escalation.take(message.turn, message.reading, message.text)
    handoff.human(message.turn, message.text)


def _rules(message: Message) -> None:
    draft_commands.rules(message.turn)


def _another(message: Message) -> None:
    draft_commands.another(message.turn)


def _cancels(message: Message) -> bool:
    if message.means("cancel"):
        return True
    reading = message.reading
    return reading.withdrawn and not reading.remedies and facts.has_something_to_cancel(message.turn)


def _cancel(message: Message) -> None:
    message.turn.said(message.text)
    draft_commands.cancel(message.turn)


def _resumes(message: Message) -> bool:
    return message.contains("resume") and message.turn.dropped() is not None


def _resume(message: Message) -> None:
    draft_commands.resume(message.turn, message.text, message.reading)


def _greets(message: Message) -> bool:
    return message.means("help") and not message.turn.claim


def _greet(message: Message) -> None:
    message.turn.tell("help") if message.turn.talk.ticket_no else message.turn.welcome()


def _asks_help(message: Message) -> bool:
    return message.means("help") and message.phrases.plain in ("帮助", "help", "/help")


def _help(message: Message) -> None:
    message.turn.note("help")
    message.turn.respond(taken=False)


def _status(message: Message) -> None:
    message.turn.outcomes.append(Progress())


HANDLERS: tuple[Handler, ...] = (
    Handler(SPOKEN, "Health that changes: owner and supervisors.", escalation.worsens, escalation.pass_on),
    Handler(ANY, "Somebody's health: advice before anything else, then a person.", _is_unsafe, escalation.safety),
    Handler(ANY, "Self-harm: a calm reply with a helpline, a person, no questions.", _despairs, escalation.despair),
    Handler(ANY, "我今年12岁: an adult and a person are brought in.", minors.speaks, minors.bring_adult),
    Handler(ANY, "单号 SF123...: goods are on their way back.", parcels.names_one, parcels.note),
    Handler(TICKET, "A picture of the parcel, while goods are awaited back.", parcels.shows_one, parcels.take_picture),
    Handler(ANY, "Photos that begin a draft: their caption is read for facts only.", _captions, facts.take),
    Handler(ANY, "Take the ticket back? yes, no.", ticket_answers.answers_withdrawal, ticket_answers.answer_withdrawal),
    Handler(ANY, "Which line of the ticket is to change?", amendments.answers_which, amendments.answer_which),
    Handler(DRAFT, "Drop the draft? yes, no.", withdrawals.answers_drop, withdrawals.answer_drop),
    Handler(TICKET, "延期, 不退了: of goods that are to come back.", parcels.changes_return, parcels.change_return),
    Handler(ANY, "进度: the account's tickets with their promised times.", meaning("status"), _status),
    Handler(ANY, "申诉: an appeal, with whatever follows the word.", handoff.appeals, handoff.appeal),
    Handler(ANY, "怎么退回去: where to, at whose cost, until when.", parcels.asks_return, parcels.tell_return),
    Handler(TICKET, "什么时候补发: where the new goods are.", parcels.asks_goods, parcels.tell_goods),
    Handler(TICKET, "补发的一直没到: the new goods did not come.", parcels.misses_goods, ticket_answers.note_missing),
    Handler(TICKET, "钱到了吗: when it is due or went out.", ticket_answers.misses_money, ticket_answers.tell_money),
    Handler(TICKET, "怎么还没退: how the ticket is going.", handoff.urges, handoff.say_progress),
    Handler(ANY, "人工: a person, in any state.", _wants_person, _call_person),
    Handler(ANY, "May the child eat it: not now, and a person.", answers.frail_eats, answers.say_not_now),
    Handler(ANY, "退款多久到: questions that have an answer; the claim goes on.", answers.asks, answers.answer),
    Handler(ANY, "规则: the business's rules from its policy.", meaning("rules"), _rules),
    Handler(DRAFT, "只是问问: there is nothing to claim.", withdrawals.claims_nothing, withdrawals.close_quietly),
    Handler(SPOKEN, "找到了: what was missing is there; drop it?", withdrawals.is_found, withdrawals.ask_drop),
    Handler(ASKED, "随便你们: any remedy.", withdrawals.leaves_the_choice, withdrawals.take_first_remedy),
    Handler(DRAFT, "就这样吧: file what was shown.", withdrawals.is_enough, withdrawals.close_with),
    Handler(DRAFT, "鸡蛋不用退了: drop items of the draft.", withdrawals.drops_items, withdrawals.drop_items),
    Handler(TICKET, "草莓那条不要了: take lines of the ticket back.", amendments.drops_lines, amendments.drop_lines),
    Handler(ANY, "取消, 算了: put the draft aside, or ask about the ticket.", _cancels, _cancel),
    Handler(ANY, "继续: take up the draft that was put aside.", _resumes, _resume),
    Handler(ANY, "另一个问题: the next words begin a draft.", meaning("other_problem"), _another),
    Handler(ANY, "你好, 帮助 without a draft: a greeting.", _greets, _greet),
    Handler(DRAFT, "帮助 while a draft is open: what can be said, and the open question.", _asks_help, _help),
    Handler(TICKET, "A yes or no to an offer.", ticket_answers.answers_offer, ticket_answers.answer_offer),
    Handler(TICKET, "A rating of a decided ticket.", ticket_answers.rates, ticket_answers.rate),
    Handler(TICKET, "Have the new goods come?", ticket_answers.speaks_of_goods, ticket_answers.note_goods),
    Handler(TICKET, "提交 of what is filed.", ticket_answers.submits_again, ticket_answers.say_filed_already),
    Handler(ASKED, "The number or the label of a choice that was shown.", short_answers.picks, short_answers.pick),
    Handler(ASKED, "提交, or a yes to the summary.", short_answers.confirms, short_answers.confirm),
    Handler(ASKED, "提交 too early.", short_answers.submits_too_early, short_answers.say_what_is_missing),
    Handler(ASKED, "数量不对: ask again.", short_answers.disputes_count, short_answers.ask_count_again),
    Handler(ASKED, "全部, 都坏了: the whole item.", short_answers.says_all, short_answers.take_all),
    Handler(ASKED, "好几个: no number.", short_answers.cannot_count, short_answers.leave_count_open),
    Handler(ASKED, "没照片: go on without photos.", short_answers.has_no_photo, short_answers.waive_photos),
    Handler(ASKED, "不对: ask what is wrong.", short_answers.says_no, short_answers.ask_what_is_wrong),
    Handler(ASKED, "Why so late?", short_answers.speaks_of_lateness, short_answers.take_late_words),
    Handler(ASKED, "Which goods the photos show.", short_answers.names_shown, short_answers.take_shown),
    Handler(ASKED, "What came instead.", short_answers.names_received, short_answers.take_received),
    Handler(ANY, "谢谢 after a ticket.", handoff.thanks, handoff.welcome_thanks),
    Handler(DRAFT, "Questions that only a person can answer: noted.", answers.asks_else, answers.answer),
    Handler(ANY, "Everything else: facts for a draft or a ticket, or chatter.", lambda message: True, facts.take),
)  # fmt: skip
"""What a message in words or photos may be; the first row that applies handles it, so their order is the meaning."""

KINDS: Mapping[str, Callable[[Turn], None]] = {
    "fetched": callbacks.fetched,
    "wake": callbacks.woken,
    "tap": _tap,
    "start": _start,
}
"""Messages that are no words."""

TAPS = {**buttons.FREE, "review": leader_commands.tapped, **dispatch.TAPS}
"""Buttons that belong to no draft, by the first word of what they carry."""
