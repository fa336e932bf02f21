"""Figures as cells: exact ones for files, readable ones for people."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from handlers.messages import texts
from handlers.policy.policy import Policy
from handlers.reports.breakdowns import Row, breakdown
from handlers.reports.cases import BY_ORDERS, Facts
from handlers.reports.figures import Figure, Tally, figures

Cell = str | int | Decimal | None
COLUMNS = ("figure", "value", "numerator", "denominator")
SERVICE = ("tickets", "filed", "resolved", "resolution", "in_time", "on_time", "answers", "satisfied", "satisfaction",
           "complaints")  # fmt: skip
BY_ORDER = ("orders", "complaint_rate", "ticket_rate")
REST = ("first_response_minutes", "handling_hours", "cost", "recovered", "problems")
DASH = "–"
LONG = 120  # minutes that people are told as hours


def decimal(value: Fraction, places: int) -> Decimal:
    """Return a fraction rounded half up."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _exact(value: Fraction | None, unit: str) -> Cell:
    """Return a number for files: money with two places, what is no whole number with four; None for none."""
    if value is None:
        return None
    if unit == "yuan":
        return decimal(value, 2)
    return value.numerator if value.denominator == 1 else decimal(value, 4)


def figure_rows(facts: Facts) -> list[list[Cell]]:
    """Return the rows of `figures.csv`, its column names first."""
    rows = [
        [one.name, _exact(one.value, one.unit), _exact(one.numerator, one.unit), one.denominator]
        for one in figures(facts)
    ]
    return [list(COLUMNS), *rows]


def breakdown_rows(facts: Facts, name: str, policy: Policy, language: str) -> list[list[Cell]]:
    """Return the rows of a table by agent, site, ..., its column names first."""
    per_order = BY_ORDER if name in BY_ORDERS else ()
    columns = ["name", *SERVICE, *per_order, *REST]
    found = [_cells(row) for row in breakdown(facts, name, policy, language)]
    return [[name, *columns], *([cells["key"], *(cells[column] for column in columns)] for cells in found)]


def _cells(row: Row) -> dict[str, Cell]:
    of = row.counts
    rates = {one.name: _exact(one.value, one.unit) for one in (*of.service(row.orders), *of.times())}
    common = "; ".join(f"{code} {count}" for code, count in sorted(of.problems.items(), key=lambda one: (-one[1], one)))
    return {
        "key": row.key,
        "name": row.name,
        "tickets": of.tickets,
        "filed": of.filed,
        "resolved": of.resolved,
        "in_time": of.on_time,
        "answers": of.answers,
        "satisfied": of.satisfied,
        "complaints": of.complaints,
        "orders": row.orders,
        "cost": decimal(Fraction(of.spent, 100), 2),
        "recovered": decimal(Fraction(of.recovered, 100), 2),
        "problems": common,
        **rates,
    }


def readable(figure: Figure, language: str) -> str:
    """Return a figure's value for people; a dash where there is none."""
    value = figure.value
    if value is None:
        return DASH
    if figure.unit == "share":
        return f"{decimal(value * 100, 1)}%"
    if figure.unit == "count":
        return str(value)
    if figure.unit == "minutes" and value >= LONG:
        return texts.say(language, "report.unit_hours", value=decimal(value / 60, 1))
    if figure.unit in ("yuan", "minutes", "hours"):
        places = 2 if figure.unit == "yuan" else 1
        return texts.say(language, f"report.unit_{figure.unit}", value=decimal(value, places))
    return str(decimal(value, 2 if figure.unit == "rate" else 1))


def counted(figure: Figure) -> str:
    """Return the raw counts of a figure for people; "" for what is a count or sum itself."""
    if figure.denominator is None:
        return ""
    whole = figure.numerator.denominator == 1
    return f"{figure.numerator if whole else decimal(figure.numerator, 2)} / {figure.denominator}"


def summary(facts: Facts, language: str) -> list[list[str]]:
    """Return the figures as a table for people: name, value, raw counts."""
    head = [texts.say(language, f"report.col_{name}") for name in ("figure", "value", "counts")]
    rows = [
        [texts.say(language, f"report.figure_{one.name}"), readable(one, language), counted(one)]
        for one in figures(facts)
    ]
    return [head, *rows]


def leading(facts: Facts, name: str, policy: Policy, language: str, most: int) -> list[list[str]]:
    """Return the first rows by agent, site, ... as a table for people; no row but the names where none has a key."""
    rows = [row for row in breakdown(facts, name, policy, language) if row.counts.tickets]
    shown = Tally().service(None)
    head = [f"by_{name}", "figure_tickets", *(f"figure_{one.name}" for one in shown), "figure_cost"]
    found = [[texts.say(language, f"report.{key}") for key in head]]
    if not any(row.key for row in rows):
        return found
    for row in rows[:most]:
        called = row.name or row.key or texts.say(language, "report.no_agent" if name == "agent" else "report.unknown")
        cost = texts.say(language, "report.unit_yuan", value=decimal(Fraction(row.counts.spent, 100), 2))
        rates = [f"{readable(one, language)}" for one in row.counts.service(None)]
        found.append([called, str(row.counts.tickets), *rates, cost])
    return found
