"""The tables of a policy, each key with its kind, its meaning and its default; frozen values that the rules read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Annotated

from pydantic import Field

from handlers.messages.codes import LANGUAGES, REMEDIES, SEVERITIES, TAGS
from handlers.messages.durations import Duration
from handlers.nlu.text.weights import Weights
from handlers.policy import kinds
from handlers.policy.kinds import NEEDED, Keyed, list_of, one_of, whole

Codes = tuple[str, ...]
LABELS = Keyed(dict.fromkeys(LANGUAGES, ""), Annotated[str, kinds.TEXT], all_needed=True)
Labels = Annotated[Mapping[str, str], LABELS]  # language -> text
REMEDY, TAG, SEVERITY = one_of(*REMEDIES), one_of(*TAGS), one_of(*SEVERITIES)
DAYS = list_of(kinds.DAY, made=frozenset)


def pick(labels: Mapping[str, str], language: str) -> str:
    """Return the label in a language; the Chinese one for a language that has none."""
    return labels.get(language) or labels.get("zh", "")


# fmt: off
# a key's kind and default are on its first and last line, what it means between them


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the policy is called and offers."""

    name: Annotated[str, kinds.TEXT, NEEDED, Field(
        description="the name that is shown and stored")] = ""
    title: Annotated[Labels, Field(
        description="one line for `policy list`")] = field(default_factory=dict)
    activation: Annotated[str, one_of("approve", "auto"), Field(
        description="how a file that changes while the service runs is put in force: by a supervisor's tap, or at once"
    )] = "approve"
    problems: Annotated[Codes, list_of(kinds.TEXT), Field(
        description="which problem types are offered, in this order. Without it: all, in the order of the file, "
        "`other` last. `other` must stay: what fits no type has to reach a person")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """How the bot talks."""

    quiet: Annotated[Duration, kinds.SECONDS, Field(
        description="how long the bot waits after a message before it answers, so that a burst gets one answer"
    )] = Duration.parse("1.5s")
    quiet_max: Annotated[Duration, kinds.SECONDS, Field(
        description="the longest it waits after the first message of a burst")] = Duration.parse("3.5s")
    misses: Annotated[int, whole(1, 10), Field(
        description="how often one question may be missed before a person comes")] = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How an account proves an order, and how often it may miss one before look-ups are locked."""

    proof: Annotated[str, one_of("phone_tail", "none"), Field(
        description="`phone_tail`: an account proves an order once with the last four digits of the buyer's phone and "
        "the order or pickup number. `none`: nothing is proven, for test set-ups only")] = "phone_tail"
    tries: Annotated[int, whole(1, 100), Field(
        description="so many failed look-ups lock them and bring a person")] = 5
    within: Annotated[Duration, kinds.SECONDS, Field(
        description="the time in which they count")] = Duration.parse("10m")
    lock: Annotated[Duration, kinds.SECONDS, Field(
        description="how long they are locked")] = Duration.parse("30m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """How orders are found in a text."""

    patterns: Annotated[Codes, list_of(kinds.PATTERN), Field(
        description="the order numbers that a text is searched for. Use `'single quotes'`, in which backslashes stand "
        "for themselves. Numbers made like imported ones (`231129-598877665544332`) are found without a pattern; "
        "`orders import` and `doctor` say which fit none")] = ()
    window_from: Annotated[str, one_of("delivered", "promised", "placed"), Field(
        description="where a claim window starts when no delivery was imported: at `promised_at`, at `placed_at`, or "
        "with `delivered` nowhere: no claim on such an order is late")] = "delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Weights):
    """What was learned from labelled messages (docs/reading.md), and the probabilities from which it acts."""

    weights: Annotated[str, kinds.TEXT, Field(
        description='a file of weights beside the policy file; `""`: none, the word tables alone. Its content becomes '
        "`learned`")] = ""
    learned: Annotated[str, kinds.WEIGHTS, Field(
        description="the content of a weights file, as `policy show` prints it: a policy is kept whole, so that it "
        "reads the same when the file is gone")] = ""
    add: Annotated[float, kinds.PROBABILITY, Field(
        description="from this probability on a problem type is read where the word tables found none")] = 0.5
    more: Annotated[float, kinds.PROBABILITY, Field(
        description="the same where they found another type")] = 0.7
    drop: Annotated[float, kinds.PROBABILITY, Field(
        description="down to this probability a type is not read that they found beside a likelier one; illness, "
        "foreign bodies and expired goods always stay. 0: all stay")] = 0.05
    major: Annotated[float, kinds.PROBABILITY, Field(
        description="from this probability on a message is serious that no word made serious; nothing is ever made "
        "milder")] = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What the bot may name and grant, in 分."""

    suggest_cap: Annotated[int, kinds.YUAN, NEEDED, Field(
        description="the largest sum that the bot names by itself; above it a person does")] = 0
    auto_approve_cap: Annotated[int, kinds.YUAN, NEEDED, Field(
        description="the largest sum that the bot grants by itself for one order, all its claims together; never above "
        "`suggest_cap`; 0.00 means people decide everything. Only a `refund` of a problem type with "
        '`decides = "auto"` and severity normal is ever granted so')] = 0
    late_coupon: Annotated[str, kinds.TEXT, Field(
        description="the coupon of `[coupons]` that is offered for a late claim")] = ""
    late_rule: Annotated[str, kinds.TEXT, Field(
        description="the rule of `[rules]` that an agent who refuses a late claim is shown first")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What tickets cost the house (docs/money.md)."""

    freight: Annotated[str, one_of("whole_order", "never"), Field(
        description="when the freight of an order goes back: `whole_order`: with the last of its goods. `never`: the "
        "house keeps it")] = "whole_order"
    goods: Annotated[int, whole(0, 100), Field(
        description="what goods sent again cost the house, in percent of what was paid for them")] = 100
    labour_minutes: Annotated[int, whole(0, 480), Field(
        description="how many minutes a ticket takes that a person decides; 0: no labour is counted")] = 0
    labour_rate: Annotated[int, kinds.YUAN, Field(
        description="what an hour of that costs")] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The day: promises in working days end at `day_end`; people answer from `staffed_from` to `staffed_to`."""

    day_start: Annotated[time, kinds.CLOCK_TIME, Field(
        description="when the working day begins, before `day_end`; customers are reminded then of goods that "
        "are to come back the next day")] = time(9)
    day_end: Annotated[time, kinds.CLOCK_TIME, Field(
        description="when the working day ends; a duration in working days ends then, on its last day")] = time(20)
    staffed_from: Annotated[time, kinds.CLOCK_TIME, Field(
        description="from when people answer, every day. A promise of `human_first_response` that begins outside is "
        "counted from the next `staffed_from`; other clocks, pages and major claims run round the clock")] = time(8)
    staffed_to: Annotated[time, kinds.CLOCK_TIME, Field(
        description="until when; may lie beyond midnight. The same hour as `staffed_from`: always staffed")] = time(22)
    timezone: Annotated[str, kinds.ZONE, Field(
        description="where days begin and end")] = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The business's own days."""

    holidays: Annotated[frozenset[date], DAYS, Field(
        description="dates that are not worked")] = frozenset()
    workdays: Annotated[frozenset[date], DAYS, Field(
        description="dates that are worked although they are weekend or holiday")] = frozenset()


MEGABYTE = 1024 * 1024
FILE_MB = whole(1, 20)  # more no door hands over


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLimits:
    """What evidence is taken in."""

    photo_mb: Annotated[int, FILE_MB, Field(description="the largest photo, in MB")] = 20
    video_mb: Annotated[int, FILE_MB, Field(description="the largest video")] = 20
    voice_mb: Annotated[int, FILE_MB, Field(description="the largest voice message")] = 20
    document_mb: Annotated[int, FILE_MB, Field(description="the largest other file, also a photo sent as a file")] = 20
    photos: Annotated[int, whole(1, 100), Field(
        description="the most photos of one claim while it has no agent; a leader's are not counted")] = 20
    retakes: Annotated[int, whole(0, 3), Field(description="how often a better photo is asked for")] = 1

    def most(self, kind: str) -> int:
        """Return how many bytes a piece of evidence of a kind may have."""
        sizes = {"photo": self.photo_mb, "video": self.video_mb, "voice": self.voice_mb}
        return sizes.get(kind, self.document_mb) * MEGABYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Who is asked before a person decides."""

    leader: Annotated[bool, kinds.FLAG, Field(
        description="the leader of the site is asked before a person decides, for at most `leader_review`")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """How goods come back."""

    address: Annotated[Mapping[str, str], kinds.WORDED, Field(
        description="where goods that come back are sent: place, name and phone, as a customer writes them on a "
        "parcel. Without it the agent who grants a return is asked for the address")] = field(default_factory=dict)
    freight: Annotated[str, one_of("house", "customer"), Field(
        description="who pays for sending goods back: `house` (the business, freight collect) or `customer`"
    )] = "house"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What customers are asked afterwards."""

    enabled: Annotated[bool, kinds.FLAG, Field(
        description="customers are asked how satisfied they are; never after a safety ticket")] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report that is posted to the agents' group by itself."""

    weekly: Annotated[str, kinds.WEEKLY, Field(
        description="when the figures of the seven days before are posted as a picture, each week: one of `mon` `tue` "
        "`wed` `thu` `fri` `sat` `sun` and a time where the business is; empty: never")] = ""


DAYS_KEPT = whole(0, 36_500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long words and files are kept; `claimdesk customer retention` deletes what is older. 0: for good."""

    message_days: Annotated[int, DAYS_KEPT, Field(
        description="messages, counted from when they came; tickets keep what was said in them")] = 0
    word_days: Annotated[int, DAYS_KEPT, Field(
        description="what people said in a ticket, counted from its last change; sums, states and steps stay")] = 0
    file_days: Annotated[int, DAYS_KEPT, Field(
        description="photos and other files, counted from when they came; those of a ticket from its last change"
    )] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """How the agents' group is spoken to."""

    language: Annotated[str, one_of(*LANGUAGES), Field(
        description="the language of the agents' group; replies in either are understood")] = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The template message of WeChat that tells a decision where nothing else may be sent (docs/wechat.md)."""

    template_id: Annotated[str, kinds.TEXT, Field(
        description="the account's id of the template message")] = ""
    fields: Annotated[Mapping[str, Annotated[str, kinds.FILLED]], Field(
        description='each of its fields with its text: `{no}`, `{decision}` and `{at}` are filled in, as `thing2 = '
        '"{decision}"`')] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedies:
    """What the business gives."""

    offered: Annotated[Codes, list_of(REMEDY), Field(
        description="all remedies that the business gives; each must be named by a problem type or by `agent`, and no "
        "problem type may name another")] = REMEDIES
    agent: Annotated[Codes, list_of(REMEDY), Field(
        description="those that a person may choose for any problem")] = ()
