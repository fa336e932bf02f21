from __future__ import annotations

from handlers.policy.toml_lines import lines

TEXT = '''# a comment with key = 1
top = "x"

[a.b]  # a table
c = 1
"d.e" = [
    "f = 1",  # [not a table]
    "g",
]
h = """
[no.table]
no = 1
"""
i.j = { k = 1, l = "}" }
m = [
    { n = 1 },
    { o = 2 },
]
[[p]]
q = '[r'
s = 3
'''


def test_keys_stand_on_the_line_that_names_them():
    found = lines(TEXT)
    assert found == {
        ("top",): 2,
        ("a",): 4,
        ("a", "b"): 4,
        ("a", "b", "c"): 5,
        ("a", "b", "d.e"): 6,
        ("a", "b", "h"): 10,
        ("a", "b", "i"): 14,
        ("a", "b", "i", "j"): 14,
        ("a", "b", "i", "j", "k"): 14,
        ("a", "b", "i", "j", "l"): 14,
        ("a", "b", "m"): 15,
        ("a", "b", "m", "n"): 16,
        ("a", "b", "m", "o"): 17,
        ("p",): 19,
        ("p", "q"): 20,
        ("p", "s"): 21,
    }


def test_the_first_place_counts():
    assert lines("[a.b]\nx = 1\n[a]\ny = 1\n")[("a",)] == 1
