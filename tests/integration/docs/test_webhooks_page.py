"""The page on webhooks says what the code does."""

from prometheus_client import generate_latest
from tests.integration.docs.test_errors_page import load_everything, of_that_kind, tree

from tresen.application.webhooks.process import TRIES
from tresen.application.webhooks.replay import MAX_REPLAY, REPLAYED
from tresen.bootstrap.container import Container
from tresen.bootstrap.metrics import observe_webhook
from tresen.bootstrap.settings import Settings
from tresen.domain.shared.errors import TresenError
from tresen.domain.webhooks.delivery import DeliveryState
from tresen.entrypoints.api import gauges
from tresen.entrypoints.api.errors import problem

from .pages import DOCS, rows

PAGE = DOCS / "reference/webhooks.md"
TEXT = PAGE.read_text(encoding="utf-8")
TABLE = rows(PAGE)
# What the framework refuses and what nobody foresaw: without classes of ours.
REFUSALS = (
    *("too_large", "not_found", "unknown_channel", "inbox_disabled", "bad_signature", "encoded_body"),
    *("method_not_allowed", "storage_unavailable", "storage_conflict", "internal_error"),
)
UNCLASSED = {"too_large": "413", "method_not_allowed": "405", "internal_error": "500"}


def test_every_provider_is_listed_with_the_status_that_it_is_told() -> None:
    providers = Container(settings=Settings()).webhook_providers()
    assert set(providers.names()) <= set(TABLE)
    for name in providers.names():
        assert TABLE[name][0] == str(providers.get(name).accepted_status), name


def test_every_refusal_has_the_status_that_it_is_told() -> None:
    load_everything()
    statuses = {
        kind.code: str(problem(of_that_kind(kind), instance="/", correlation_id="").status)
        for kind in tree(TresenError)
        if "code" in kind.__dict__
    }
    for code in REFUSALS:
        assert TABLE[code][0] == {**statuses, **UNCLASSED}[code], code


def test_every_state_is_told() -> None:
    for state in DeliveryState:
        assert TABLE[state.value], state


def test_the_figures_in_the_text_are_those_of_the_code() -> None:
    assert f"after {TRIES} tries" in TEXT
    assert f"up to {MAX_REPLAY:,}" in TEXT
    assert all(f"`{state.value}`" in TEXT.split("A range takes")[1].split(".")[0] for state in REPLAYED)


def test_every_series_is_there() -> None:
    observe_webhook("memory", 200)
    gauges._gauges()
    there = generate_latest().decode()
    series = [name for name in TABLE if name.startswith("tresen_")]
    assert len(series) == 5
    for name in series:
        assert f"# TYPE {name} " in there, name
