"""People and places of the public XML: contacts, officials and locations."""

from typing import Any

from topline.formats.legacy_values import labels
from topline.formats.legacy_xml_elements import Path, Reading, Shape, Text, Within, parts
from topline.record.protocol import Contact, Location, Official

_NAME = {
    "first_name": Text("first_name"),
    "middle_name": Text("middle_name"),
    "last_name": Text("last_name"),
    "degrees": Text("degrees"),
}


def _take_name(values: dict[str, Any]) -> None:
    """Join the parts of a name as the registry prints them: first, middle, last, degrees."""
    first, middle, last, degrees = (values.pop(part, None) for part in _NAME)
    name = " ".join(part for part in (first, middle, last) if part)
    if degrees:
        name = f"{name}, {degrees}" if name else degrees
    if name:
        values["name"] = name


def _contact(reading: Reading, values: dict[str, Any], path: Path) -> Contact:
    _take_name(values)
    values.setdefault("role", "CONTACT")
    return Contact(**values)


def _official(reading: Reading, values: dict[str, Any], path: Path) -> Official:
    _take_name(values)
    return Official(**values)


CONTACT = Shape(
    Contact,
    {**_NAME, "phone": Text("phone"), "phone_ext": Text("phone_ext"), "email": Text("email")},
    finish=_contact,
)

_INVESTIGATOR = Shape(
    Contact, {**_NAME, "role": Text("role", labels("ContactRole"))}, finish=_contact
)

OFFICIAL = Shape(
    Official,
    {
        **_NAME,
        "role": Text("role", labels("OfficialRole")),
        "affiliation": Text("affiliation"),
    },
    finish=_official,
)

LOCATION = Shape(
    Location,
    {
        "facility": Within(
            {
                "name": Text("facility"),
                "address": Within(
                    {
                        "city": Text("city"),
                        "state": Text("state"),
                        "zip": Text("zip"),
                        "country": Text("country"),
                    }
                ),
            }
        ),
        "status": Text("status", labels("RecruitmentStatus")),
        "contact": parts("contacts", CONTACT),
        "contact_backup": parts("contacts", CONTACT),
        "investigator": parts("contacts", _INVESTIGATOR),
    },
)
