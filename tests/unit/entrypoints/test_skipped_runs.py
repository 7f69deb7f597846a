"""A run that was skipped: what to do is told by when the next may begin, and not by the words of its reason."""

from datetime import datetime, timedelta

import pytest
from tests.builders import NOON, a_run, a_tenant, an_account

from tresen.domain.sync.run import Run
from tresen.entrypoints.cli.run_answer import Ran, runs_answer
from tresen.entrypoints.web.outcome import outcome_of

ACCOUNT = an_account(a_tenant().id)
LIMITED, BUSY = NOON + timedelta(hours=1), None


def skipped(allowed_at: datetime | None) -> Run:
    run = a_run(ACCOUNT)
    run.skip(allowed_at=allowed_at, reason="not now, unless forced")
    return run


@pytest.mark.parametrize(("allowed_at", "hint"), [(LIMITED, ", or now if you tick"), (BUSY, ".")])
def test_the_page_offers_to_force_what_the_hourly_limit_skipped(allowed_at: datetime | None, hint: str) -> None:
    notice = outcome_of([skipped(allowed_at)])
    assert notice is not None
    assert notice.text.startswith(f"Nothing was done. Members: not now, unless forced{hint}")


@pytest.mark.parametrize(("allowed_at", "offers"), [(LIMITED, True), (BUSY, False)])
def test_the_command_line_offers_to_force_it(allowed_at: datetime | None, offers: bool) -> None:
    answer = runs_answer([Ran(ACCOUNT, skipped(allowed_at))], "Europe/Berlin", None, as_json=False)
    assert ("sync it now all the same: tresen sync run members --force" in answer.parts) is offers
