"""What may be sold, and from when: checked before anything is written anywhere."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import attrs

from ...domain.membership.membership import Membership
from ...domain.membership.package import Package
from ...domain.membership.status import Status
from ...domain.shared.errors import InvalidValue
from ...domain.shared.text import check_line
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.unit_of_work import UnitOfWork

_OVER = frozenset({Status.CANCELLED, Status.EXPIRED})
_PAST = timedelta(days=366)
_FUTURE = timedelta(days=2 * 366)


@attrs.frozen(kw_only=True)
class SaleTerms:
    """A package of the provider's, from a civil date of the tenant on.

    Where the provider does not tell what it sells, the package's ``id`` and ``name`` are what was asked for.
    """

    package: Package
    starts_on: date
    payment_method: str

    def details(self) -> dict[str, str | None]:
        """All of it, for a person who has to do it."""
        named = {} if self.package.id == self.package.name else {"package_id": self.package.id}
        return {
            "package": self.package.name,
            **named,
            "starts_on": self.starts_on.isoformat(),
            "payment_method": self.payment_method,
        }


def is_sold(had: Membership, package: str | None, starts_on: str | None) -> bool:
    """Whether that is what a member has, and it goes on: whoever sells it then bills twice. By what a person is told
    who is to sell it.
    """
    begins = had.terms.starts_on
    same = had.name == package and begins is not None and begins.isoformat() == starts_on
    return same and had.status not in _OVER


def is_same_sale(one: Mapping[str, str | None], other: Mapping[str, str | None]) -> bool:
    """Whether both ``SaleTerms.details`` are of one package from one day. Each may tell its name, its id, or both: as
    the provider told at that time.
    """
    return one.get("starts_on") == other.get("starts_on") and not _words(one).isdisjoint(_words(other))


def _words(details: Mapping[str, str | None]) -> frozenset[str]:
    told = (details.get("package"), details.get("package_id"))
    return frozenset(each.strip().casefold() for each in told if each)


def ensure_named(package: str) -> None:
    """Raises InvalidValue when no package is named, or by what nobody may have typed; needs no store."""
    if not package.strip():
        raise InvalidValue("name the package that is sold", field="membership_type")
    check_line(package.strip(), "membership_type")


async def settle_terms(
    uow: UnitOfWork, account: ProviderAccount, *, package: str, starts_on: date, payment_method: str, now: datetime
) -> SaleTerms:
    """The terms, with the package as the last sync saw it.

    Raises InvalidValue: no such package on sale (it names those that are), a name that several have, or a first day
    more than a year ago or more than two years ahead, which is a slip of the pen and not a wish.
    """
    ensure_named(package)
    check_line(payment_method, "payment_method")
    today = uow.tenant.today(now)
    if not today - _PAST <= starts_on <= today + _FUTURE:
        raise InvalidValue(
            f"a membership starts within a year before and two years after today, not on {starts_on}",
            field="start_date",
        )
    return SaleTerms(
        package=await _find(uow, account, package.strip()), starts_on=starts_on, payment_method=payment_method
    )


async def _find(uow: UnitOfWork, account: ProviderAccount, wanted: str) -> Package:
    on_sale = await uow.packages.of_account(account.id)
    if not on_sale:
        return Package(id=wanted, name=wanted)
    by_id = [package for package in on_sale if package.id == wanted]
    word = wanted.casefold()
    found = by_id or [package for package in on_sale if package.name.strip().casefold() == word]
    if len(found) == 1:
        return found[0]
    if found:
        ids = [package.id for package in found]
        raise InvalidValue(
            f"several packages are called {wanted!r}; give the id: {', '.join(ids)}", field="membership_type", known=ids
        )
    names = [package.name for package in on_sale]
    raise InvalidValue(
        f"there is no package {wanted!r} on sale; there are {', '.join(names)}", field="membership_type", known=names
    )
