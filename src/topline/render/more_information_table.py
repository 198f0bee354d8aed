"""Limitations, the agreement with investigators and whom to ask."""

from topline.record.results import CertainAgreement, MoreInfoModule, PointOfContact
from topline.render.table_model import Fact, ModuleTables, Section
from topline.render.table_parts import facts

ADDRESS = "/resultsSection/moreInfoModule"
_RESTRICTIONS = {
    "LTE60": "The sponsor can review results communications and embargo them for at most 60 days",
    "GT60": (
        "The sponsor can review results communications and embargo them for more than 60 days, "
        "at most 180"
    ),
    "OTHER": "Other agreement",
}


def more_information_tables(module: MoreInfoModule) -> ModuleTables:
    """Return limitations, agreements and contact: facts, without tables.

    Examples
    --------
    >>> agreement = CertainAgreement(pi_sponsor_employee=False, restrictive_agreement=True)
    >>> more = more_information_tables(MoreInfoModule(certain_agreement=agreement))
    >>> [(fact.label, fact.text) for fact in more.sections[0].facts]
    [('Investigators employed by the sponsor', 'No'), ('Restrictive agreement', 'Yes')]
    """
    sections: list[Section] = []
    limitations = module.limitations_and_caveats
    if limitations is not None:
        address = f"{ADDRESS}/limitationsAndCaveats"
        sections.append(
            Section(
                key="limitations",
                title="Limitations and caveats",
                address=address,
                facts=facts(address, (("Limitations", "description", limitations.description),)),
            )
        )
    if module.certain_agreement is not None:
        sections.append(_agreement(module.certain_agreement, f"{ADDRESS}/certainAgreement"))
    if module.point_of_contact is not None:
        sections.append(_contact(module.point_of_contact, f"{ADDRESS}/pointOfContact"))
    return ModuleTables(
        key="more-information",
        title="More information",
        address=ADDRESS,
        sections=tuple(sections),
    )


def _yes(flag: bool | None) -> str | None:
    return None if flag is None else "Yes" if flag else "No"


def _agreement(posted: CertainAgreement, address: str) -> Section:
    restriction = posted.restriction_type
    found: tuple[Fact, ...] = facts(
        address,
        (
            (
                "Investigators employed by the sponsor",
                "piSponsorEmployee",
                _yes(posted.pi_sponsor_employee),
            ),
            ("Restrictive agreement", "restrictiveAgreement", _yes(posted.restrictive_agreement)),
            (
                "Restriction",
                "restrictionType",
                None if restriction is None else _RESTRICTIONS.get(restriction, restriction),
            ),
            ("Details", "otherDetails", posted.other_details),
        ),
    )
    return Section(key="agreement", title="Certain agreement", address=address, facts=found)


def _contact(posted: PointOfContact, address: str) -> Section:
    return Section(
        key="contact",
        title="Point of contact",
        address=address,
        facts=facts(
            address,
            (
                ("Name or title", "title", posted.title),
                ("Organization", "organization", posted.organization),
                ("Telephone", "phone", posted.phone),
                ("Extension", "phoneExt", posted.phone_ext),
                ("E-mail", "email", posted.email),
            ),
        ),
    )
