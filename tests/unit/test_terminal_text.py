"""What a record says must not steer the terminal that shows it."""

import json

import pytest

from topline.render.terminal_text import plain, plain_json


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Kaplan–Meier ≥ 12 µg, 東京", "Kaplan–Meier ≥ 12 µg, 東京"),
        ("a\nb", "a\nb"),
        ("a\r\nb", "a\nb"),
        ("a\rb", "a\\rb"),
        ("a\tb\N{NO-BREAK SPACE}c\N{THIN SPACE}d", "a b c d"),
        ("\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}evil", "\\u202eevil"),
        ("\N{ZERO WIDTH SPACE}", "\\u200b"),
        ("\udcff", "\\udcff"),
    ],
)
def test_only_what_prints_reaches_the_terminal(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    "text", ["\x9b31m", "\x7f", "\N{RIGHT-TO-LEFT OVERRIDE}", "\U000e0001", "plain", "\n\t\x1b"]
)
def test_json_means_the_same_afterwards(text: str) -> None:
    shown = plain_json(json.dumps({"a": text}, ensure_ascii=False, indent=1))
    assert json.loads(shown) == {"a": text}
    assert all(char.isprintable() or char == "\n" for char in shown)
