"""What a talk remembers comes back from its JSON, also from the form of earlier versions."""

from __future__ import annotations

from handlers.claims.claim import SheetWait, Talk, from_json, to_json


def test_every_small_fact_comes_back():
    talk = Talk(
        other_problem=True, angry=True, order_choices=("KT1", "KT2"), heard=(("2026-06-12T19:10:00", "喂"),),
        enclosed=(("2026-06-12T19:11:00", "[位置]"),), chatter=2, correcting=True, withdraw_asked="CD-1",
        drop_asked="d1", review_asked="CD-2", review_words="属实",
        sheets=SheetWait(ids=(3, 4), until="2026-06-12T19:12:00", album="a", held=1),
    )  # fmt: skip
    assert from_json(to_json(talk)) == talk


def test_a_talk_kept_by_an_earlier_version_is_understood():
    old = {
        "language": "zh",
        "extra": {
            "other": True, "angry": True, "orders": ["KT1"], "heard": [["t", "喂"]], "chatter": 1, "correcting": True,
            "withdraw": "CD-1", "drop": "d1", "leader_about": "CD-2", "leader_words": "属实",
            "sheets": {"ids": [3], "until": "2026-06-12T19:12:00", "album": "", "held": 2}, "gone": 1,
        },
    }  # fmt: skip
    talk = from_json(old)
    assert (talk.other_problem, talk.angry, talk.order_choices, talk.heard) == (True, True, ("KT1",), (("t", "喂"),))
    assert (talk.withdraw_asked, talk.drop_asked, talk.review_asked, talk.review_words) == (
        "CD-1",
        "d1",
        "CD-2",
        "属实",
    )
    assert talk.sheets == SheetWait(ids=(3,), until="2026-06-12T19:12:00", held=2)
    assert "extra" not in to_json(talk)
