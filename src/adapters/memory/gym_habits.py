"""How a gym's interface behaves where providers differ: data, so that a test can name exactly one difference."""

import re
from collections.abc import Collection, Mapping
from datetime import timedelta

import attrs

from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from ...domain.shared.errors import GatewayRejected
from ...domain.sync.schema import Value, Values

_ADDRESS = frozenset({"street", "postcode", "city", "country"})
_PERSON = frozenset({"first_name", "last_name", "email", "phone"})
_OPT_INS = frozenset({"email_opt_in", "sms_opt_in"})
_NAMES = frozenset({"first_name", "last_name"})

WRITABLE: Mapping[str, frozenset[str]] = {
    MEMBER: _PERSON | _ADDRESS | _OPT_INS | {"status"},
    LEAD: _PERSON | {"status", "notes"},
    MEMBERSHIP: frozenset(),
}


@attrs.frozen(kw_only=True)
class Habits:
    """What a gym in memory does of its own accord.

    ``tells_changes``, ``tells_gone``: whether changes are told at all, and with them what was deleted. ``overlap``: by
    how much cursors point back before their moment. ``pages_shift``: a listing's pages are cut from what is there when
    each is asked for, so that what is deleted meanwhile moves others from a page to come to one that was read, and
    everything is listed again; otherwise a listing is a snapshot. ``writable``: fields by kind. ``refuses``: by field,
    values that are never taken. The others: what becomes of written values.
    """

    tells_changes: bool = True
    tells_gone: bool = True
    overlap: timedelta = timedelta(minutes=10)
    pages_shift: bool = False
    writable: Mapping[str, frozenset[str]] = attrs.field(factory=lambda: WRITABLE)
    refuses: Mapping[str, Collection[Value]] = attrs.field(factory=dict)
    lowers_emails: bool = False
    dials_phones: bool = False
    trims_names: bool = False

    def may_write(self, kind: str) -> frozenset[str]:
        """The fields of that kind that can be written."""
        return self.writable.get(kind, frozenset())

    def ensure_taken(self, values: Values) -> None:
        """Raises GatewayRejected when one of them is never taken."""
        refused = sorted(name for name, value in values.items() if value in self.refuses.get(name, ()))
        if refused:
            raise GatewayRejected(f"this gym takes no such {', '.join(refused)}", fields=refused)

    def spelled(self, values: Values) -> Values:
        """Values as the gym keeps them."""
        return {name: self._kept(name, value) for name, value in values.items()}

    def _kept(self, name: str, value: Value) -> Value:
        if not isinstance(value, str):
            return value
        if name == "email" and self.lowers_emails:
            return value.strip().lower()
        if name == "phone" and self.dials_phones:
            return dialled(value)
        return value.strip() if name in _NAMES and self.trims_names else value


def dialled(phone: str) -> str:
    """A number in E.164; one without its country's is German. What is no number stays as it is."""
    plain = re.sub(r"\(0\)|[\s()/.-]", "", phone)
    if plain.startswith("00"):
        plain = f"+{plain[2:]}"
    elif plain.startswith("0"):
        plain = f"+49{plain[1:]}"
    return plain if re.fullmatch(r"\+[1-9]\d{3,14}", plain) else phone
