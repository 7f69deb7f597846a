"""The lists a gym keeps in its settings: statuses, branches, sources, packages. Every emulated gym has the same."""

from collections.abc import Mapping

from .shapes import Commitment, Location, Template

CLIENT_STATUSES: Mapping[int, str] = {1: "Active", 2: "Inactive", 3: "Suspended", 4: "Pending", 5: "Drop-In"}
ACTIVE, INACTIVE, SUSPENDED = 1, 2, 3
LEAD_STATUSES: Mapping[int, str] = {
    10: "New",
    11: "Contacted",
    12: "Qualified",
    13: "Trial Booked",
    14: "Converted",
    15: "Lost",
    16: "Wiedervorlage",
}
NEW_LEAD, CONVERTED = 10, 14
LEAD_SOURCES: Mapping[int, str] = {90: "Website", 91: "Walk-In", 92: "Instagram", 93: "Empfehlung", 94: "Google"}
GENDERS: Mapping[int, str] = {1: "Male", 2: "Female", 3: "Not specified"}
COUNTRIES: Mapping[int, str] = {49: "Germany", 43: "Austria", 44: "United Kingdom"}
PROGRAMS: Mapping[int, str] = {301: "CrossFit", 302: "Open Gym", 303: "Yoga"}
OWNERS: Mapping[int, str] = {501: "Jana Weber", 502: "Tom Baker"}
TIMEZONES: Mapping[int, str] = {701: "Europe/Berlin"}

LOCATIONS = (
    Location(id=20, name="Halle Ost", city="Leipzig", country="Germany", timezone="Europe/Berlin"),
    Location(id=21, name="Süd", city="Leipzig", country="Germany", timezone="Europe/Berlin"),
)
LOCATION_NAMES: Mapping[int, str] = {location.id: location.name for location in LOCATIONS}

# Fields that take an id, the text shown beside each, and the list the id must be in.
CLIENT_LABELS: Mapping[str, tuple[str, Mapping[int, str]]] = {
    "client_status_id": ("client_status", CLIENT_STATUSES),
    "location_id": ("location", LOCATION_NAMES),
    "default_program_id": ("default_program", PROGRAMS),
    "gender_id": ("gender", GENDERS),
    "country_id": ("country", COUNTRIES),
    "timezone_id": ("timezone", TIMEZONES),
    "lead_source_id": ("lead_source", LEAD_SOURCES),
    "client_owner_id": ("client_owner", OWNERS),
}
LEAD_LABELS: Mapping[str, tuple[str, Mapping[int, str]]] = {
    "lead_status_id": ("lead_status", LEAD_STATUSES),
    "location_id": ("location", LOCATION_NAMES),
    "gender_id": ("gender", GENDERS),
    "country_id": ("country", COUNTRIES),
    "lead_source_id": ("lead_source", LEAD_SOURCES),
}

CLASS_PLAN, CLASS_PACK, APPOINTMENT_PACK = "Class Plan", "Class Pack", "Appointment Pack"


def _package(number: int, name: str, kind: str, price: float, length: int, unit: str = "Month(s)") -> Template:
    commitment = Commitment(length=length, time_unit=unit)
    return Template(id=number, name=name, membership_type=kind, price=price, currency="EUR", commitment=commitment)


TEMPLATES = (
    _package(801, "Unlimited 12 Monate", CLASS_PLAN, 99.0, 1, "Year(s)"),
    _package(802, "Unlimited monatlich", CLASS_PLAN, 129.0, 1),
    _package(803, "3x pro Woche", CLASS_PLAN, 89.5, 6),
    _package(804, "Student Unlimited", CLASS_PLAN, 69.0, 6),
    _package(805, "Probemonat", CLASS_PLAN, 0.0, 4, "Week(s)"),
    _package(806, "10er-Karte", CLASS_PACK, 140.0, 6),
    _package(807, "Personal Training 5er", APPOINTMENT_PACK, 350.0, 3),
)
