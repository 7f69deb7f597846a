"""What is asked of a provider about a membership: which fields it is about, and whether what it shows is that."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from ...domain.membership.package import Package
from ...domain.membership.status import Status, Terms
from ...domain.sync.canonical import Values, decimal
from ..sync.courses.membership_records import terms_of
from ..sync.records.counter_words import written_by
from ..sync.records.kinds import MEMBERSHIP, MEMBERSHIP_SCHEMA

# By these one sees that it is over, or was cancelled.
_ENDS = frozenset({"ends_on", "cancels_on", "deleted", "flagged_active"})

# By these one sees that it is of another package; its price may be another by itself.
_OF_PACKAGE = frozenset({"name", "kind"})

# What a person calls it that a provider keeps.
_CALLED = {"reason": "end", "monthly_price": "price"}


def fields_of(asked: Collection[str]) -> frozenset[str]:
    """The fields, as the provider has them, of what is asked."""
    return frozenset(field for name in asked for field in written_by(MEMBERSHIP, name))


def telling(name: str, value: str | None) -> frozenset[str]:
    """The fields that show whether it is so."""
    if name in {"reason", "status"}:
        # One that is over is so whether it was on hold or not.
        return _ENDS if name == "reason" or value == Status.CANCELLED.value else _ENDS | {"on_hold"}
    return frozenset({"name"} if name == "package" else {"price"})


def is_seen(name: str, value: str | None, shown: Values, on_sale: Sequence[Package], today: date) -> bool:
    """Whether what is shown tells that it is so; of what is not shown nothing is known. ``today`` as in ``ends``."""
    known = shown.keys() >= telling(name, value) - _ENDS
    return known and _is_so(name, value, shown, on_sale, today)


def called(asked: Sequence[str]) -> Sequence[str]:
    """What is asked, in words for a person."""
    return [_CALLED.get(name, name) for name in asked]


def not_done(
    asked: Mapping[str, str | None], before: Values, after: Values, on_sale: Sequence[Package], *, today: date
) -> Sequence[str]:
    """What of it the provider did not do though it said yes: the fields that it is about hold ``after`` what they held
    ``before``, and that is not what was asked for. Of what neither shows nothing is known. ``today`` as in ``ends``.
    """
    fields = MEMBERSHIP_SCHEMA.by_name

    def stayed(name: str) -> bool:
        about = _OF_PACKAGE if name == "package" else fields_of([name])
        told = [field for field in about if field in before and field in after]
        return bool(told) and all(fields[field].same(before[field], after[field]) for field in told)

    return [name for name, value in asked.items() if stayed(name) and not _is_so(name, value, after, on_sale, today)]


def ends(shown: Values, today: date) -> bool:
    """Whether the provider shows that it is over, or that it was cancelled for a day to come. Where only a term ran
    out, and another one follows by itself, it goes on. ``today`` is the tenant's civil date.
    """
    terms = terms_of(shown)
    return terms.ends_anyway(today) and not (shown.get("auto_renew") and _only_ran_out(terms, today))


def _is_so(name: str, value: str | None, shown: Values, on_sale: Sequence[Package], today: date) -> bool:
    if name == "reason":
        return ends(shown, today)
    if name == "status":
        return _status(shown, today) == value
    if name == "monthly_price":
        return _price(shown) == decimal(value)
    names = {package.name for package in on_sale if package.id == value} | {value or ""}
    return str(shown.get("name") or "").strip().casefold() in {each.strip().casefold() for each in names}


def _status(shown: Values, today: date) -> str | None:
    """What a change may ask for; None: another one, or unknown."""
    if ends(shown, today):
        return Status.CANCELLED.value
    if terms_of(shown).ends_anyway(today):
        return None
    if shown.get("on_hold"):
        return Status.PAUSED.value
    return Status.ACTIVE.value if shown.get("flagged_active") else None


def _only_ran_out(terms: Terms, today: date) -> bool:
    """Nobody ended it."""
    ended = terms.cancels_on is not None or terms.flagged_active is False
    return not ended and terms.status_on(today) is Status.EXPIRED


def _price(shown: Values) -> str | None:
    written = decimal(shown.get("price"))
    return written.partition(" ")[0] if isinstance(written, str) else None
