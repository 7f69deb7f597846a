"""What is asked for at the providers, and whose secrets are whose to choose."""

from tresen.adapters.calcom import facts as calcom
from tresen.adapters.calcom.protocol import TRIGGERS
from tresen.adapters.stripe import facts as stripe
from tresen.adapters.stripe.by_hand import EVENTS

from .hooks import REGISTRY


def test_all_that_is_read_is_asked_for() -> None:
    assert set(TRIGGERS) == set(calcom.KINDS)
    assert stripe.KINDS.keys() - set(EVENTS) == {"invoice.payment_succeeded"}


def test_only_stripe_chooses_its_secrets_and_how_they_begin() -> None:
    chosen = [name for name in REGISTRY.names() if REGISTRY.get(name).issues_secret]
    assert chosen == ["stripe"]
    prefixes = {name: REGISTRY.get(name).secret_prefix for name in REGISTRY.names()}
    assert {name: prefix for name, prefix in prefixes.items() if prefix} == {"stripe": "whsec_"}
