"""What is said of a record that nothing pins any more."""

import pytest

from tresen.application.sync.edits.overrides import Upshot
from tresen.entrypoints.cli.sync_overrides import OUTLOOKS


@pytest.mark.parametrize("upshot", Upshot, ids=lambda upshot: upshot.value)
def test_every_outlook_has_its_words(upshot: Upshot) -> None:
    says = OUTLOOKS[upshot]
    assert says.startswith("should the provider not have it") is upshot.value.endswith("_if_lost")
    assert ("deletes it here" in says) is upshot.value.startswith("deletes")
    assert ("asks what becomes" in says) is upshot.value.startswith("asks")
