"""What a format wants and a record does not hold: asked for by address, answered in a table.

A question is never answered by a guess. The table of questions is a CSV file with a column for the
values, which a person or a program fills in; what stays empty stays a question.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from os import PathLike
from pathlib import Path

from topline.errors import DocumentError, NotFoundError, OutputError, UsageError
from topline.formats.output import open_output
from topline.record.addresses import ANY, format_address, parse_address, pattern_of

UNKNOWN = "unknown"
"""The answer that a value is not known: the document is written without it, where it may be."""


COLUMNS = ("address", "field", "about", "accepted", "value", "source")
_MOST_BYTES = 64_000_000
_KINDS_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One value that a format wants and a record does not give.

    Attributes
    ----------
    address
        JSON Pointer of the part of the record that it belongs to.
    field
        Its name in the format.
    about
        What it is asked of, and why the record does not answer, in words.
    accepted
        What is an answer.
    common
        Whether one answer most likely holds for every part of the kind: the table then has one
        line for all of them.
    """

    address: str
    field: str
    about: str
    accepted: str
    common: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One value that was given.

    Attributes
    ----------
    address
        As of the question; ``*`` for a position in a list answers for all of them.
    field, value
        As of the question, and the value.
    place
        Where it was given: file and line.
    """

    address: str
    field: str
    value: str
    place: str


class Answers:
    """Answers to be found by address: the more exact address counts before one with ``*``.

    Parameters
    ----------
    given
        The answers.

    Raises
    ------
    DocumentError
        If two answer the same question differently.

    Examples
    --------
    >>> every = Answer(address="/a/*", field="deaths", value="0", place="1")
    >>> second = Answer(address="/a/1", field="deaths", value="2", place="2")
    >>> answers = Answers([every, second])
    >>> [answers.find(f"/a/{k}", "deaths").value for k in range(3)]
    ['0', '2', '0']
    """

    def __init__(self, given: Iterable[Answer]) -> None:
        self._exact: dict[tuple[str, str], Answer] = {}
        self._general: dict[tuple[str, str], Answer] = {}
        for answer in given:
            general = ANY in answer.address.split("/")
            found = self._general if general else self._exact
            earlier = found.setdefault((answer.address, answer.field), answer)
            if earlier.value != answer.value:
                raise DocumentError(
                    f"{answer.field} is answered twice: {earlier.value!r} and {answer.value!r}",
                    where=f"{answer.place}; {earlier.place}",
                    accepted="one answer to a question",
                    advice="delete one of the two lines",
                )

    def find(self, address: str, field: str) -> Answer | None:
        """Return the answer for a field of a part, or ``None``."""
        exact = self._exact.get((address, field))
        if exact is not None or not self._general:
            return exact
        return next(
            (
                found
                for pattern in _patterns(address)
                if (found := self._general.get((pattern, field))) is not None
            ),
            None,
        )

    def exact(self) -> Iterator[Answer]:
        """Give the answers that are for one part only."""
        yield from self._exact.values()


def read_answers(place: str | PathLike[str]) -> tuple[Answer, ...]:
    r"""Read a table of answers; a line whose value is empty answers nothing.

    Parameters
    ----------
    place
        A CSV file in UTF-8 with the columns ``address``, ``field`` and ``value``; others are for
        the reader of the table.

    Raises
    ------
    NotFoundError
        If there is no such file.
    DocumentError
        If it is not such a table.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "answers.csv")
    ...     _ = file.write_text("address,field,value\n/a/0,deaths,2\n/a/1,deaths,\n")
    ...     [(answer.address, answer.value) for answer in read_answers(file)]
    [('/a/0', '2')]
    """
    rows = csv.reader(io.StringIO(_text(Path(place)), newline=""))
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        _check_header(header, str(place))
        return tuple(_answers(header, rows, str(place)))
    except csv.Error as error:
        raise DocumentError(
            f"the table is not CSV: {error}",
            where=f"{place}, line {rows.line_num}",
            accepted=f"the columns {', '.join(COLUMNS)}",
        ) from error


def write_questions(questions: Sequence[Question], place: str | PathLike[str]) -> int:
    """Write the table of questions, with an empty column for the values.

    Parameters
    ----------
    questions
        Of one document.
    place
        A path, or ``-`` for standard output.

    Returns
    -------
    int
        How many lines are to be filled in.
    """
    table = questions_table(questions, {})
    with open_output(place) as stream:
        stream.write(table)
    return table.count(b"\n") - 1


def questions_table(
    questions: Sequence[Question], known: Mapping[tuple[str, str], tuple[str, str]]
) -> bytes:
    r"""Give the table of questions, with the answers that are known.

    Parameters
    ----------
    questions
        Of one document; those that are ``common`` take one line a kind.
    known
        Value and source by address and field.

    Examples
    --------
    >>> asked = [Question(address=f"/a/{k}", field="deaths", about="term", accepted="a count") for k in (0, 1)]
    >>> print(questions_table(asked, {("/a/1", "deaths"): ("2", "ADAE")}).decode(), end="")
    address,field,about,accepted,value,source
    /a/0,deaths,term,a count,,
    /a/1,deaths,term,a count,2,ADAE
    """
    lines: dict[tuple[str, str], Question] = {}
    for question in questions:
        address = pattern_of(question.address) if question.common else question.address
        lines.setdefault((address, question.field), question)
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for (address, field), question in lines.items():
        about = " ".join(question.about.split())
        known_here = known.get((address, field), ("", ""))
        table.writerow((address, field, about, question.accepted, *known_here))
    return text.getvalue().encode()


def unanswered(questions: Sequence[Question], format_title: str, place: str) -> OutputError:
    """Return the error that lists what is still missing, by kind, with every address.

    Examples
    --------
    >>> asked = [
    ...     Question(address=f"/events/{k}/stats/0", field="deaths", about="", accepted="a count")
    ...     for k in (0, 1, 2, 4)
    ... ]
    >>> print(unanswered(asked, "EudraCT XML", "a.json"))
    EudraCT XML wants 4 values that the record does not give
      deaths (4, each a count):
        /events/0-2,4/stats/0
      where: a.json
      to do: write the questions with `--ask FILE.csv`, fill in its column `value`, and give it with \
`--answers FILE.csv`
    """
    kinds: dict[tuple[str, str], list[str]] = {}
    for question in questions:
        kinds.setdefault((question.field, question.accepted), []).append(question.address)
    lines = []
    for (field, accepted), addresses in list(kinds.items())[:_KINDS_SHOWN]:
        lines.append(f"  {field} ({len(addresses)}, each {accepted}):")
        lines.extend(f"    {address}" for address in in_ranges(addresses))
    if len(kinds) > _KINDS_SHOWN:
        lines.append(f"  and {len(kinds) - _KINDS_SHOWN} more kinds")
    number = f"{len(questions)} value" + ("s" if len(questions) > 1 else "")
    return OutputError(
        f"{format_title} wants {number} that the record does not give\n" + "\n".join(lines),
        where=place,
        advice="write the questions with `--ask FILE.csv`, fill in its column `value`, and give it "
        "with `--answers FILE.csv`",
    )


def in_ranges(addresses: Iterable[str]) -> list[str]:
    """Write addresses that differ in positions as few, with the positions as ranges; none is left out.

    Examples
    --------
    >>> in_ranges(["/a/0/b/0", "/a/0/b/1", "/a/1/b/0", "/a/1/b/1", "/a/3/b/0"])
    ['/a/0-1/b/0-1', '/a/3/b/0']
    """
    rows: list[tuple[str, ...]] = list(dict.fromkeys(parse_address(one) for one in addresses))
    longest = max((len(tokens) for tokens in rows), default=0)
    for place in reversed(range(longest)):
        joined: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
        for tokens in rows:
            if place < len(tokens):
                around = (tokens[:place], tokens[place + 1 :])
                joined.setdefault(around, []).append(tokens[place])
            else:
                joined[tokens, ()] = []
        rows = [
            (*before, token, *after)
            for (before, after), middle in joined.items()
            for token in (_ranged(middle) if middle else ())
        ] + [before for (before, _), middle in joined.items() if not middle]
    return [format_address(tokens) for tokens in rows]


@lru_cache(maxsize=16)
def _patterns(address: str) -> tuple[str, ...]:
    """Write an address with ``*`` for some of its positions and for all, the most exact first."""
    choices = [(token, ANY) if token.isdecimal() else (token,) for token in address.split("/")]
    patterns = sorted(product(*choices), key=lambda tokens: tokens.count(ANY))
    return tuple("/".join(tokens) for tokens in patterns[1:])


def _ranged(tokens: list[str]) -> list[str]:
    """Write the positions among some tokens as one text of ranges; names stay as they are."""
    if not all(token.isdecimal() for token in tokens):
        return tokens
    ranges: list[list[int]] = []
    for number in sorted(map(int, tokens)):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return [",".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)]


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise DocumentError(
                f"the table is larger than {_MOST_BYTES:,} bytes",
                where=str(path),
                accepted="a table of answers for one study",
            )
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise NotFoundError(
            "there is no such file",
            where=str(path),
            advice="write the questions with `--ask`, and fill in the values",
        ) from None
    except OSError as error:
        raise NotFoundError(
            f"the file cannot be read: {error.strerror}", where=str(path)
        ) from error
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"the table is not UTF-8: byte {error.start} is {error.object[error.start]:#04x}",
            where=str(path),
            accepted="CSV in UTF-8",
            advice="save it as `CSV UTF-8`",
        ) from error


def _check_header(header: Sequence[str], place: str) -> None:
    wanted = ("address", "field", "value")
    if any(header.count(name) != 1 for name in wanted):
        raise DocumentError(
            f"the first line is {','.join(header)[:200]!r}",
            where=f"{place}, line 1",
            accepted=f"the columns {', '.join(COLUMNS)}, separated by commas",
            advice="write the questions with `--ask`, and fill in its column `value`",
        )


def _answers(header: Sequence[str], rows: Iterator[list[str]], place: str) -> Iterator[Answer]:
    columns = [header.index(name) for name in ("address", "field", "value")]
    for line, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise DocumentError(
                f"there are {len(row)} cells under {len(header)} columns",
                where=f"{place}, row {line}",
                accepted="as many cells as columns",
                advice='put a value that holds a comma in quotation marks: "a, b"',
            )
        address, field, value = (row[column].strip() for column in columns)
        if not value:
            continue
        where = f"{place}, row {line}"
        try:
            parse_address(address)
        except UsageError as error:
            raise DocumentError(
                f"{address[:200]!r} is no address", where=where, accepted=error.accepted
            ) from error
        yield Answer(address=address, field=field, value=value, place=where)
