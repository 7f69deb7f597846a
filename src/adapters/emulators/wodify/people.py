"""Seeded clients and leads."""

import random
from datetime import date, timedelta

from . import names
from .shapes import NO_DATE, NO_DATETIME, Client, Created, Lead, StatusChange, Updated
from .vocabulary import (
    CLIENT_STATUSES,
    CONVERTED,
    COUNTRIES,
    GENDERS,
    LEAD_SOURCES,
    LEAD_STATUSES,
    LOCATIONS,
    OWNERS,
    PROGRAMS,
    TIMEZONES,
)

CLIENT_STATUS_WEIGHTS = (40, 46, 5, 6, 3)
LEAD_STATUS_WEIGHTS = (30, 22, 10, 10, 15, 10, 3)
NOTES = ("", "", "Rückruf nach 18 Uhr", "Knee injury – no box jumps", "Kommt über die Firma", "Mag Yoga & Kraft")
INTERESTS = ("CrossFit Basics", "Personal Training", "Probetraining am Samstag?", "Open Gym early mornings", "")
GERMANY, BERLIN = 49, 701


def new_client(rng: random.Random, key: int, today: date) -> Client:
    """A client without memberships yet, somewhere in the life of a gym that opened eight years before ``today``."""
    first, last = names.person(rng)
    status = rng.choices(tuple(CLIENT_STATUSES), CLIENT_STATUS_WEIGHTS)[0]
    location = rng.choice(LOCATIONS)
    program, gender, owner = rng.choice(tuple(PROGRAMS)), rng.choice(tuple(GENDERS)), rng.choice(tuple(OWNERS))
    joined = today - timedelta(days=rng.randrange(8, 8 * 365))
    seen = rng.randrange(0, (today - joined).days) if rng.random() < 0.9 else None  # noqa: PLR2004 -- a tenth never came
    entered = moment(joined, rng)
    attendance = moment(today - timedelta(days=seen), rng) if seen is not None else NO_DATETIME
    return Client(
        id=key,
        first_name=first,
        last_name=last,
        email=names.email(rng, first, last),
        phone_number=names.phone(rng),
        client_status_id=status,
        client_status=CLIENT_STATUSES[status],
        location_id=location.id,
        location=location.name,
        default_program_id=program,
        default_program=PROGRAMS[program],
        date_of_birth=birthday(rng, today),
        gender_id=gender,
        gender=GENDERS[gender],
        street_address_1=f"{rng.choice(names.STREETS)} {rng.randrange(1, 180)}",
        city=location.city,
        zipcode=f"04{rng.randrange(100, 360)}",
        country_id=GERMANY,
        country=COUNTRIES[GERMANY],
        timezone_id=BERLIN,
        timezone=TIMEZONES[BERLIN],
        is_email_subscribed=rng.random() < 0.7,  # noqa: PLR2004 -- a share
        is_sms_subscribed=rng.random() < 0.3,  # noqa: PLR2004 -- a share
        tags=["Firmenfitness"] if key % 11 == 0 else [],
        notes=rng.choice(NOTES),
        created=Created(created_by_id=owner, created_by=OWNERS[owner], created_on_datetime=entered),
        updated=Updated(updated_by_id=owner, updated_by=OWNERS[owner], updated_on_datetime=entered),
        status_history=[
            StatusChange(to_status_id=status, to_status=CLIENT_STATUSES[status], status_change_datetime=entered)
        ],
        last_attendance=attendance,
        days_since_last_attended=seen or 0,
        member_since=joined.isoformat(),
        is_at_risk=seen is not None and seen > 21,  # noqa: PLR2004 -- three weeks away
        client_owner_id=owner,
        client_owner=OWNERS[owner],
        total_class_sign_ins=rng.randrange(1, 600) if seen is not None else 0,
        last_class_sign_in=attendance,
    )


def new_lead(rng: random.Random, key: int, today: date) -> Lead:
    """A lead of the year before ``today``."""
    first, last = names.person(rng)
    status = rng.choices(tuple(LEAD_STATUSES), LEAD_STATUS_WEIGHTS)[0]
    location, source = rng.choice(LOCATIONS), rng.choice(tuple(LEAD_SOURCES))
    entered = moment(today - timedelta(days=rng.randrange(1, 365)), rng)
    return Lead(
        id=key,
        first_name=first,
        last_name=last,
        email=names.email(rng, first, last),
        lead_status_id=status,
        lead_status=LEAD_STATUSES[status],
        location_id=location.id,
        location=location.name,
        phone_number=names.phone(rng),
        notes=rng.choice(INTERESTS),
        is_converted_to_client=status == CONVERTED,
        lead_source_id=source,
        lead_source=LEAD_SOURCES[source],
        is_email_subscribed=rng.random() < 0.5,  # noqa: PLR2004 -- a share
        lead_owner_id=rng.choice(tuple(OWNERS)),
        created=Created(created_on_datetime=entered),
        updated=Updated(updated_on_datetime=entered),
    )


def adopt_lead(client: Client, lead: Lead) -> None:
    """Make ``client`` the one that ``lead`` was converted to."""
    client.first_name, client.last_name = lead.first_name, lead.last_name
    client.email, client.phone_number = lead.email, lead.phone_number
    client.lead_id, client.is_converted_from_lead = lead.id, True
    client.lead_source_id, client.lead_source = lead.lead_source_id, lead.lead_source


def moment(day: date, rng: random.Random) -> str:
    """Some time of ``day`` within opening hours."""
    return f"{day.isoformat()}T{rng.randrange(6, 22):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"


def birthday(rng: random.Random, today: date) -> str:
    """A day 16 to 70 years ago; unknown for one in ten."""
    if rng.randrange(10) == 0:
        return NO_DATE
    return (today - timedelta(days=rng.randrange(16 * 365, 70 * 365))).isoformat()
