"""Contradictions inside a whole policy: what each key allows by itself but not together with the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import time
from decimal import Decimal
from string import Formatter
from typing import Any

from handlers.messages import texts
from handlers.messages.codes import CLOCKS, GROUPS, LANGUAGES, PROBLEMS, REMEDIES, SEVERITIES, SIGNALS
from handlers.messages.durations import Duration
from handlers.nlu.text.weights import codes_of
from handlers.policy.content import DEFAULTS, merge
from handlers.policy.schema import Path, Wrong, guess, list_of, one_of, pattern

# (shorter, longer, may be equal): with the order turned round the longer one could never be kept or never matter
CLOCK_ORDER = (
    ("first_response", "human_first_response", True),
    ("major_human_response", "human_first_response", True),
    ("acceptance", "decision_due", True),
    ("review_notice", "decision_due", True),
    ("page_supervisor", "page_everyone", False),
    ("idle_nudge", "idle_close", False),
)
LABELLED = (("problems", "label"), ("departments", "label"), ("special", "label"), ("coupons", "label"))


Nearest = Callable[[Path, Path], Path]  # of two keys that clash: the one to be blamed


def _first(first: Path, _: Path) -> Path:
    return first


def contradictions(content: Mapping[str, Any], nearest: Nearest = _first) -> Iterator[Wrong]:
    """Yield what is missing from or contradictory in merged content whose single values are right."""
    whole = merge(DEFAULTS, content)
    for look in (_name, _labels, _offered, _severity, _texts, _words, _learned, _orders, _codes, _wechat):
        yield from look(whole)
    for clash in (_money, _clocks, _talk, _hours, _calendar):
        yield from clash(whole, nearest)
    for code, raw in whole.get("problems", {}).items():
        yield from _problem(code, raw, whole)


def _name(whole: Mapping[str, Any]) -> Iterator[Wrong]:
    head, problems = whole["policy"], whole.get("problems", {})
    if "name" not in head:
        yield ("policy", "name"), "is missing"
    for code in head.get("problems", ()):
        if code not in problems:
            yield ("policy", "problems"), f"{code!r} is no problem type of this policy{guess(code, list(problems))}"
    if "other" not in head.get("problems", problems):
        yield ("policy", "problems"), "needs 'other': what fits no type must reach a person"


def _codes(whole: Mapping[str, Any]) -> Iterator[Wrong]:
    money = whole.get("money", {})
    for key, table in (("late_coupon", "coupons"), ("late_rule", "rules")):
        if (code := money.get(key)) and code not in whole.get(table, {}):
            yield ("money", key), f"{code!r} is not in [{table}]{guess(code, list(whole.get(table, {})))}"
    for table, keys in (("clocks", CLOCKS), ("money", ("suggest_cap", "auto_approve_cap"))):
        for key in keys:
            if key not in whole.get(table, {}):
                yield (table, key), "is missing"


def _wechat(whole: Mapping[str, Any]) -> Iterator[Wrong]:
    wechat = whole.get("wechat", {})
    for one, other in (("template_id", "fields"), ("fields", "template_id")):
        if wechat.get(one) and not wechat.get(other):
            yield ("wechat", one), f"needs wechat.{other} beside it"


def _money(whole: Mapping[str, Any], nearest: Nearest) -> Iterator[Wrong]:
    caps = {key: Decimal(str(whole.get("money", {}).get(key, 0))) for key in ("auto_approve_cap", "suggest_cap")}
    auto, suggest = caps.values()
    if auto > suggest:
        path = nearest(("money", "auto_approve_cap"), ("money", "suggest_cap"))
        yield path, f"auto_approve_cap {auto:.2f} is above suggest_cap {suggest:.2f}: more granted than may be named"


def _clocks(whole: Mapping[str, Any], nearest: Nearest) -> Iterator[Wrong]:
    clocks = {name: Duration.parse(span) for name, span in whole.get("clocks", {}).items()}
    for name, other, equal in CLOCK_ORDER:
        if name in clocks and other in clocks:
            here, there = clocks[name].rough, clocks[other].rough
            if here > there or (here == there and not equal):
                relation = "longer than" if here > there else "as long as"
                path = nearest(("clocks", name), ("clocks", other))
                yield path, f"{name} {clocks[name]} is {relation} {other} {clocks[other]}"


def _talk(whole: Mapping[str, Any], nearest: Nearest) -> Iterator[Wrong]:
    talk = whole["talk"]
    if Duration.parse(talk["quiet"]).seconds > Duration.parse(talk["quiet_max"]).seconds:
        path = nearest(("talk", "quiet"), ("talk", "quiet_max"))
        yield path, f"quiet {talk['quiet']} is longer than quiet_max {talk['quiet_max']}"


def _hours(whole: Mapping[str, Any], nearest: Nearest) -> Iterator[Wrong]:
    hours = whole["hours"]
    if time.fromisoformat(hours["day_start"]) >= time.fromisoformat(hours["day_end"]):
        path = nearest(("hours", "day_start"), ("hours", "day_end"))
        yield path, f"day_start {hours['day_start']} is not before day_end {hours['day_end']}"


def _calendar(whole: Mapping[str, Any], nearest: Nearest) -> Iterator[Wrong]:
    calendar = whole.get("calendar", {})
    path = nearest(("calendar", "workdays"), ("calendar", "holidays"))
    for day in sorted({*map(str, calendar.get("holidays", ()))} & {*map(str, calendar.get("workdays", ()))}):
        yield path, f"{day} is listed both as a holiday and as a workday"


def _labels(whole: Mapping[str, Any]) -> Iterator[Wrong]:
    wanted: list[tuple[Path, Any]]
    wanted = [((table, code, key), raw.get(key, {})) for table, key in LABELLED for code, raw in _rows(whole, table)]
    wanted += [(("rules", code), raw) for code, raw in _rows(whole, "rules")]
    for table in ("label", "steps", "notice"):
        wanted += [(("playbooks", code, table), raw.get(table, {})) for code, raw in _rows(whole, "playbooks")]
    for path, labels in wanted:
        for language in LANGUAGES:
            if language not in labels:
                yield (*path, language), "is missing"
    for code, raw in _rows(whole, "coupons"):
        if "value" not in raw:
            yield ("coupons", code, "value"), "is missing"


def _rows(whole: Mapping[str, Any], table: str) -> list[tuple[str, Any]]:
    return list(whole.get(table, {}).items())


def _offered(whole: Mapping[str, Any]) -> Iterator[Wrong]:
    remedies = whole.get("remedies", {})
    offered, agent = remedies.get("offered", REMEDIES), remedies.get("agent", ())
    named = {code for _, raw in _rows(whole, "problems") for code in raw.get("remedies", ())}
    for code in agent:
        if code not in offered:
            yield ("remedies", "agent"), f"{code!r} is not among [remedies] offered"
    for code in remedies.get("offered", ()):
        if code not in named and code not in agent:
            yield (
                ("remedies", "offered"),
                f"{code!r} is named by no problem type and not by agent: nobody could give it",
            )
    if "compensation" in named | {*agent} and not whole.get("coupons"):
        yield ("coupons",), "is missing: 'compensation' is given as a coupon"


def _severity(whole: Mapping[str, Any]) -> Iterator[Wrong]:
    known = {"problems": list(whole.get("problems", {})), "groups": list(whole.get("special", {}))}
    for code, raw in _rows(whole, "severity"):
        if "severity" not in raw:
            yield ("severity", code, "severity"), "is missing"
        if not any(raw.get(key) for key in ("problems", "tags", "groups")) and "above" not in raw:
            yield ("severity", code), "has no condition: it would raise every claim"
        for key, codes in known.items():
            for value in raw.get(key, ()):
                if value not in codes:
                    yield ("severity", code, key), f"{value!r} is not known{guess(value, codes)}"


def _problem(code: str, raw: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Wrong]:
    path: Path = ("problems", code)
    if code not in PROBLEMS and (near := guess(code, PROBLEMS)):
        yield path, f"is a new problem type with a name close to a known one{near}"
    if not raw.get("remedies"):
        yield (*path, "remedies"), "is missing: name at least one"
    offered = whole.get("remedies", {}).get("offered", REMEDIES)
    for remedy in raw.get("remedies", ()):
        if remedy not in offered:
            yield (*path, "remedies"), f"{remedy!r} is not among [remedies] offered"
    departments = list(whole.get("departments", {}))
    if raw.get("department") not in departments:
        named = raw.get("department", "")
        yield (*path, "department"), f"{named!r} is not in [departments]{guess(named, departments)}"
    for language in LANGUAGES:
        if raw.get("photos") and language not in raw.get("evidence", {}):
            yield (*path, "evidence", language), "is missing: photos are asked, say which"
        if raw.get("keep") and language not in raw["keep"]:
            yield (*path, "keep", language), "is missing"
    if raw.get("whole_order") and {"item", "quantity"} & {*raw.get("collects", ())}:
        yield (*path, "collects"), "asks for an item although whole_order is true"
    if raw.get("decides") == "auto" and raw.get("severity", "normal") != "normal":
        yield (*path, "decides"), f'must be "agent": {raw["severity"]} claims are decided by people'


def _words(whole: Mapping[str, Any]) -> Iterator[Wrong]:
    """Look at the rows of words that name codes; the rest of [words] is the reading's own."""
    words = whole.get("words", {})
    known = {
        "problems": [*PROBLEMS, *whole.get("problems", {})],
        "remedies": list(REMEDIES),
        "signals": list(SIGNALS),
        "special": [*GROUPS, *whole.get("special", {})],
    }
    for table, codes in known.items():
        for code, row in _rows(words, table):
            path: Path = ("words", table, code)
            if code not in codes:
                yield path, f"is not known{guess(code, codes)}"
            if not isinstance(row, Mapping):
                continue
            if row.get("severity", "normal") not in SEVERITIES:
                yield (*path, "severity"), one_of(*SEVERITIES)(row["severity"])
            for key in ("patterns", "unless"):
                if key in row and (reason := list_of(pattern)(row[key])):
                    yield (*path, key), reason


def _learned(whole: Mapping[str, Any]) -> Iterator[Wrong]:
    """Weights that know other problem types than the policy were made for another one."""
    if not (text := whole["reading"]["learned"]):
        return
    known = [*PROBLEMS, *whole.get("problems", {})]
    if strange := [code for code in codes_of(text) if code not in known]:
        named = ", ".join(map(repr, strange))
        yield ("reading", "weights"), f"the weights were made with other problem types ({named}): make them anew"
    if whole["reading"]["drop"] >= min(whole["reading"]["add"], whole["reading"]["more"]):
        yield ("reading", "drop"), "must be less than add and more"


def _orders(whole: Mapping[str, Any]) -> Iterator[Wrong]:
    if not whole.get("orders", {}).get("patterns"):
        yield ("orders", "patterns"), "is missing: no order number would be found in a text"


def template_fields(template: str) -> frozenset[str]:
    """Name the fields of a template; ValueError when its braces do not match."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def _texts(whole: Mapping[str, Any]) -> Iterator[Wrong]:
    for language, own in _rows(whole, "texts"):
        known = {**texts.templates(texts.FALLBACK), **texts.templates(language)}
        for key, template in own.items():
            path: Path = ("texts", language, key)
            if key not in known:
                yield path, f"is no text of the program{guess(key, list(known))}"
                continue
            if not isinstance(template, str) or not template:
                yield path, "must be a text in quotes"
                continue
            try:
                extra = template_fields(template) - template_fields(known[key])
            except ValueError as error:
                yield path, f"has braces that do not match: {error}"
                continue
            for name in sorted(extra):
                yield path, f"{{{name}}} is no field of this text"
