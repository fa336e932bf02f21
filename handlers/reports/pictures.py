"""The pictures of a report: what began and with which problems, how it was served, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from handlers.messages import texts
from handlers.policy.policy import Policy
from handlers.reports.breakdowns import breakdown
from handlers.reports.cases import Facts
from handlers.reports.days import Course, course
from handlers.reports.figures import KINDS, Figure, figures
from handlers.reports.tables import counted, decimal, readable
from media.charts.values import Bars, Columns, Lines, Page, Panel, Tile

WEEK = ("tickets", "satisfaction", "on_time", "resolution", "cost")
APART = 5  # problem types with a colour of their own
ROWS = 6  # bars of a panel
PICTURES: Mapping[str, tuple[str, ...]] = {  # the figures on top of each
    "tickets": ("tickets", "orders", "ticket_rate", "complaint_rate", "automation"),
    "service": ("satisfaction", "on_time", "resolution", "first_response_minutes", "cost"),
}


def pages(facts: Facts, policy: Policy, language: str, *, sample: bool = False) -> dict[str, Page]:
    """Return the pictures of a report by their names."""
    on, known = course(facts, policy), {one.name: one for one in figures(facts)}
    panels: dict[str, list[list[Panel]]] = {
        "tickets": [
            [_per_day(on, policy, language)],
            [_most(facts, name, policy, language) for name in ("problem", "item")],
        ],
        "service": [
            [_promises(on, language)],
            [_costs(known, language), _most(facts, "agent", policy, language)],
        ],
    }
    about = texts.say(language, "report.period", first=facts.first.isoformat(), last=facts.last.isoformat())
    if sample:
        about = f"{about} · {texts.say(language, 'report.sandbox')}"
    return {
        name: Page(
            texts.say(language, f"report.page_{name}"),
            about,
            [_tile(known[one], language) for one in tiles],
            panels[name],
        )
        for name, tiles in PICTURES.items()
    }


def week(facts: Facts, policy: Policy, language: str, *, sample: bool = False) -> Page:
    """Return the picture of a week for a desk, which ranks nobody by name."""
    both = pages(facts, policy, language, sample=sample)
    title = texts.say(language, "report.page_week")
    known = {one.name: one for one in figures(facts)}
    costs, items = both["service"].panels[1][0], both["tickets"].panels[1][1]
    panels = [*(both[name].panels[0] for name in PICTURES), (costs, items)]
    return Page(title, both["service"].about, [_tile(known[one], language) for one in WEEK], panels)


def told(facts: Facts, language: str) -> str:
    """Return a week's figures in one sentence."""
    values: dict[str, Any] = {one.name: readable(one, language) for one in figures(facts) if one.name in WEEK}
    return texts.say(language, "report.week", first=facts.first.isoformat(), last=facts.last.isoformat(), **values)


def _tile(figure: Figure, language: str) -> Tile:
    label = texts.say(language, f"report.figure_{figure.name}")
    return Tile(label, readable(figure, language), counted(figure) if figure.unit in ("share", "rate") else "")


def _labels(on: Course) -> list[str]:
    return [f"{day.month}/{day.day}" for day in on.begins]


def _title(key: str, on: Course, language: str) -> str:
    per = texts.say(language, "report.per_day" if on.length == 1 else "report.per_days", days=on.length)
    return texts.say(language, f"report.{key}", per=per)


def _per_day(on: Course, policy: Policy, language: str) -> Columns:
    apart = list(on.problems.items())[:APART]
    rest = list(on.problems.values())[APART:]
    series = [(policy.label(code, language) if code else _unknown(language), values) for code, values in apart]
    if rest:
        series.append((texts.say(language, "report.rest"), [sum(step) for step in zip(*rest, strict=True)]))
    title = _title("chart_tickets", on, language)
    return Columns(title, _labels(on), series, texts.say(language, "report.no_tickets"))


def _unknown(language: str) -> str:
    return texts.say(language, "report.unknown")


def _promises(on: Course, language: str) -> Lines:
    """Return promises kept and satisfaction; tickets that are not due yet stay out of the first."""
    series = {
        "on_time": [_part(step.on_time, step.filed - step.pending) for step in on.counts],
        "satisfaction": [_part(step.satisfied, step.answers) for step in on.counts],
    }
    named = [(texts.say(language, f"report.figure_{name}"), values) for name, values in series.items()]
    return Lines(_title("chart_service", on, language), _labels(on), named, texts.say(language, "report.no_answers"))


def _part(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _costs(known: Mapping[str, Figure], language: str) -> Bars:
    rows = []
    for name in (*(f"cost_{kind}" for kind in KINDS), "recovered"):
        figure = known[name]
        if figure.numerator:
            label = texts.say(language, f"report.figure_{name}")
            rows.append((label, float(figure.numerator), readable(figure, language)))
    return Bars(texts.say(language, "report.chart_costs"), rows, texts.say(language, "report.no_costs"))


def _most(facts: Facts, name: str, policy: Policy, language: str) -> Bars:
    """Return the agents, items, ... with most tickets."""
    rows = [row for row in breakdown(facts, name, policy, language) if row.key and row.counts.tickets]
    shown: Sequence[tuple[str, float, str]] = [
        (row.name or row.key, row.counts.tickets, _share(row.counts.tickets, len(facts.cases))) for row in rows[:ROWS]
    ]
    of = texts.say(language, f"report.by_{name}")
    return Bars(texts.say(language, "report.chart_by", of=of), shown, texts.say(language, "report.no_tickets"))


def _share(part: int, whole: int) -> str:
    return f"{part} ({decimal(Fraction(part * 100, whole), 0)}%)"
