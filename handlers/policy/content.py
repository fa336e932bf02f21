"""A policy's content as tables: defaults, laying one over another, canonical text, and reading it into values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from handlers.messages.codes import LANGUAGES, REMEDIES
from handlers.messages.durations import Duration
from handlers.nlu.text.weights import Weights
from handlers.policy.values import (
    Coupon,
    Group,
    Hours,
    Lookup,
    MediaLimits,
    Playbook,
    Problem,
    Rule,
    SeverityRule,
    Template,
)

# What a file need not say. A clock that a later version adds gets its value here, so that stored policies still load.
DEFAULTS: Mapping[str, Any] = {
    "policy": {"activation": "approve"},
    "talk": {"quiet": "1.5s", "quiet_max": "3.5s", "misses": 3},
    "identity": {"proof": "phone_tail", "tries": 5, "within": "10m", "lock": "30m"},
    "hours": {
        "day_start": "09:00", "day_end": "20:00", "staffed_from": "08:00", "staffed_to": "22:00",
        "timezone": "Asia/Shanghai",
    },
    "media": {"photo_mb": 20, "video_mb": 20, "voice_mb": 20, "document_mb": 20, "photos": 20, "retakes": 1},
    "review": {"leader": False},
    "survey": {"enabled": True},
    "desk": {"language": "zh"},
    "reading": {"learned": "", "add": 0.5, "more": 0.7, "drop": 0.05, "major": 0.6},
}  # fmt: skip


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one table over another: tables merge key by key, everything else is replaced whole."""
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        merged[key] = merge(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return merged


def canonical(content: Mapping[str, Any]) -> str:
    """Write merged content as JSON that is equal for equal policies; the order of problem types is content too."""
    whole = merge(DEFAULTS, content)
    table = dict(whole.get("policy", {}))
    # "other" comes last, also after types that a file adds to those of its preset
    table.setdefault("problems", sorted(whole.get("problems", {}), key=lambda code: code == "other"))
    whole["policy"] = table
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def fen(yuan: object) -> int:
    """Turn yuan with up to two decimals into 分."""
    return int(Decimal(str(yuan)) * 100)


def _problem(code: str, raw: Mapping[str, Any]) -> Problem:
    window = raw.get("window", "")
    return Problem(
        code=code,
        labels=raw.get("label", {}),
        photos=raw.get("photos", 0),
        evidence_hint=raw.get("evidence", {}),
        collects=tuple(raw.get("collects", ())),
        remedies=tuple(raw.get("remedies", ())),
        department=raw.get("department", ""),
        severity=raw.get("severity", "normal"),
        decides=raw.get("decides", "agent"),
        keep=raw.get("keep", {}),
        whole_order=raw.get("whole_order", False),
        claim_window=Duration.parse(window) if window not in ("", "always") else None,
        always=window == "always",
    )


def _group(code: str, raw: Mapping[str, Any]) -> Group:
    return Group(
        code=code,
        labels=raw.get("label", {}),
        tags=tuple(raw.get("tags", ())),
        priority=raw.get("priority", 0),
        brief=raw.get("brief", False),
        guardian=raw.get("guardian", False),
    )


def _severity_rule(code: str, raw: Mapping[str, Any]) -> SeverityRule:
    return SeverityRule(
        code=code,
        severity=raw["severity"],
        problems=tuple(raw.get("problems", ())),
        tags=tuple(raw.get("tags", ())),
        groups=tuple(raw.get("groups", ())),
        above=fen(raw["above"]) if "above" in raw else None,
    )


def _playbook(code: str, raw: Mapping[str, Any]) -> Playbook:
    steps = {language: tuple(lines) for language, lines in raw.get("steps", {}).items()}
    return Playbook(code=code, labels=raw.get("label", {}), steps=steps, notice=raw.get("notice", {}))


def _media(raw: Mapping[str, Any]) -> MediaLimits:
    sizes = {kind: int(raw[f"{kind}_mb"] * 1024 * 1024) for kind in ("photo", "video", "voice", "document")}
    return MediaLimits(**sizes, photos=raw["photos"], retakes=raw["retakes"])


def _hours(raw: Mapping[str, Any]) -> Hours:
    times = {name: time.fromisoformat(raw[name]) for name in ("day_start", "day_end", "staffed_from", "staffed_to")}
    return Hours(**times, timezone=raw["timezone"])


def _days(raw: Iterable[object]) -> frozenset[date]:
    return frozenset(date.fromisoformat(str(day)) for day in raw)


def _sections(whole: Mapping[str, Any]) -> dict[str, Any]:
    problems = whole.get("problems", {})
    coupons = whole.get("coupons", {})
    return {
        "problems": {code: _problem(code, problems[code]) for code in whole["policy"]["problems"] if code in problems},
        "clocks": {name: Duration.parse(span) for name, span in whole.get("clocks", {}).items()},
        "windows": {tag: Duration.parse(span) for tag, span in whole.get("windows", {}).items()},
        "special": {code: _group(code, raw) for code, raw in whole.get("special", {}).items()},
        "severity_rules": tuple(_severity_rule(code, raw) for code, raw in whole.get("severity", {}).items()),
        "departments": {code: raw.get("label", {}) for code, raw in whole.get("departments", {}).items()},
        "coupons": {
            code: Coupon(code=code, labels=raw.get("label", {}), value=fen(raw["value"]))
            for code, raw in coupons.items()
        },
        "rules": {code: Rule(code=code, labels=labels) for code, labels in whole.get("rules", {}).items()},
        "playbooks": {code: _playbook(code, raw) for code, raw in whole.get("playbooks", {}).items()},
    }


def fields(text: str) -> dict[str, Any]:
    """Read the fields of a Policy from its canonical text."""
    whole = merge(DEFAULTS, json.loads(text))
    head, talk, identity, money = whole["policy"], whole["talk"], whole["identity"], whole.get("money", {})
    calendar, remedies, texts = whole.get("calendar", {}), whole.get("remedies", {}), whole.get("texts", {})
    return _sections(whole) | {
        "name": head.get("name", ""),
        "title": head.get("title", {}),
        "hash": hashlib.sha256(text.encode()).hexdigest(),
        "text": text,
        "activation": head["activation"],
        "remedies": tuple(remedies.get("offered", REMEDIES)),
        "agent_remedies": tuple(remedies.get("agent", ())),
        "suggest_cap": fen(money.get("suggest_cap", 0)),
        "auto_approve_cap": fen(money.get("auto_approve_cap", 0)),
        "late_coupon": money.get("late_coupon", ""),
        "late_rule": money.get("late_rule", ""),
        "quiet": Duration.parse(talk["quiet"]).seconds,
        "quiet_max": Duration.parse(talk["quiet_max"]).seconds,
        "misses": talk["misses"],
        "proof": identity["proof"],
        "lookup": Lookup(
            tries=identity["tries"],
            within=Duration.parse(identity["within"]),
            lock=Duration.parse(identity["lock"]),
        ),
        "order_patterns": tuple(whole.get("orders", {}).get("patterns", ())),
        "hours": _hours(whole["hours"]),
        "holidays": _days(calendar.get("holidays", ())),
        "workdays": _days(calendar.get("workdays", ())),
        "texts": {language: texts.get(language, {}) for language in LANGUAGES},
        "words": whole.get("words", {}),
        "weights": Weights(**{key: whole["reading"][key] for key in ("learned", "add", "more", "drop", "major")}),
        "media": _media(whole["media"]),
        "survey": whole["survey"]["enabled"],
        "leader_review": whole["review"]["leader"],
        "desk_language": whole["desk"]["language"],
        "template": Template(**wechat) if (wechat := _wechat(whole)) else None,
    }


def _wechat(whole: Mapping[str, Any]) -> dict[str, Any]:
    raw = whole.get("wechat", {})
    return {"id": raw["template_id"], "fields": dict(raw.get("fields", {}))} if raw.get("template_id") else {}
