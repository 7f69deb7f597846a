"""What is said of a record that nothing pins any more."""

from uuid import uuid4

import pytest
from tests.builders import an_account
from tests.sync_books import a_push

from tresen.application.sync.edits.overrides import Released, Upshot
from tresen.domain.shared.ids import TenantId
from tresen.entrypoints.cli.sync_overrides import OUTLOOKS, on_its_way


@pytest.mark.parametrize("upshot", Upshot, ids=lambda upshot: upshot.value)
def test_every_outlook_has_its_words(upshot: Upshot) -> None:
    says = OUTLOOKS[upshot]
    assert says.startswith("should the provider not have it") is upshot.value.endswith("_if_lost")
    assert ("deletes it here" in says) is upshot.value.startswith("deletes")
    assert ("asks what becomes" in says) is upshot.value.startswith("asks")


@pytest.mark.parametrize(
    ("attempts", "says"),
    [
        (0, "written there by the next run all the same: email ada@example.org"),
        (1, "may be there already: email ada@example.org; it was sent, and no answer came"),
    ],
)
def test_each_value_that_waits_has_its_line(attempts: int, says: str) -> None:
    push = a_push(an_account(TenantId(uuid4())), values={"email": "ada@example.org"})
    push.attempts = attempts
    assert on_its_way(Released(waiting=[push]), "email") == [says]
