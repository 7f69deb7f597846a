"""Members and leads."""

from ....application.search import search_text
from ....domain.leads.lead import Lead
from ....domain.leads.stage import Stage
from ....domain.membership.member import Member
from ....domain.membership.status import Status
from .values import Row, email, phone

_STATUS = {s.value: s for s in Status}
_STAGE = {s.value: s for s in Stage}


def member_row(m: Member) -> Row:
    """To write."""
    first, last, mail, number = m.first_name, m.last_name, m.email, m.phone
    raw_mail = mail.raw if mail is not None else None
    raw_phone, e164 = (number.raw, number.e164) if number is not None else (None, None)
    return (
        m.tenant_id,
        m.id,
        first,
        last,
        raw_mail,
        raw_phone,
        e164,
        m.status.value,
        m.status_text,
        m.location,
        m.joined_on,
        m.born_on,
        m.street,
        m.postcode,
        m.city,
        m.country,
        m.email_opt_in,
        m.sms_opt_in,
        m.created_at,
        m.updated_at,
        m.version,
        first.casefold(),
        last.casefold(),
        mail.canonical if mail is not None else None,
        search_text(f"{first} {last}", raw_mail, raw_phone, e164),
    )


def member(row: Row) -> Member:
    """As read."""
    return Member(
        tenant_id=row[0],
        id=row[1],
        first_name=row[2],
        last_name=row[3],
        email=email(row[4]),
        phone=phone(row[5], row[6]),
        status=_STATUS[row[7]],
        status_text=row[8],
        location=row[9],
        joined_on=row[10],
        born_on=row[11],
        street=row[12],
        postcode=row[13],
        city=row[14],
        country=row[15],
        email_opt_in=row[16],
        sms_opt_in=row[17],
        created_at=row[18],
        updated_at=row[19],
        version=row[20],
    )


def lead_row(lead: Lead) -> Row:
    """To write."""
    first, last, mail, number = lead.first_name, lead.last_name, lead.email, lead.phone
    raw_mail = mail.raw if mail is not None else None
    raw_phone, e164 = (number.raw, number.e164) if number is not None else (None, None)
    return (
        lead.tenant_id,
        lead.id,
        first,
        last,
        raw_mail,
        raw_phone,
        e164,
        lead.stage.value,
        lead.stage_text,
        lead.source,
        lead.interested_in,
        lead.message,
        lead.notes,
        lead.location,
        lead.member_id,
        lead.created_at,
        lead.updated_at,
        lead.version,
        first.casefold(),
        last.casefold(),
        mail.canonical if mail is not None else None,
        search_text(f"{first} {last}", raw_mail, raw_phone, e164),
    )


def lead(row: Row) -> Lead:
    """As read."""
    return Lead(
        tenant_id=row[0],
        id=row[1],
        first_name=row[2],
        last_name=row[3],
        email=email(row[4]),
        phone=phone(row[5], row[6]),
        stage=_STAGE[row[7]],
        stage_text=row[8],
        source=row[9],
        interested_in=row[10],
        message=row[11],
        notes=row[12],
        location=row[13],
        member_id=row[14],
        created_at=row[15],
        updated_at=row[16],
        version=row[17],
    )
