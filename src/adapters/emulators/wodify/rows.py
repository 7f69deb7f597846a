"""Seeded membership rows, with the contradictions that live data has: flags and dates often disagree."""

import random
from datetime import date, timedelta

from .shapes import NO_DATE, Membership, PaymentPlan, Template
from .vocabulary import CLASS_PLAN, TEMPLATES

UNIT_DAYS = {"Week(s)": 7, "Month(s)": 30, "Year(s)": 365}
PACKAGE_WEIGHTS = (30, 18, 14, 10, 8, 14, 6)


def payment_plan(template: Template) -> PaymentPlan:
    """The plan that comes with a package: class plans renew by the month, packs do not."""
    renews = template.membership_type == CLASS_PLAN
    return PaymentPlan(
        payment_plan_name=template.name,
        initial_commitment_length=template.commitment.length,
        initial_commitment_time_unit=template.commitment.time_unit,
        renewal_commitment_length=1 if renews else 0,
        renewal_commitment_time_unit="Month(s)" if renews else "",
        is_auto_renew=renews,
    )


def commitment_days(template: Template) -> int:
    """Length of a package's first term, months counted as 30 days."""
    return template.commitment.length * UNIT_DAYS[template.commitment.time_unit]


def new_row(key: int, client_id: int, template: Template, start: date) -> Membership:
    """A membership as it is on the day it is sold, not yet active."""
    return Membership(
        id=key,
        client_id=client_id,
        name=template.name,
        membership_type=template.membership_type,
        does_membership_expire=template.membership_type != CLASS_PLAN,
        start_date=start.isoformat(),
        expiration_date=(start + timedelta(days=commitment_days(template))).isoformat(),
        payment_plan=payment_plan(template),
    )


def active_row(rng: random.Random, key: int, client_id: int, nth: int, today: date) -> Membership:
    """The ``nth`` row with ``is_active``: of 20, one has expired, one starts later, two have their end scheduled."""
    template = rng.choices(TEMPLATES, PACKAGE_WEIGHTS)[0]
    term = commitment_days(template)
    since = rng.randrange(1, term)
    terms_before = rng.randrange(0, 5) if template.membership_type == CLASS_PLAN else 0
    row = new_row(key, client_id, template, today - timedelta(days=since + terms_before * term))
    row.is_active, row.has_been_renewed = True, terms_before > 0
    row.expiration_date = _in_days(today, term - since)
    match nth % 20:
        case 3:
            row.expiration_date = _in_days(today, -rng.randrange(1, 60))
            row.does_membership_expire, row.payment_plan.is_auto_renew = True, False
        case 8:
            row.start_date = _in_days(today, rng.randrange(3, 40))
            row.expiration_date = _in_days(today, 40 + term)
        case 13 | 17:
            row.scheduled_deactivation_date = _in_days(today, rng.randrange(1, 90))
    return row


def past_row(rng: random.Random, key: int, client_id: int, nth: int, today: date) -> Membership:
    """The ``nth`` row without ``is_active``: of 40, one is in force by its dates, one starts later, two are deleted."""
    template = rng.choices(TEMPLATES, PACKAGE_WEIGHTS)[0]
    ended = rng.randrange(1, 7 * 365)
    start = today - timedelta(days=ended + commitment_days(template))
    row = new_row(key, client_id, template, start)
    row.end_date = row.expiration_date
    match nth % 40:
        case 5:
            row.start_date, row.end_date = _in_days(today, -20), NO_DATE
            row.expiration_date = _in_days(today, 70)
        case 12:
            row.start_date, row.end_date = _in_days(today, rng.randrange(3, 60)), NO_DATE
            row.expiration_date = _in_days(today, 60 + commitment_days(template))
        case 19 | 33:
            row.is_deleted = True
        case 26:
            row.scheduled_deactivation_date = row.end_date
    return row


def _in_days(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()
