from __future__ import annotations

from bot.runtime.circuit_breaker import CircuitBreaker


def breaker():
    at = [100.0]
    made = CircuitBreaker(time=lambda: at[0], pause=lambda failures: 60.0 if failures >= 3 else 0.0)
    return at, made


def test_it_pauses_after_failures_in_a_row():
    at, made = breaker()
    made.fail()
    made.fail()
    assert made.left() == 0
    made.fail()
    assert made.left() == 60
    at[0] += 60
    assert made.left() == 0
    made.fail()  # still in a row
    assert made.left() == 60


def test_a_success_counts_from_zero():
    _, made = breaker()
    for _ in range(2):
        made.fail()
    made.succeed()
    made.fail()
    assert (made.failures, made.left()) == (1, 0)


def test_a_pause_that_the_service_asked_for_goes_first():
    _, made = breaker()
    made.fail(7)
    assert made.left() == 7
