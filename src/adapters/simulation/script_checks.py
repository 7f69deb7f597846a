"""What the parts of a script may hold: a type, a range or a word for each name, whatever step it is in."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

import attrs

from ...application.sync.desk import BUILT_IN_LAWS
from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP, schemas_of
from ...domain.shared.contact import PhoneNumber
from ...domain.shared.errors import InvalidValue
from ...domain.sync.policy import read_policy
from .words import CALLS, COURSE_NAMES, FAULTS, HABITS

_KINDS = (MEMBER, MEMBERSHIP, LEAD)
_SCHEMAS = schemas_of(PhoneNumber)
_FLAGS = ("email_opt_in", "sms_opt_in", "flagged_active", "deleted", "on_hold", "auto_renew")
_DAYS = ("starts_on", "ends_on", "cancels_on", "joined_on", "born_on")
_DAY, _AMOUNT = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{1,9}(\.\d{1,4})?")
_PRICE = re.compile(rf"{_AMOUNT.pattern} [A-Z]{{3}}")
# Far beyond what is drawn; further on a world would take memory and time without end, or leave the calendar.
_MANY, _LONG_S, _LONG_MINUTES = 1_000, 86_400, 525_600


@attrs.frozen
class Rule:
    """``allows`` a value; ``told`` is what it must be."""

    told: str
    allows: Callable[[Any], bool]


def ensure_allowed(given: Mapping[str, Any], where: str) -> None:
    """Raises ValueError, in words, for a value that its name does not allow. ``where`` it stands."""
    for name, value in given.items():
        rule = _RULES.get(name)
        if rule is not None and not rule.allows(value):
            raise ValueError(f"{name} of {where} must be {rule.told}")
    if "values" in given:
        _ensure_values(given["values"], given["kind"], where)
    if "document" in given:
        _ensure_policy(given["document"], given["kind"], f"document of {where}")
    for kind, document in given.get("policies", {}).items():
        _ensure_policy(document, kind, f"policies of {where}")


def _ensure_values(values: Mapping[str, Any], kind: str, where: str) -> None:
    known = _SCHEMAS[kind].by_name
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"values of {where} has no {name!r}; a {kind} has {', '.join(known)}")
        rule = _FORMS.get(name, _TEXT)
        if value is not None and not rule.allows(value):
            raise ValueError(f"{name} in values of {where} must be {rule.told}, or null")


def _ensure_policy(document: object, kind: str, where: str) -> None:
    if kind not in _KINDS or not isinstance(document, Mapping):
        raise ValueError(f"{where} must be a policy of {', '.join(_KINDS)}")
    try:
        read_policy(document, _SCHEMAS[kind], BUILT_IN_LAWS)
    except InvalidValue as error:
        raise ValueError(f"{where}: {error.message}") from None


def _is_text(value: object) -> bool:
    """Nothing that cannot be stored."""
    return isinstance(value, str) and "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and _DAY.fullmatch(value) is not None and date.fromisoformat(value) is not None
    except ValueError:
        return False


def _number(least: int, most: int) -> Rule:
    return Rule(
        f"a whole number from {least:,} to {most:,}", lambda value: type(value) is int and least <= value <= most
    )


def _word(*words: str) -> Rule:
    return Rule(f"one of {', '.join(words)}", lambda value: isinstance(value, str) and value in words)


def _words(words: Collection[str]) -> Rule:
    return Rule(
        f"a list of {', '.join(words)}",
        lambda value: isinstance(value, list) and all(isinstance(each, str) and each in words for each in value),
    )


def _or_null(rule: Rule) -> Rule:
    return Rule(f"{rule.told}, or null", lambda value: value is None or rule.allows(value))


_FLAG = Rule("true or false", lambda value: isinstance(value, bool))
_TEXT = Rule("text", _is_text)
_OBJECT = Rule("an object", lambda value: isinstance(value, Mapping))
_LIST = Rule("a list of objects", lambda value: isinstance(value, list) and all(isinstance(e, Mapping) for e in value))
_COUNT = _number(0, _MANY)
_FORMS: Mapping[str, Rule] = {
    **dict.fromkeys(_FLAGS, _FLAG),
    **dict.fromkeys(_DAYS, Rule("a day such as 2026-03-02", _is_day)),
    "price": Rule("a price such as 49.00 EUR", lambda value: isinstance(value, str) and bool(_PRICE.fullmatch(value))),
}

_RULES: Mapping[str, Rule] = {
    "tenant": _number(0, 99),
    "account": _number(0, 99),
    "page_size": _number(1, _MANY),
    "resolution_s": _number(1, _LONG_S),
    "ahead_s": _number(-_LONG_S, _LONG_S),
    "late_s": _number(0, _LONG_S),
    "minutes": _number(0, _LONG_MINUTES),
    **dict.fromkeys(("copies", "after", "at", "back"), _COUNT),
    **dict.fromkeys(("behind", "crash"), _or_null(_COUNT)),
    **dict.fromkeys(("writes", "whole", "on", "has_stamp"), _FLAG),
    "who": _TEXT,
    "kind": _word(*_KINDS),
    "course": _word(*COURSE_NAMES),
    "status": _or_null(_word("active", "paused", "cancelled")),
    "monthly_price": _or_null(
        Rule("a number such as 19.50", lambda v: isinstance(v, str) and bool(_AMOUNT.fullmatch(v)))
    ),
    "choice": _word("theirs", "ours", "value"),
    "what": _word(*FAULTS),
    "call": _or_null(_word(*CALLS)),
    "habits": _words(HABITS),
    **dict.fromkeys(("values", "document", "policies", "step"), _OBJECT),
    **dict.fromkeys(("faults", "meanwhile", "overtaken"), _LIST),
}
