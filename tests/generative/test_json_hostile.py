"""Whatever bytes come: they are read whole, or refused; never in part, never with another error."""

import io
import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from topline.errors import DocumentError, LimitError
from topline.formats.api_json import encode, read
from topline.formats.limits import Limits
from topline.formats.source import Source

TOKENS = (
    *("{", "}", "[", "]", ":", ",", '"', "\\", "\n", " ", "{}", "[{}]", '"":', "{}\n{}", "\ufeff"),
    *('"hasResults"', "true", "null", "NaN", "1", "-0", "1e999", "9" * 30, '"\\ud800"', "\0", "é"),
    *(
        '"protocolSection":',
        '"conditionsModule":',
        '"conditions":',
        '["a"]',
        '"new":',
        '"\\u0022:"',
    ),
    *('{"hasResults":true}', '{"studies":[', '],"nextPageToken":"a"}', '"totalCount":1,', "\x85"),
)


def read_or_refuse(data: bytes) -> list[Any] | None:
    source = Source("a.json", io.BytesIO(data), Limits(study_bytes=5000, depth=20))
    try:
        return [json.loads(encode(document)) for document in read(source)]
    except (DocumentError, LimitError):
        return None


@settings(max_examples=400)
@given(tokens=st.lists(st.sampled_from(TOKENS), max_size=14))
@example(tokens=['{"studies":[', "{}", '],"nextPageToken":"a"}'])
def test_what_is_read_is_what_another_parser_reads(tokens: list[str]) -> None:
    data = "".join(tokens).encode()
    found = read_or_refuse(data)
    if found is None:
        return
    try:
        tree = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        return  # several documents, one after the other
    if isinstance(tree, dict):
        tree = tree.get("studies", [tree])
    assert found == tree


@settings(max_examples=400)
@given(data=st.binary(max_size=60), in_text=st.booleans())
def test_any_bytes(data: bytes, in_text: bool) -> None:
    found = read_or_refuse(b'{"hasResults":true,"new":"' + data + b'"}' if in_text else data)
    assert found is None or not in_text or found[0]["hasResults"] is True
