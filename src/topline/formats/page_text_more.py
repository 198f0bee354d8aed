"""The additional information of a page: limitations, contact, and the agreement.

The site prints the agreement as two lines. Both stand on the seed page of this form, though no
record of the registry answers both with yes (it asks for restrictions only where the investigator
is no employee); they are read as they stand.
"""

from topline.formats.page_text_fields import Labelled
from topline.formats.page_text_labels import (
    AGREEMENT_DETAILS,
    AGREEMENTS,
    CONTACT,
    EMAIL,
    EMPLOYEE,
    EXCERPT_END,
    EXTENSION,
    LIMITATIONS,
    MORE,
    NO_MORE,
    ORGANIZATION,
    PHONE,
    RESTRICTED,
    RESTRICTION_TYPE,
)
from topline.formats.page_text_layout import Page
from topline.formats.page_text_lines import Block
from topline.formats.page_text_notes import Notes
from topline.record.results import (
    CertainAgreement,
    LimitationsAndCaveats,
    MoreInfoModule,
    PointOfContact,
)

ADDRESS = "/resultsSection/moreInfoModule"
_TEXT = Labelled((LIMITATIONS, CONTACT, ORGANIZATION, PHONE, EXTENSION, EMAIL), AGREEMENTS, NO_MORE)
_AGREEMENT = Labelled((RESTRICTION_TYPE, AGREEMENT_DETAILS), EXCERPT_END)
_UNLABELLED = "text without a label"
_UNLABELLED_REASON = "the page does not say what this text is"
_DETAILS = {
    "employee": ("text behind the investigator's line", EMPLOYEE),
    "restricted": ("text behind the restrictions' line", RESTRICTED),
}
_DETAILS_REASON = "the record has no place for what stands behind this line"


def read_more(page: Page, notes: Notes) -> MoreInfoModule | None:
    """Read the additional information; texts without a label are set aside in ``notes``."""
    empty = Block(1, ())
    fields = _TEXT.read(page.more_text or empty)
    _set_aside(fields.opening, ADDRESS, notes)
    texts = fields.texts
    agreement = _AGREEMENT.read(page.agreement_text or empty)
    _set_aside(agreement.opening, f"{ADDRESS}/certainAgreement", notes)
    certain_agreement = CertainAgreement(
        pi_sponsor_employee=_answer("employee", page.employee, notes),
        restriction_type=agreement.texts.get(RESTRICTION_TYPE),
        restrictive_agreement=_answer("restricted", page.restricted, notes),
        other_details=agreement.texts.get(AGREEMENT_DETAILS),
    )
    contact = PointOfContact(
        title=texts.get(CONTACT),
        organization=texts.get(ORGANIZATION),
        email=texts.get(EMAIL),
        phone=texts.get(PHONE),
        phone_ext=texts.get(EXTENSION),
    )
    limitations = LimitationsAndCaveats(description=texts.get(LIMITATIONS))
    module = MoreInfoModule(
        limitations_and_caveats=None if limitations == LimitationsAndCaveats() else limitations,
        certain_agreement=None if certain_agreement == CertainAgreement() else certain_agreement,
        point_of_contact=None if contact == PointOfContact() else contact,
    )
    return None if module == MoreInfoModule() else module


def more_lines(module: MoreInfoModule | None, notes: Notes) -> list[str]:
    """Write the additional information."""
    kept = notes.get(ADDRESS, _UNLABELLED)
    kept_agreement = notes.get(f"{ADDRESS}/certainAgreement", _UNLABELLED)
    if module is None and kept is None and kept_agreement is None:
        return [MORE, NO_MORE]
    module = module or MoreInfoModule()
    agreement = module.certain_agreement or CertainAgreement()
    contact = module.point_of_contact or PointOfContact()
    limitations = module.limitations_and_caveats or LimitationsAndCaveats()
    return [
        MORE,
        *_TEXT.opening_lines(kept),
        *_TEXT.lines(
            {
                LIMITATIONS: limitations.description,
                CONTACT: contact.title,
                ORGANIZATION: contact.organization,
                PHONE: contact.phone,
                EXTENSION: contact.phone_ext,
                EMAIL: contact.email,
            }
        ),
        AGREEMENTS,
        _answer_line("employee", agreement.pi_sponsor_employee, notes),
        _answer_line("restricted", agreement.restrictive_agreement, notes),
        *_AGREEMENT.opening_lines(kept_agreement),
        *_AGREEMENT.lines(
            {
                RESTRICTION_TYPE: agreement.restriction_type,
                AGREEMENT_DETAILS: agreement.other_details,
            }
        ),
    ]


def _set_aside(opening: tuple[str, ...], address: str, notes: Notes) -> None:
    if opening:
        notes.add(address, _UNLABELLED, "\n".join(opening), _UNLABELLED_REASON)


def _answer(question: str, line: str | None, notes: Notes) -> bool | None:
    if line is None:
        return None
    field, answers = _DETAILS[question]
    for answer, text in answers.items():
        if line.startswith(text):
            if line != text:
                notes.add(f"{ADDRESS}/certainAgreement", field, line[len(text) :], _DETAILS_REASON)
            return answer
    return None


def _answer_line(question: str, answer: bool | None, notes: Notes) -> str:
    field, answers = _DETAILS[question]
    return answers[answer] + (notes.get(f"{ADDRESS}/certainAgreement", field) or "")
