"""What `orders import` and the doctor say of orders beside their counts."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest
from policy_samples import group_buy

from bot.commands import doctor
from bot.commands.orders import import_orders
from bot.settings import Settings
from storage.database import open_writer, transaction
from storage.migration import prepare

NOW = datetime(2026, 6, 12, 10, 0, tzinfo=UTC)
HEADER = "order_no,item,quantity,paid,promised_at,placed_at"


@pytest.fixture
def told(tmp_path):
    engine = open_writer(f"sqlite:///{tmp_path}/claimdesk.db")
    prepare(engine)

    def write(work):
        with transaction(engine) as tx:
            return work(tx)

    def told(policy, *lines, header=HEADER):
        path, err = tmp_path / "orders.csv", StringIO()
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        import_orders(path, write=write, now=NOW, policy=policy, out=StringIO(), err=err)
        return err.getvalue()

    yield told
    engine.dispose()


def test_numbers_without_a_pattern_are_told_and_found_all_the_same(told, tmp_path):
    said = told(group_buy(tmp_path), "231129-598877665544332,草莓,1,1,2026-06-12T17:30,", "KT260612-0003,桃,1,1,,")
    assert "1 order numbers, as 231129-598877665544332, fit no [orders] patterns" in said
    assert "searched for numbers made like them all the same" in said
    assert 'only behind a word like "订单号"' in told(group_buy(tmp_path), "9937,草莓,1,1,,")


def test_numbers_that_fit_are_no_matter(told, tmp_path):
    fits = group_buy(tmp_path, "[orders]\npatterns = ['\\d{6}-\\d{15}']\n")
    assert "patterns" not in told(fits, "231129-598877665544332,草莓,1,1,,")
    assert "patterns" not in told(None, "231129-598877665544332,草莓,1,1,,")


@pytest.mark.parametrize(
    ("rule", "known", "unknown"),
    [("promised", "start at promised_at", "B"), ("placed", "start at placed_at", "A"), ("delivered", "", "AB")],
)
def test_where_claim_windows_start_without_a_delivery(told, tmp_path, rule, known, unknown):
    policy = group_buy(tmp_path, f'[orders]\nwindow_from = "{rule}"\n')
    said = told(policy, "A,草莓,1,1,2026-06-12T17:30,", "B,桃,1,1,,2026-06-11T20:00")
    assert known in said and f'window_from = "{rule}"' in said
    assert f"{len(unknown)} orders tell no time that claim windows start at" in said


def test_nothing_is_said_where_deliveries_are_told(told, tmp_path):
    header = "order_no,item,quantity,paid,delivered_at"
    assert told(group_buy(tmp_path), "KT260612-0003,桃,1,1,2026-06-12T17:30", header=header) == ""


def test_sums_of_whole_orders_and_words_without_a_meaning_are_told(told, tmp_path):
    header = "order_no,item,quantity,paid,delivered_at,订单状态"
    said = told(group_buy(tmp_path), "KT260612-0003,草莓*2;鸡蛋*1,3,50,2026-06-12T17:30,火星", header=header)
    assert "1 orders came with one sum for all lines" in said and "passed over: 火星" in said


def test_the_doctor_tells_of_numbers_that_fit_no_pattern(told, tmp_path):
    settings = Settings(data_dir=str(tmp_path))
    assert list(doctor._orders(settings)) == []
    told(None, "KT260612-0003,桃,1,1,,")
    ((good, said),) = doctor._orders(settings)
    assert good and "fit the policy's patterns" in said
    told(None, "231129-598877665544332,草莓,1,1,,")
    ((good, said),) = doctor._orders(settings)
    assert good and "of the last 2 orders 1 order numbers, as 231129-598877665544332, fit no [orders] patterns" in said
