"""The pages about providers that send webhooks name every setting and every fact as the adapters have them."""

import re

import pytest

from tresen.adapters.calcom import facts as calcom_facts
from tresen.adapters.calcom.account import calcom
from tresen.adapters.connections import TabledProvider
from tresen.adapters.google_calendar.account import google_calendar
from tresen.adapters.retell import facts as retell_facts
from tresen.adapters.retell.account import retell
from tresen.adapters.stripe import facts as stripe_facts
from tresen.adapters.stripe.account import stripe
from tresen.adapters.woocommerce.account import woocommerce

from .pages import DOCS, prose, rows

FACTS = {
    "calcom": {trigger: kind.type for trigger, kind in calcom_facts.KINDS.items()},
    "stripe": {event: kind.type for event, kind in stripe_facts.KINDS.items()},
    "retell": {
        **{event: kind.type for event, kind in {**retell_facts.CALLS, **retell_facts.CHATS}.items()},
        "call_inbound": "call.inbound",
    },
}
ACCOUNTS = [make(allow_private=False) for make in (calcom, google_calendar, retell, stripe, woocommerce)]


@pytest.mark.parametrize("name", FACTS)
def test_the_table_has_exactly_the_facts_there_are(name: str) -> None:
    table = rows(DOCS / f"how-to/connect-{name}.md")
    told = {event: found[1] for event, (cell, *_) in table.items() if (found := re.match(r"`([a-z._]+)`", cell))}
    told = {event: type_ for event, type_ in told.items() if "." in type_}
    assert told == FACTS[name]


@pytest.mark.parametrize("provider", ACCOUNTS, ids=lambda one: one.name)
def test_the_settings_are_those_of_the_account(provider: TabledProvider) -> None:
    page = DOCS / f"how-to/connect-{provider.name.replace('_', '-')}.md"
    settings = {name for name in rows(page) if name not in FACTS.get(provider.name, {})}
    assert settings == provider.settings.keys()
    assert ("has no settings" in prose(page)) == (not settings)
