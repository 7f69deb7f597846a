"""What people do through Tresen that it does at the provider itself, at once and not by a push."""

from typing import ClassVar

import attrs

from ....application.sync.records.kinds import LEAD, MEMBERSHIP
from ....domain.sync.schema import Values
from .runs import Calling


@attrs.frozen(kw_only=True)
class AtCounter(Calling):
    """Somebody has something done about ``who``, of the tenant of ``account``. What it runs into is that of the account
    that has the record, else of this one.
    """

    kind: ClassVar[str]
    who: str


@attrs.frozen(kw_only=True)
class EnterLead(AtCounter):
    """A lead is entered. ``values`` are what they type in beside the first name."""

    kind: ClassVar[str] = LEAD
    values: Values


@attrs.frozen(kw_only=True)
class UpdateLead(AtCounter):
    """A lead moves on, or its notes change, by the version that it had ``behind`` versions ago (None: whichever it is).

    ``values`` has ``status`` or ``notes``, or both.
    """

    kind: ClassVar[str] = LEAD
    values: Values
    behind: int | None = None


@attrs.frozen(kw_only=True)
class ConvertLead(AtCounter):
    """A lead becomes a member, and buys what is on sale."""

    kind: ClassVar[str] = LEAD


@attrs.frozen(kw_only=True)
class CancelMembership(AtCounter):
    """A membership is cancelled."""

    kind: ClassVar[str] = MEMBERSHIP


@attrs.frozen(kw_only=True)
class UpdateMembership(AtCounter):
    """A membership gets another status, another price a month, or both (None: it stays)."""

    kind: ClassVar[str] = MEMBERSHIP
    status: str | None = None
    monthly_price: str | None = None
