"""The one study of a document that holds no more than one."""

from collections.abc import Iterable

from topline.errors import DocumentError
from topline.formats.document import Document


def single_document(documents: Iterable[Document], format: str) -> Document:
    """Return the only document there is: a filed document speaks of one study.

    Parameters
    ----------
    documents
        What is to be written.
    format
        The name of the format, for the errors.

    Raises
    ------
    DocumentError
        If there is none, or more than one.
    """
    found = iter(documents)
    first = next(found, None)
    if first is None:
        raise DocumentError("there is no study to write", accepted="one study")
    second = next(found, None)
    if second is not None:
        numbers = [number for one in (first, second) if (number := one.study.identification.nct_id)]
        such = f", such as {numbers[0]}" if numbers else ""
        raise DocumentError(
            f"there is more than one study, and a document of {format} is filed for one",
            where=f"{first.place}; {second.place}",
            accepted="one study",
            advice=f"choose one by its NCT number{such}: --study NCT_ID",
        )
    return first
