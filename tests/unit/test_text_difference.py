"""Two versions of a text, word by word."""

from hypothesis import given
from hypothesis import strategies as st

from topline.record.text_difference import text_pieces

texts = st.lists(st.sampled_from(["a", "b", "word", " ", "  ", ".", "1.5", "\n"]), max_size=30).map(
    "".join
)


@given(texts | st.text(max_size=40), texts | st.text(max_size=40))
def test_the_pieces_joined_are_the_two_texts(before: str, after: str) -> None:
    pieces = text_pieces(before, after)
    assert "".join(piece.before for piece in pieces) == before
    assert "".join(piece.after for piece in pieces) == after
    assert all(piece.before or piece.after for piece in pieces)


@given(texts)
def test_equal_texts_share_everything(text: str) -> None:
    assert all(piece.is_shared for piece in text_pieces(text, text))


def test_words_are_told_whole_and_together() -> None:
    pieces = text_pieces("all treated participants", "all randomized people")
    assert [(one.before, one.after) for one in pieces] == [
        ("all ", "all "),
        ("treated participants", "randomized people"),
    ]


def test_the_middle_of_texts_too_long_to_compare_is_told_as_one() -> None:
    before = "start " + "x y " * 2000 + "end"
    after = "start " + "z y " * 2000 + "end"
    first, middle, last = text_pieces(before, after)
    assert (first.before, last.before) == ("start ", " y end")
    assert not middle.is_shared


def test_a_number_is_told_whole() -> None:
    pieces = text_pieces("median 17.1 months", "median 18.1 months")
    assert [(one.before, one.after) for one in pieces if not one.is_shared] == [("17.1", "18.1")]
    (piece,) = text_pieces("1,234.5", "1,334.5")
    assert (piece.before, piece.after) == ("1,234.5", "1,334.5")
