"""Answers to whatever a form asks: unknown where it can go without, else what a test can say."""

from dataclasses import replace

from topline.formats.answers import UNKNOWN, Answer, Question
from topline.formats.document import Document
from topline.formats.format import Asker
from topline.record.addresses import pattern_of


def answered(document: Document, asks: Asker) -> tuple[Document, int]:
    """Answer every question; give the document with its answers, and how many questions there were."""
    given = {}
    asked = asks(document)
    for question in asked:
        address = question.address if question.field == "title" else pattern_of(question.address)
        given[address, question.field] = Answer(
            address=address, field=question.field, value=_answer(question), place="test"
        )
    return replace(document, answers=tuple(given.values())), len(asked)


def _answer(question: Question) -> str:
    if question.field == "organSystem/version":
        # Without the system itself there is no version of it, and a form that may go without is answered so.
        return UNKNOWN if question.accepted.endswith(UNKNOWN) else "22"
    if question.field == "title":
        return "Group " + question.address.rpartition("/")[2]
    if question.field == "dictionaryOverridden":
        return "true"
    return UNKNOWN
