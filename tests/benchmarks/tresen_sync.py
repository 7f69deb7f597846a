"""Tresen's own sync of the same records: ``python -m tests.benchmarks.tresen_sync DATABASE_URL URL``.

The database has its schema already. The first call creates tenant and account and loads everything; a second call on
the same database finds nothing changed. Prints one JSON line with seconds (of the run alone), records and peak
memory in MB.
"""

import json
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import typed_settings as ts
import uvloop

from tresen.adapters.security.sealing import new_key
from tresen.application.tenancy.connect_provider import ConnectProviderCommand
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.bootstrap.installation import installed
from tresen.bootstrap.process import tune_garbage_collection
from tresen.bootstrap.settings import Settings
from tresen.domain.shared.errors import AlreadyExists
from tresen.domain.shared.ids import AccountId, TenantId
from tresen.domain.sync.run import RunState
from tresen.entrypoints.use_cases import UseCases


async def prepare(use_cases: UseCases, url: str) -> tuple[TenantId, AccountId]:
    """The tenant and its account, made or found."""
    try:
        tenant = await use_cases.create_tenant(NewTenant(slug="bench", name="Bench"))
    except AlreadyExists:
        tenant = await use_cases.directory.tenant("bench")
    account = await use_cases.connect_provider(
        ConnectProviderCommand(
            tenant_id=tenant.id,
            provider="wodify",
            api_key="k",
            base_url=url,
            settings={"location_id": "1", "calls_per_second": "100000", "burst": "100000"},
        )
    )
    return tenant.id, account.id


async def measure(database_url: str, url: str, folder: str) -> dict[str, float]:
    """One run."""
    settings = Settings(
        data_dir=Path(folder),
        database_url=database_url,
        secret_key=ts.Secret(new_key()),
        allow_private_addresses=True,
    )
    async with installed(settings) as installation:
        use_cases = await installation.ready()
        tenant_id, account_id = await prepare(use_cases, url)
        tune_garbage_collection()
        started = time.perf_counter()
        run = await use_cases.sync.members(tenant_id, account_id, force=True)
        seconds = time.perf_counter() - started
    if run.state is not RunState.COMPLETED or run.counts.errors:
        sys.exit(f"the sync failed: {run}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "records": run.counts.seen, "created": run.counts.created, "peak_mb": peak}


def main() -> None:
    """The command."""
    database_url, url = sys.argv[1:]
    with TemporaryDirectory() as folder:
        sys.stdout.write(json.dumps(uvloop.run(measure(database_url, url, folder))) + "\n")


if __name__ == "__main__":
    main()
