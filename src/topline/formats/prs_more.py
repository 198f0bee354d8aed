"""Certain agreement, limitations and caveats and the point of contact in the registry's upload."""

from collections.abc import Mapping
from typing import TypeVar

from topline.formats.prs_codes import RESTRICTION, yes_no
from topline.formats.prs_elements import (
    Element,
    Reading,
    Writing,
    add,
    add_if,
    children,
    text,
    texts_of,
)
from topline.formats.prs_measures import read_flag
from topline.record.results import (
    CertainAgreement,
    LimitationsAndCaveats,
    MoreInfoModule,
    PointOfContact,
)

ADDRESS = "/resultsSection/moreInfoModule"
_AGREEMENT_ADDRESS = f"{ADDRESS}/certainAgreement"
_LIMITATIONS_ADDRESS = f"{ADDRESS}/limitationsAndCaveats"
_CONTACT_ADDRESS = f"{ADDRESS}/pointOfContact"

AnyPart = TypeVar("AnyPart", CertainAgreement, LimitationsAndCaveats, PointOfContact)

_AGREEMENT = ("otherDetails", "piSponsorEmployee", "restrictionType", "restrictiveAgreement")
_LIMITATIONS = ("description",)
_CONTACT = {
    "email": "email",
    "organizationName": "organization",
    "phoneExtension": "phone_ext",
    "phoneNumber": "phone",
    "title": "title",
}


def read_more(found: Mapping[str, Element], reading: Reading) -> MoreInfoModule | None:
    """Read what of the three the results hold; ``None`` if nothing."""
    contact = found.get("pointOfContact")
    limitations = found.get("limitationsAndCaveats")
    module = MoreInfoModule(
        limitations_and_caveats=_or_none(
            LimitationsAndCaveats(
                description=text(
                    children(limitations, _LIMITATIONS, _LIMITATIONS_ADDRESS, reading).get(
                        "description"
                    )
                )
            )
            if limitations is not None
            else None
        ),
        certain_agreement=_or_none(_read_agreement(found.get("certainAgreement"), reading)),
        point_of_contact=_or_none(
            PointOfContact(
                **texts_of(children(contact, tuple(_CONTACT), _CONTACT_ADDRESS, reading), _CONTACT)
            )
            if contact is not None
            else None
        ),
    )
    return None if module == MoreInfoModule() else module


def write_agreement_and_limitations(
    parent: Element, module: MoreInfoModule | None, writing: Writing
) -> None:
    """Write the agreement and the limitations: they stand together, before the outcome measures."""
    agreement = module.certain_agreement if module is not None else None
    if agreement is not None:
        element = add(parent, "certainAgreement")
        add_if(element, "otherDetails", agreement.other_details)
        add_if(element, "piSponsorEmployee", yes_no(agreement.pi_sponsor_employee))
        add_if(element, "restrictionType", RESTRICTION.text_of(agreement.restriction_type))
        add_if(element, "restrictiveAgreement", yes_no(agreement.restrictive_agreement))
        writing.give_back(element, _AGREEMENT_ADDRESS, _AGREEMENT)
    limitations = module.limitations_and_caveats if module is not None else None
    if limitations is not None:
        element = add(parent, "limitationsAndCaveats")
        add_if(element, "description", limitations.description)


def write_contact(parent: Element, module: MoreInfoModule | None) -> None:
    """Write the point of contact, if there is one."""
    contact = module.point_of_contact if module is not None else None
    if contact is not None:
        element = add(parent, "pointOfContact")
        for name, field in _CONTACT.items():
            add_if(element, name, getattr(contact, field))


def _read_agreement(element: Element | None, reading: Reading) -> CertainAgreement | None:
    if element is None:
        return None
    found = children(element, _AGREEMENT, _AGREEMENT_ADDRESS, reading)
    return CertainAgreement(
        other_details=text(found.get("otherDetails")),
        pi_sponsor_employee=read_flag(found.get("piSponsorEmployee"), _AGREEMENT_ADDRESS, reading),
        restriction_type=RESTRICTION.code_of(text(found.get("restrictionType"))),
        restrictive_agreement=read_flag(
            found.get("restrictiveAgreement"), _AGREEMENT_ADDRESS, reading
        ),
    )


def _or_none(part: AnyPart | None) -> AnyPart | None:
    """Return nothing for a part that says nothing: the schema's elements may stand empty."""
    return None if part is None or part == type(part)() else part
