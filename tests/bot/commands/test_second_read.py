"""`claimdesk read` with the second reader of the settings, and without it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from doubles.completions import answer, claim, completions, passage, word_tables_alone
from doubles.service import Service

ORDER = {
    "order_no": "20261120-0937",
    "pickup_no": "3",
    "customer": "李婷",
    "phone": "13800002231",
    "lines": [
        {"sku": "P01", "item": "草莓", "unit": "盒", "qty": 4},
        {"sku": "P02", "item": "鸡蛋", "unit": "板", "qty": 1},
    ],
}
ODD = {"id": 1, "text": "李婷 草莓两盒都跟广播体操似的", "orders": [ORDER]}
GOOD = answer(passage(1, claim("quality_spoiled", quantity=1, remedy="refund")))


async def read(folder, url, asked, *words):
    """Run the command as a process of its own, beside the endpoint."""
    named = {"LLM_BASE_URL": url, "LLM_API_KEY": "sk-secret", "LLM_MODEL": "small"} if url else {}
    service = Service(folder, {**named, "POLICY": word_tables_alone(folder)})
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "read", *words, cwd=folder, env=service.environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate("\n".join(json.dumps(one) for one in asked).encode())
    assert process.returncode == 0, err
    return [json.loads(line) for line in out.decode().splitlines()], err.decode()


async def test_it_is_asked_where_the_settings_are_there(tmp_path):
    async with completions(say=GOOD) as double:
        (first, second), _ = await read(tmp_path, double.url, [ODD, {**ODD, "id": 2, "text": "草莓坏了2盒"}])
        assert len(double.got) == 1
        assert "李婷" not in json.dumps(double.got, ensure_ascii=False)
    (row,) = first["claims"]
    assert (row["sku"], row["quantity"], row["problems"], row["remedy"]) == ("P01", 2, ["quality_spoiled"], "refund")
    assert row["evidence"]["model"] == "problem=quality_spoiled remedy=refund"
    assert "model" not in second["claims"][0]["evidence"]


@pytest.mark.parametrize("words", [["--without-model"], []])
async def test_it_may_be_left_out(words, tmp_path):
    async with completions(say=GOOD) as double:
        (found,), _ = await read(tmp_path, double.url if words else "", [ODD], *words)
        assert double.got == []
    assert found["claims"][0]["problems"] == ["other"]


async def test_a_list_is_one_question_a_message(tmp_path):
    asked = {**ODD, "text": "3号 草莓坏了1盒\n3号 草莓两盒都跟广播体操似的\n3号 鸡蛋跟广播体操似的伸胳膊踢腿"}
    said = answer(passage(1, claim("quality_spoiled")), passage(2, claim("quality_other", line=2)))
    async with completions(say=said) as double:
        (found,), _ = await read(tmp_path, double.url, [asked], "--leader")
        assert len(double.got) == 1
    assert [row["problems"] for row in found["claims"]] == [["quality_spoiled"], ["quality_spoiled"], ["quality_other"]]
    assert ["model" in row["evidence"] for row in found["claims"]] == [False, True, True]


async def test_a_model_that_is_away_is_told_once(tmp_path):
    async with completions(fault="500") as double:
        found, told = await read(tmp_path, double.url, [ODD] * 5)
        assert len(double.got) == 3
    assert [one["claims"][0]["problems"] for one in found] == [["other"]] * 5
    assert told.count("out of order") == 1


def test_without_the_settings_nothing_of_it_is_loaded():
    code = (
        "import sys; from bot import app, settings; from bot.commands import read, doctor\n"
        "ours = [n for n in sys.modules if n.startswith(('bot.', 'handlers.'))]\n"
        "print(sorted(n for n in ours if n.rpartition('.')[2].startswith('llm_')))"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "['handlers.nlu.models.llm_overlay']"
