from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from bot.__main__ import main
from bot.commands.train import learn
from handlers.nlu.models.examples import lesson_of
from handlers.nlu.text.weights import fault
from handlers.policy import loader
from handlers.policy.embedded_weights import words_hash
from storage.desk.corrections import Example

# ways of saying that no word table has, as often as learning needs them
BRAISED = ("磨叽", "墨迹半天", "拖拖拉拉", "磨洋工")
FINE = ("好吃", "收到了谢谢", "下次还来", "不错不错")
POLICY = loader.load("community-group-buy")


def rows(many):
    for at in range(many):
        late = at % 2
        words = (BRAISED if late else FINE)[at // 2 % 4]
        yield {"text": f"{'午晚早夜'[at % 4]}饭{words}第{at}次", "labels": ["late"] if late else ["other"]}


@pytest.fixture
def lessons(tmp_path):
    def write(many=240, **more):
        file = tmp_path / "lessons.jsonl"
        file.write_text("\n".join(json.dumps({**row, **more}, ensure_ascii=False) for row in rows(many)), "utf-8")
        return file

    return write


def run(target, files, examples=()):
    out, err = io.StringIO(), io.StringIO()
    code = learn(target, files, examples, POLICY, out=out, err=err)
    return code, out.getvalue(), err.getvalue()


def test_weights_are_learned_and_say_how_they_came_to_be(tmp_path, lessons):
    code, out, err = run(tmp_path / "w.json", [lessons()])
    content = json.loads((tmp_path / "w.json").read_text("utf-8"))
    assert (code, fault(content)) == (0, "")
    assert content["made"] == {
        "messages": 240, "of_tickets": 0, "put_right": 0, "newest": None, "words": words_hash(POLICY.words),
        "types": content["made"]["types"], "serious": [0.0, 0.0],
    }  # fmt: skip
    before, after = content["made"]["types"]
    assert before < 0.7 < after
    assert f"{before:.3f}" in out and f"{after:.3f}" in out and 'weights = "w.json"' in out
    assert "learning from 240 messages" in err
    assert not list(tmp_path.glob("*.part"))


def test_the_same_lessons_give_the_same_file(tmp_path, lessons):
    for name in ("a.json", "b.json"):
        run(tmp_path / name, [lessons()])
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_nothing_that_few_wrote_and_no_number_stands_in_the_file(tmp_path, lessons):
    file = lessons()
    with file.open("a", encoding="utf-8") as handle:
        handle.write('\n{"text": "阚翦13800001111磨叽", "labels": ["late"]}\n{"text": "阚翦不好", "labels": ["other"]}')
    run(tmp_path / "w.json", [file])
    parts = json.loads((tmp_path / "w.json").read_text("utf-8"))["weights"]
    assert "磨叽" in parts
    assert not any(char.isdigit() or char in "阚翦" for part in parts for char in part)
    assert max(map(len, parts)) <= 3


def test_tickets_teach_too(tmp_path, lessons):
    at = datetime(2026, 6, 12, tzinfo=UTC)
    right = [
        Example(text=f"给我{n}磨叽", codes=("late", "other"), major=False, corrected=n < 3, at=at) for n in range(9)
    ]
    code, out, _ = run(tmp_path / "w.json", [lessons()], right)
    made = json.loads((tmp_path / "w.json").read_text("utf-8"))["made"]
    assert (code, made["messages"], made["of_tickets"], made["put_right"]) == (0, 249, 9, 3)
    assert made["newest"] == "2026-06-12"
    assert "9 from tickets, 3 corrected by agents, the newest of 2026-06-12" in out


OWN = ("等到天黑", "还没影子", "几点能来")


@pytest.mark.parametrize("talks", [(1, 1, 1), (1, 2, 3)])
def test_no_name_and_no_phrase_of_one_person_is_learned_from_tickets(tmp_path, lessons, talks):
    at = datetime(2026, 6, 12, tzinfo=UTC)
    right = [
        Example(text=f"我是王小雨，窝火得很，{words}，小雨谢过", codes=("late",), major=False, corrected=False, at=at,
                who=f"talk {talk}", names=("王小雨",))
        for words, talk in zip(OWN, talks, strict=True)
    ]  # fmt: skip
    run(tmp_path / "w.json", [lessons()], right)
    parts = json.loads((tmp_path / "w.json").read_text("utf-8"))["weights"]
    assert not [part for part in parts if {"王", "雨"} & set(part)]
    assert any("窝火" in part for part in parts) is (len(set(talks)) > 1)


def test_the_command(tmp_path, lessons, monkeypatch, capsys):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    target = tmp_path / "w.json"
    assert main(["read", "--train", str(target), "--examples", str(lessons())]) == 0
    assert fault(json.loads(target.read_text("utf-8"))) == ""
    assert main(["read", "--examples", str(lessons())]) == 2
    assert "--examples needs --train" in capsys.readouterr().err
    assert main(["read", "--train", str(target)]) == 1  # no tickets yet
    assert not (tmp_path / "var" / "claimdesk.db").exists()


def test_too_few_messages_write_nothing(tmp_path, lessons):
    code, _, err = run(tmp_path / "w.json", [lessons(120)])
    assert code == 1
    assert "120 labelled messages are too few" in err
    assert not (tmp_path / "w.json").exists()


def test_weights_that_do_not_help_are_not_written(tmp_path, lessons):
    code, out, err = run(tmp_path / "w.json", [lessons(labels=["other"])])
    assert code == 1
    assert "would not help" in err and "tables" in out
    assert not (tmp_path / "w.json").exists()


def test_another_file_is_not_written_over(tmp_path, lessons):
    other = tmp_path / "notes.json"
    for text in ("dear diary", "{}", ""):
        other.write_text(text, "utf-8")
        with pytest.raises(ValueError, match="no weights file"):
            run(other, [lessons()])
        assert other.read_text("utf-8") == text
    with pytest.raises(ValueError, match="no folder"):
        run(tmp_path / "nowhere" / "w.json", [lessons()])
    with pytest.raises(ValueError, match="no weights file"):
        run(tmp_path, [lessons()])


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"text": "慢"}, "labels"),
        ({"text": " ", "labels": ["late"]}, "text"),
        ({"text": "慢", "labels": []}, "labels"),
        ({"text": "慢", "labels": ["slow"]}, "slow"),
        ({"text": "慢", "labels": ["other", "late"]}, "alone"),
        ({"text": "慢", "labels": ["late"], "severity": "bad"}, "severity"),
        ([], "text"),
    ],
)
def test_a_line_that_is_no_lesson_is_named(tmp_path, lessons, row, why):
    file = lessons(3)
    with pytest.raises(ValueError, match=why):
        lesson_of(json.dumps(row), ["late"])
    file.write_text(file.read_text("utf-8") + "\n" + json.dumps(row), "utf-8")
    with pytest.raises(ValueError, match=r"lessons.jsonl:4: .*\.$"):
        run(tmp_path / "w.json", [file])
