"""Contradictions inside a whole policy: what each key allows by itself but not together with the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from string import Formatter
from typing import Any

from handlers.messages import texts
from handlers.messages.codes import GROUPS, LANGUAGES, PROBLEMS, REMEDIES, SIGNALS
from handlers.messages.money import money
from handlers.nlu.customer_questions import QUESTIONS
from handlers.nlu.text import weights
from handlers.policy.content import Content, restored
from handlers.policy.kinds import guess
from handlers.policy.rows import Problem
from handlers.policy.schema import Path, Wrong, missing

# (shorter, longer, may be equal): with the order turned round the longer one could never be kept or never matter
CLOCK_ORDER = (
    ("first_response", "human_first_response", True),
    ("major_human_response", "human_first_response", True),
    ("acceptance", "decision_due", True),
    ("review_notice", "decision_due", True),
    ("page_supervisor", "page_everyone", False),
    ("idle_nudge", "idle_close", False),
)

Nearest = Callable[[Path, Path], Path]  # of two keys that clash: the one to be blamed


def _first(first: Path, _: Path) -> Path:
    return first


def contradictions(content: Mapping[str, Any], nearest: Nearest = _first) -> Iterator[Wrong]:
    """Yield what is missing from or contradictory in merged content whose single values are right."""
    whole = restored(content)
    yield from ((path, "is missing") for path in missing(content))
    for look in (_head, _coupons, _severity, _texts, _words, _weights, _orders, _wechat, _answers):
        yield from look(whole)
    for clash in (_money, _clocks, _talk, _hours, _calendar):
        yield from clash(whole, nearest)
    yield from _offered(whole, content.get("remedies", {}).get("offered", ()))
    for code, kind in whole.problems.items():
        yield from _problem(code, kind, whole)
        if code not in PROBLEMS and not kind.label:
            yield ("problems", code), f"is a new problem type without a label{guess(code, PROBLEMS)}"


def _answers(whole: Content) -> Iterator[Wrong]:
    for code, answer in whole.answers.items():
        if not answer.words and code not in QUESTIONS:
            yield ("answers", code), f"needs words that ask it: it is no built-in question{guess(code, QUESTIONS)}"


def _unknown(path: Path, codes: Iterable[str], known: Iterable[str], reason: str = "is not known") -> Iterator[Wrong]:
    for code in codes:
        if code not in known:
            yield path, f"{code!r} {reason}{guess(code, known)}"


def _head(whole: Content) -> Iterator[Wrong]:
    offered, path = whole.head.problems or tuple(whole.problems), ("policy", "problems")
    yield from _unknown(path, offered, whole.problems, "is no problem type of this policy")
    if "other" not in offered:
        yield path, "needs 'other': what fits no type must reach a person"


def _coupons(whole: Content) -> Iterator[Wrong]:
    coupon, rule = whole.money.late_coupon, whole.money.late_rule
    yield from _unknown(("money", "late_coupon"), [coupon] * bool(coupon), whole.coupons, "is not in [coupons]")
    yield from _unknown(("money", "late_rule"), [rule] * bool(rule), whole.rules, "is not in [rules]")
    given = {code for kind in whole.problems.values() for code in kind.remedies} | {*whole.remedies.agent}
    if "compensation" in given and not whole.coupons:
        yield ("coupons",), "is missing: 'compensation' is given as a coupon"


def _wechat(whole: Content) -> Iterator[Wrong]:
    for key, other in (("template_id", "fields"), ("fields", "template_id")):
        if whole.wechat and getattr(whole.wechat, key) and not getattr(whole.wechat, other):
            yield ("wechat", key), f"needs wechat.{other} beside it"


def _money(whole: Content, nearest: Nearest) -> Iterator[Wrong]:
    auto, suggest = whole.money.auto_approve_cap, whole.money.suggest_cap
    if auto > suggest:
        path = nearest(("money", "auto_approve_cap"), ("money", "suggest_cap"))
        caps = f"auto_approve_cap {money(auto, 'zh')} is above suggest_cap {money(suggest, 'zh')}"
        yield path, f"{caps}: more granted than may be named"


def _clocks(whole: Content, nearest: Nearest) -> Iterator[Wrong]:
    for name, other, equal in CLOCK_ORDER:
        here, there = whole.clocks.get(name), whole.clocks.get(other)
        if here and there and (here.rough > there.rough or (here.rough == there.rough and not equal)):
            relation = "longer than" if here.rough > there.rough else "as long as"
            yield nearest(("clocks", name), ("clocks", other)), f"{name} {here} is {relation} {other} {there}"


def _talk(whole: Content, nearest: Nearest) -> Iterator[Wrong]:
    quiet, most = whole.talk.quiet, whole.talk.quiet_max
    if quiet.seconds > most.seconds:
        yield nearest(("talk", "quiet"), ("talk", "quiet_max")), f"quiet {quiet} is longer than quiet_max {most}"


def _hours(whole: Content, nearest: Nearest) -> Iterator[Wrong]:
    start, end = whole.hours.day_start, whole.hours.day_end
    if start >= end:
        path = nearest(("hours", "day_start"), ("hours", "day_end"))
        yield path, f"day_start {start:%H:%M} is not before day_end {end:%H:%M}"


def _calendar(whole: Content, nearest: Nearest) -> Iterator[Wrong]:
    path = nearest(("calendar", "workdays"), ("calendar", "holidays"))
    for day in sorted(whole.calendar.holidays & whole.calendar.workdays):
        yield path, f"{day} is listed both as a holiday and as a workday"


def _offered(whole: Content, offered: Iterable[str]) -> Iterator[Wrong]:
    """Look at the remedies; `offered` are those that the policy names itself."""
    yield from _unknown(
        ("remedies", "agent"), whole.remedies.agent, whole.remedies.offered, "is not among [remedies] offered"
    )
    given = {code for kind in whole.problems.values() for code in kind.remedies} | {*whole.remedies.agent}
    for code in offered:
        if code not in given:
            why = f"{code!r} is named by no problem type and not by agent: nobody could give it"
            yield ("remedies", "offered"), why


def _severity(whole: Content) -> Iterator[Wrong]:
    for code, rule in whole.severity_rules.items():
        if not (rule.problems or rule.tags or rule.groups) and rule.above is None:
            yield ("severity", code), "has no condition: it would raise every claim"
        yield from _unknown(("severity", code, "problems"), rule.problems, whole.problems)
        yield from _unknown(("severity", code, "groups"), rule.groups, whole.special)


def _problem(code: str, kind: Problem, whole: Content) -> Iterator[Wrong]:
    path: Path = ("problems", code)
    if not kind.remedies:
        yield (*path, "remedies"), "is missing: name at least one"
    offered = whole.remedies.offered
    yield from _unknown((*path, "remedies"), kind.remedies, offered, "is not among [remedies] offered")
    if not kind.department:
        yield (*path, "department"), "is missing: name one of [departments]"
    named = [kind.department] * bool(kind.department)
    yield from _unknown((*path, "department"), named, whole.departments, "is not in [departments]")
    if kind.photos and not kind.evidence:
        yield from (((*path, "evidence", code), "is missing: photos are asked, say which") for code in LANGUAGES)
    if kind.whole_order and {"item", "quantity"} & {*kind.collects}:
        yield (*path, "collects"), "asks for an item although whole_order is true"
    if kind.decides == "auto" and kind.severity != "normal":
        yield (*path, "decides"), f'must be "agent": {kind.severity} claims are decided by people'


def _words(whole: Content) -> Iterator[Wrong]:
    """Look at the rows that name codes; each row by itself was looked at before."""
    known = {
        "problems": {*PROBLEMS, *whole.problems},
        "remedies": {*REMEDIES},
        "signals": {*SIGNALS},
        "special": {*GROUPS, *whole.special},
    }
    rows = [(table, code, row) for table in (*known, "phrases") for code, row in whole.words.get(table, {}).items()]
    for table, code, row in rows:
        path: Path = ("words", table, code)
        if code not in known.get(table, (code,)):
            yield path, f"is none of this policy's {table}{guess(code, known[table])}"
        if isinstance(row, Mapping) and (other := row.get("same_as")):
            problems = whole.words.get("problems", {})
            yield from _unknown((*path, "same_as"), [other], problems, "is no row of [words.problems]")
            for key in row.keys() - {"same_as", "severity"}:
                yield (*path, key), f"is not read beside same_as: the words of [words.problems.{other}] count"


@lru_cache(maxsize=4)
def _codes_of(learned: str) -> tuple[str, ...]:
    return tuple(weights.codes_of(learned))


def _weights(whole: Content) -> Iterator[Wrong]:
    """Yield weights that know other problem types than the policy: they were made for another one."""
    reading = whole.reading
    if not reading.learned:
        return
    strange = [code for code in _codes_of(reading.learned) if code not in PROBLEMS and code not in whole.problems]
    if strange:
        named = ", ".join(map(repr, strange))
        yield ("reading", "weights"), f"the weights were made with other problem types ({named}): make them anew"
    if reading.drop >= min(reading.add, reading.more):
        yield ("reading", "drop"), "must be less than add and more"


def _orders(whole: Content) -> Iterator[Wrong]:
    if not whole.orders.patterns:
        yield ("orders", "patterns"), "is missing: no order number would be found in a text"


def template_fields(template: str) -> frozenset[str]:
    """Return the fields of a template; ValueError when its braces do not match."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def _texts(whole: Content) -> Iterator[Wrong]:
    for language, key, template in ((lang, *row) for lang, own in whole.texts.items() for row in own.items()):
        known = {**texts.templates(texts.FALLBACK), **texts.templates(language)}
        path: Path = ("texts", language, key)
        if key not in known:
            yield path, f"is no text of the program{guess(key, known)}"
        elif not isinstance(template, str) or not template:
            yield path, "must be a text in quotes"
        else:
            yield from ((path, reason) for reason in _template(template, known[key]))


def _template(own: str, known: str) -> Iterator[str]:
    try:
        extra = template_fields(own) - template_fields(known)
    except ValueError as error:
        yield f"has braces that do not match: {error}"
    else:
        yield from (f"{{{name}}} is no field of this text" for name in sorted(extra))
