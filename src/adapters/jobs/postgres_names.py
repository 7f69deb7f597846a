"""What is called how in PostgreSQL. Nothing is imported here, so that reading jobs does not load pgqueuer."""

QUEUE_TABLE = "pgqueuer"
LOG_TABLE = "pgqueuer_log"
STATUS_TYPE = "pgqueuer_status"
CHANNEL = "ch_pgqueuer"

# The jobs of a lane that wait for another one stand under this name instead of their kind's, so that no worker claims
# them, while pgqueuer's unique index on the keys, its numbers and its lists hold for them as for all others.
PARKED = "parked"

# pgqueuer's headers that we use. All values are texts; instants are ISO 8601 in UTC and by our clock.
TENANT = "tenant_id"
KIND = "kind"
LANE = "lane"
KEY = "key"
CORRELATION = "correlation_id"
CREATED_AT = "created_at"
RUN_AT = "run_at"
LAST_ERROR = "last_error"
