from __future__ import annotations

import pytest

from bot.runtime.retries import attempt, supervise
from storage.database import DatabaseGone


async def test_what_fails_runs_again_until_it_returns():
    ends = iter([ValueError("first"), LookupError("second"), None])
    failures = []

    async def work():
        if error := next(ends):
            raise error

    def failed(error):
        failures.append(str(error))
        return 0.0

    await supervise(work, failed)
    assert failures == ["first", "second"]


def test_a_turn_gives_its_result_or_its_failure():
    assert attempt(lambda: 7) == (7, None)
    result, failure = attempt(lambda: 1 / 0)
    assert result is None
    assert isinstance(failure, ZeroDivisionError)


def test_a_database_that_is_gone_is_no_failure_of_one_turn():
    def work():
        raise DatabaseGone

    with pytest.raises(DatabaseGone):
        attempt(work)
