"""Which texts of a message are worth a second reader: those whose reading would make the bot ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.claims import list_draft
from handlers.claims.decision import Decision, TurnInput
from handlers.claims.outcomes import Bind, Fill, Listing, Opened, Raise, Remark
from handlers.nlu.dates import of_day
from handlers.nlu.lists.reader import ListReading
from handlers.nlu.models.llm_overlay import Opinions, is_open
from handlers.nlu.models.llm_prompt import LINES, ORDERS, Passage
from handlers.nlu.models.redaction import GONE, mask
from handlers.nlu.order_index import lay_open
from handlers.nlu.reading import ReadClaim, Reading, candidates
from handlers.nlu.references import References, refer
from handlers.nlu.text.keyphrases import NAMES, contains, means
from handlers.nlu.text.lexicon import Lexicon
from handlers.nlu.text.normalisation import READ, normalise
from storage.orders import Order

LENGTH = 8  # characters, without references, from which on a message that reads as nothing may claim something
SHORT = 4  # the same beside a person whom a leader's line names
REST = 3  # characters besides those that were understood, without which nobody can read more than we did
MOST = 40  # passages of one question
FREE = ("received", "late")  # asked about these, any words are the answer
AT_WORK = (Bind, Opened, Raise, Remark, Fill)  # acts that a message without any fixed meaning leads to


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A text that was read, the orders it was read with, and what was read."""

    text: str
    orders: Sequence[Order]
    reading: Reading | ListReading


class Listener(Opinions):
    """Stands in for the opinions while a turn is tried out: it hears what is read, and lays over what is known."""

    def __init__(self, known: Opinions) -> None:
        super().__init__(known.clock)
        self.known = known
        self.heard: list[Heard] = []

    def over(self, chat: str, text: str, orders: Sequence[Order], reading: Reading) -> Reading:
        """Hear the reading of a message."""
        if self.known.find(chat, text, orders) is None:
            self.heard.append(Heard(text=text, orders=orders, reading=reading))
        return self.known.over(chat, text, orders, reading)

    def over_list(self, chat: str, text: str, orders: Sequence[Order], reading: ListReading) -> ListReading:
        """Hear the reading of a list."""
        self.heard.append(Heard(text=text, orders=orders, reading=reading))
        return self.known.over_list(chat, text, orders, reading)


def passages(turn_input: TurnInput, decision: Decision, listener: Listener) -> list[Passage]:
    """Name the texts of a turn that was tried out which are worth asking about; often none."""
    if any(isinstance(act, Listing) for act in decision.outcomes):
        lists = [one for one in listener.heard if isinstance(one.reading, ListReading)]
        found = [passage for one in lists for passage in _of_list(one, turn_input, listener.known)]
    elif _understood(turn_input, decision):
        return []
    else:
        said = [one for one in listener.heard if isinstance(one.reading, Reading)]
        found = [passage for one in said if (passage := _of_message(one, turn_input)) is not None]
    return list({(one.text, tuple(o.order_no for o in one.orders)): one for one in found}.values())[:MOST]


def _understood(turn_input: TurnInput, decision: Decision) -> bool:
    """Return whether the message has a fixed meaning, answers a question, or is for the agent who has the ticket."""
    text = turn_input.inbound.text
    if not all(isinstance(act, AT_WORK) for act in decision.outcomes) or means(text, *NAMES):
        return True
    if len(text) <= 30 and contains(text, "human_in"):
        return True
    return any(isinstance(act, Remark) for act in decision.outcomes) and not decision.talk.claim(decision.talk.current)


def _of_message(one: Heard, turn_input: TurnInput) -> Passage | None:
    claim = turn_input.talk.claim(turn_input.talk.current)
    assert isinstance(one.reading, Reading)
    if claim and claim.asked and claim.asked.slot in FREE and not claim.dropped:
        return None
    known = claim is not None and not claim.dropped and any(problem.problem for problem in claim.problems)
    return passage_of(
        one.text, one.orders, one.reading, turn_input.lexicon, turn_input.today, known=known, names=_names(turn_input)
    )


def _names(turn_input: TurnInput) -> tuple[str, ...]:
    """Name the people of a talk who need not be in its orders: as the account calls itself, the buyer, the leader."""
    talk = turn_input.found.conversation
    return (turn_input.inbound.name, talk.name, talk.customer_name, talk.leader_name)


def passage_of(
    text: str,
    orders: Sequence[Order],
    reading: Reading,
    lexicon: Lexicon,
    today: date,
    *,
    known: bool = False,
    names: Sequence[str] = (),
) -> Passage | None:
    """Return the question about one message; None when its reading is good enough.

    `known`: a problem was told before, and an item or a number adds to it. `names`: people beside those of the orders.
    """
    if reading.severity == "safety" or reading.cut or not _doubtful(reading, known):
        return None
    about = refer(normalise(text, lexicon.emoji)[:READ], orders, lexicon, today=today)
    fits = _fitting(about, orders, today)
    if reading.claims and _rest(about.masked, reading.claims) < REST:
        return None
    if not reading.claims and (_tells(reading) or _letters(about.masked) < LENGTH):
        return None
    return _passage(text, orders, about, fits, names, lexicon)


def _doubtful(reading: Reading, known: bool) -> bool:
    if reading.withdrawn or reading.question:
        return False
    doubts = [one for one in reading.claims if is_open(one) and not (known and one.certain and not one.candidates)]
    return bool(doubts) or not reading.claims


def _tells(reading: Reading) -> bool:
    """Return whether a message without claims says something all the same: a wish, a choice, a serious word."""
    return bool(reading.remedies or reading.signals or reading.correction or reading.choice or reading.denied)


def _letters(masked: str) -> int:
    return sum(char.isalpha() for char in masked if char < "\ue000" or char > "\uf8ff")


def _rest(masked: str, claims: Sequence[ReadClaim]) -> int:
    words = {word for claim in claims for key in ("sku", "problems", "quantity") if (word := claim.evidence.get(key))}
    return _letters(masked) - sum(_letters(word) for word in words)


def _fitting(about: References, orders: Sequence[Order], today: date) -> tuple[Order, ...]:
    """Narrow the orders down as `read` does."""
    numbers = tuple(dict.fromkeys(value for span in about.pickups for value in span.values))
    fits = candidates(about, numbers[0] if len(numbers) == 1 else None, lay_open(orders))
    if len(numbers) > 1:
        fits = [order for order in fits if order.participate_no.lstrip("0") in numbers]
    return tuple(of_day(fits, about.day, today))


def _passage(
    text: str,
    orders: Sequence[Order],
    about: References,
    fits: Sequence[Order],
    names: Sequence[str],
    lexicon: Lexicon,
) -> Passage | None:
    if len(fits) > ORDERS or sum(len(order.lines) for order in fits) > LINES:
        fits = ()
    masked = mask(about.masked, orders, names, lexicon.same)
    return Passage(text=text, orders=orders, masked=masked, fits=tuple(fits)) if masked.strip(f"{GONE} ") else None


def _of_list(one: Heard, turn_input: TurnInput, known: Opinions) -> Iterator[Passage]:
    """The lines of a list that leave something open and were not asked about; not those of the message before."""
    draft = list_draft.of(turn_input.talk)
    before = set(draft.context) if draft else set()
    answering = bool(draft and draft.questions())
    for passage in line_passages(
        one, turn_input.lexicon, turn_input.today, answering=answering, names=_names(turn_input)
    ):
        if passage.text.strip() not in before and known.find(turn_input.chat, passage.text, one.orders) is None:
            yield passage


def line_passages(
    one: Heard, lexicon: Lexicon, today: date, *, answering: bool = False, names: Sequence[str] = ()
) -> Iterator[Passage]:
    """Yield the questions about the lines of a list, each by itself, at most MOST.

    None about a line that was read whole, or of which only the person is unknown.
    """
    assert isinstance(one.reading, ListReading)
    lines = {claim.line for claim in (*one.reading.claims, *one.reading.named) if is_open(claim)}
    raws = one.text.splitlines()
    for number in sorted(lines)[:MOST]:
        raw = raws[number - 1] if 0 < number <= len(raws) else ""
        if raw and (passage := _of_line(raw, number, one, lexicon, today, answering, names)):
            yield passage


def _of_line(
    raw: str, number: int, one: Heard, lexicon: Lexicon, today: date, answering: bool, names: Sequence[str]
) -> Passage | None:
    assert isinstance(one.reading, ListReading)
    claims = [claim for claim in one.reading.claims if claim.line == number]
    people = [] if claims or answering else [claim for claim in one.reading.named if claim.line == number]
    fits = [order for claim in (*claims, *people) if is_open(claim) for order in _meant(claim, one.orders)]
    if not fits or any(claim.severity == "safety" for claim in claims):
        return None
    about = refer(normalise(raw, lexicon.emoji)[:READ], one.orders, lexicon, today=today, leader=True)
    if (people and _letters(about.masked) < SHORT) or (claims and _rest(about.masked, claims) < REST):
        return None
    return _passage(raw, one.orders, about, list({order.order_no: order for order in fits}.values()), names, lexicon)


def _meant(claim: ReadClaim, orders: Iterable[Order]) -> list[Order]:
    """Return the orders that a claim of a list could mean: of the person that it names, none when it names nobody."""
    if claim.order_no:
        fits = [order for order in orders if order.order_no == claim.order_no]
    elif claim.candidates:
        numbers = {number for number, _ in claim.candidates}
        fits = [order for order in orders if order.order_no in numbers]
    elif claim.pickup_no is not None:
        fits = [o for o in orders if o.participate_no.lstrip("0") == claim.pickup_no.lstrip("0")]
    elif claim.customer or claim.phone_tail:
        fits = [o for o in orders if claim.customer in (None, o.buyer_name)]
        fits = [o for o in fits if claim.phone_tail is None or o.phone_tail == claim.phone_tail]
    else:
        fits = []
    return fits
