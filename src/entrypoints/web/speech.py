"""Messages of the inside in the words of the page."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from markupsafe import Markup, escape

_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z| UTC|[+-]\d\d:\d\d)")
_HEALTH: Mapping[str, str] = {
    "connection_error": "The provider could not be reached.",
    "not_configured": "No provider is set up yet.",
    "error": "The provider cannot be used now.",
    "unknown_error": "The check itself failed.",
}
_ERRORS: Mapping[str, str] = {
    "provider_unavailable": "The provider could not be reached.",
    "provider_credentials_refused": "The provider does not accept the key.",
    "provider_rejected": "The provider refused this.",
    "provider_not_found": "The provider does not have this record.",
    "provider_unsupported": "The provider's interface cannot do this.",
    "provider_error": "The provider answered with an error.",
    "not_configured": "Something must be set up first.",
    "address_not_allowed": "The account's address may not be called as Tresen is set up.",
    "storage_unavailable": "The database could not be read or written.",
    "storage_conflict": "The database was busy.",
    "invalid_value": "A value of this record cannot be taken.",
    "ambiguous_twin": "Two of ours have one address.",
    "rule_violation": "A rule does not allow this.",
    "others_belong": "It cannot be deleted before what belongs to it.",
}
_REASONS: Mapping[str, str] = {
    "unsupported": "The provider's interface cannot do this, or was never seen to, so a person must.",
    "writes_disabled": "Tresen may not write to this provider account, so a person must.",
    "outcome_unknown": "The provider did not answer: look there first whether it was done.",
    "credentials": "The provider does not accept the key: renew it.",
    "rejected": "The provider refused it: look why, then do it there.",
    "undecided": "The provider has it, and a person must say what it means here.",
}


def spoken(text: str, local: Callable[[datetime], str]) -> Markup:
    """The text, escaped, with instants as ``local`` writes them, each on one line."""
    parts, end = [], 0
    for stamp in _STAMP.finditer(text):
        try:
            moment = datetime.fromisoformat(stamp[0].replace(" UTC", "+00:00"))
        except ValueError:
            continue  # what a provider wrote need not be in the calendar
        parts.append(escape(text[end : stamp.start()]))
        parts.append(Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), local(moment)))
        end = stamp.end()
    return Markup("").join([*parts, escape(text[end:])])


def with_code(text: str) -> Markup:
    """The text, escaped; what stands in backticks as code."""
    pieces = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(p) if n % 2 else escape(p) for n, p in enumerate(pieces))


def health_in_words(status: str) -> str:
    """A sentence for a health status that is not healthy."""
    return _HEALTH.get(status, "The provider's state is not known.")


def error_in_words(code: str) -> str:
    """A sentence for the code of a sync error."""
    return _ERRORS.get(code, "This could not be taken over.")


def reason_in_words(reason: str) -> str:
    """Why a person is needed, and what to do."""
    return _REASONS.get(reason, "A person must do this.")
