"""Lines of keys and values, in every way TOML has to write them."""

import pytest

from tasks.files.positions import Lines

TEXT = """\
# Comment
name = "x"

answers = ["a", # the first
  "b"]
decide = { q = ["'", "x"], r.s = [1] }
[words]
noun = [
  "a",
  '''
b''',

  "c",
]
"odd = name".x = 3
[templates.inner]
y = [[1], [
  2]]
[[task]]
name = "one"
[[task]]
name = "two"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("answers",), 4),
        (("answers", 0), 4),
        (("answers", 1), 5),
        (("decide", "q", 1), 6),
        (("decide", "r", "s", 0), 6),
        (("words",), 7),
        (("words", "noun", 0), 9),
        (("words", "noun", 1), 10),
        (("words", "noun", 2), 13),
        (("words", "odd = name", "x"), 15),
        (("templates",), 16),
        (("templates", "inner", "y", 1), 17),
        (("templates", "inner", "y", 1, 0), 18),
        (("task", 0, "name"), 20),
        (("task", 1, "name"), 22),
    ],
)
def test_keys_and_values_have_lines(path: tuple[str | int, ...], line: int) -> None:
    assert Lines(TEXT).of(*path) == line


@pytest.mark.parametrize(
    ("path", "line"), [(("words", "noun", 9), 8), (("words", "verb"), 7), (("nothing", 1), 1)]
)
def test_what_is_not_there_has_the_line_around_it(path: tuple[str | int, ...], line: int) -> None:
    assert Lines(TEXT).of(*path) == line


def test_text_beyond_ascii_does_not_move_lines() -> None:
    assert Lines('a = "é…\U0001f600"\r\nb = 1\r\n').of("b") == 2
