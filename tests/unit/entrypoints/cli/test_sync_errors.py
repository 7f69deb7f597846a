"""What to do about an error of a sync is a command that can be copied."""

import pytest
from tests.builders import NOON, RUN

from tresen.domain.sync.run import SyncError
from tresen.entrypoints.cli.sync_errors import error_tables


@pytest.mark.parametrize(
    ("code", "account", "tenant", "told"),
    [
        (
            *("not_configured", "wodify/main", "north"),
            "complete the account: tresen provider connect wodify --name main --tenant north",
        ),
        (
            *("not_configured", "wodify/the mill", None),
            "complete the account: tresen provider connect wodify --name 'the mill'",
        ),
        (
            *("provider_credentials_refused", "wodify/the mill", None),
            "enter a valid key: tresen provider renew-key 'wodify/the mill'",
        ),
        (
            *("provider_credentials_refused", None, "north"),
            "enter a valid key: tresen provider renew-key --tenant north; tresen provider list shows the accounts",
        ),
    ],
)
def test_it_names_the_account_where_it_is_known(code: str, account: str | None, tenant: str | None, told: str) -> None:
    error = SyncError(run_id=RUN, kind="members", external_id=None, code=code, message="no", at=NOON)
    (table,) = error_tables([error], "UTC", {} if account is None else {RUN: account}, tenant)
    assert [row[-1] for row in table.rows] == [told]
