from __future__ import annotations

from random import Random

import pytest

from handlers.messages import ticket_numbers as numbers


def test_drawn_numbers_have_the_form_and_are_read_back():
    random = Random(1)
    drawn = [numbers.draw(random) for _ in range(2000)]
    for number in drawn:
        assert numbers.parse(number) == number
        assert len(number) == 9
    assert len(set(drawn)) == len(drawn)
    assert drawn != sorted(drawn)


@pytest.mark.parametrize(
    "typed", ["{}", " {} ", "{lower}", "{body}", "{lower_body}", "CD{body}", "CD {body}", "ｃｄ－{body}"]
)
def test_typed_carelessly(typed):
    number = numbers.draw(Random(5))
    forms = {"lower": number.lower(), "body": number[3:], "lower_body": number[3:].lower()}
    assert numbers.parse(typed.format(number, **forms)) == number


def test_letters_read_as_digits():
    number = next(n for n in (numbers.draw(Random(seed)) for seed in range(500)) if "0" in n[3:] and "1" in n[3:])
    assert numbers.parse(number[:3] + number[3:].replace("0", "O").replace("1", "l")) == number
    assert numbers.parse(number[:3] + number[3:].replace("0", "o").replace("1", "i")) == number


def test_one_wrong_character_is_caught():
    number = numbers.draw(Random(9))
    for place in range(3, 9):
        for sign in numbers.ALPHABET:
            if sign != number[place]:
                assert numbers.parse(number[:place] + sign + number[place + 1 :]) is None


def test_two_swapped_neighbours_are_caught_but_for_the_ends_of_the_alphabet():
    missed = total = 0
    for seed in range(300):
        number = numbers.draw(Random(seed))
        for place in range(3, 8):
            one, two = number[place], number[place + 1]
            if one != two:
                total += 1
                swapped = number[:place] + two + one + number[place + 2 :]
                missed += numbers.parse(swapped) is not None
    assert missed <= total * 0.005


def test_found_in_a_sentence():
    random = Random(2)
    first, second = numbers.draw(random), numbers.draw(random, prefix="IN")
    text = f"💬 {first} 李婷：还有{second}。XCD-AAAAAA KT260612-0003"
    assert numbers.find(text) == [first, second]


@pytest.mark.parametrize("text", ["", "CD-", "CD-UUUUUU", "20261120-0937", "hello", "CD-12345"])
def test_what_is_no_number(text):
    assert numbers.parse(text) is None
