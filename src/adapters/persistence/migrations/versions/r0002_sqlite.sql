CREATE TABLE event (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    type TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    occurred_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    correlation_id TEXT,
    data TEXT NOT NULL,
    xact BIGINT NOT NULL,
    number BIGINT NOT NULL,
    CONSTRAINT pk_event PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_event_sequence UNIQUE (tenant_id, subject_kind, subject_id, sequence),
    CONSTRAINT fk_event_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

CREATE INDEX ix_event_position ON event (tenant_id, xact, number);

CREATE TABLE job (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    "key" TEXT,
    lane TEXT,
    state TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    priority BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    last_error TEXT,
    correlation_id TEXT,
    created_at BIGINT NOT NULL,
    worker BLOB,
    lease_until BIGINT,
    CONSTRAINT fk_job_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE INDEX ix_job_created ON job (tenant_id, created_at);

CREATE INDEX ix_job_dead ON job (tenant_id, created_at) WHERE state = 'dead';

CREATE INDEX ix_job_lane ON job (tenant_id, lane, state, number) WHERE lane IS NOT NULL;

CREATE INDEX ix_job_lease ON job (lease_until, kind) WHERE state = 'running';

CREATE INDEX ix_job_ready ON job (kind, priority DESC, number) WHERE state = 'ready';

CREATE INDEX ix_job_waiting ON job (run_at) WHERE state = 'waiting';

CREATE UNIQUE INDEX uq_job_key ON job (tenant_id, "key") WHERE "key" IS NOT NULL AND state != 'dead';

CREATE TABLE mark (
    tenant_id BLOB NOT NULL,
    scope TEXT NOT NULL,
    "key" TEXT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT pk_mark PRIMARY KEY (tenant_id, scope, "key"),
    CONSTRAINT fk_mark_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

CREATE TABLE schedule (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    every_s BIGINT,
    cron TEXT,
    zone TEXT,
    paused_at BIGINT,
    next_at BIGINT,
    last_tick_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_schedule PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_schedule_name UNIQUE (tenant_id, name),
    CONSTRAINT fk_schedule_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

CREATE INDEX ix_schedule_next ON schedule (next_at, tenant_id, id) WHERE next_at IS NOT NULL;

CREATE TABLE webhook_endpoint (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    secrets TEXT NOT NULL,
    state TEXT NOT NULL,
    disabled_reason TEXT,
    disabled_at BIGINT,
    failed_messages INTEGER NOT NULL,
    failing_since BIGINT,
    openings INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_webhook_endpoint PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_webhook_endpoint_name UNIQUE (tenant_id, name),
    CONSTRAINT fk_webhook_endpoint_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

CREATE INDEX ix_webhook_endpoint_state ON webhook_endpoint (tenant_id, state, id);

CREATE TABLE delivery (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    provider TEXT NOT NULL,
    delivery_key TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    received_at BIGINT NOT NULL,
    correlation_id TEXT NOT NULL,
    type TEXT,
    state TEXT NOT NULL,
    reason TEXT,
    attempts INTEGER NOT NULL,
    processed_at BIGINT,
    business_key TEXT,
    subject TEXT,
    duplicates BIGINT NOT NULL,
    replays INTEGER NOT NULL,
    version BIGINT NOT NULL,
    size BIGINT NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    CONSTRAINT pk_delivery PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_delivery_key UNIQUE (tenant_id, account_id, delivery_key),
    CONSTRAINT fk_delivery_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
) WITHOUT ROWID;

CREATE INDEX ix_delivery_content ON delivery (tenant_id, account_id, content_hash) WHERE state = 'done';

CREATE INDEX ix_delivery_received ON delivery (tenant_id, received_at, id);

CREATE INDEX ix_delivery_state ON delivery (tenant_id, state, received_at, id);

CREATE TABLE inbox (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    provider TEXT NOT NULL,
    "key" TEXT NOT NULL,
    secrets TEXT NOT NULL,
    registrations TEXT NOT NULL,
    disabled_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_inbox PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_inbox_key UNIQUE ("key"),
    CONSTRAINT fk_inbox_provider_account FOREIGN KEY(tenant_id, id) REFERENCES provider_account (tenant_id, id)
) WITHOUT ROWID;

CREATE TABLE subject_standing (
    tenant_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    applied_order TEXT,
    content_hash BLOB NOT NULL,
    delivery_id BLOB NOT NULL,
    applied_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_subject_standing PRIMARY KEY (tenant_id, account_id, subject_kind, subject_id),
    CONSTRAINT fk_subject_standing_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
) WITHOUT ROWID;

CREATE TABLE webhook_message (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    endpoint_id BLOB NOT NULL,
    event_id BLOB,
    event_type TEXT NOT NULL,
    subject TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    round INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    next_at BIGINT,
    done_at BIGINT,
    first_delivered_at BIGINT,
    version BIGINT NOT NULL,
    size INTEGER NOT NULL,
    body BLOB NOT NULL,
    CONSTRAINT pk_webhook_message PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_webhook_message_webhook_endpoint FOREIGN KEY(tenant_id, endpoint_id) REFERENCES webhook_endpoint (tenant_id, id)
) WITHOUT ROWID;

CREATE INDEX ix_webhook_message_created ON webhook_message (tenant_id, endpoint_id, created_at, id);

CREATE INDEX ix_webhook_message_state ON webhook_message (tenant_id, endpoint_id, state, created_at, id);

CREATE TABLE webhook_attempt (
    tenant_id BLOB NOT NULL,
    message_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    at BIGINT NOT NULL,
    status INTEGER,
    error TEXT,
    duration_ms INTEGER NOT NULL,
    excerpt TEXT NOT NULL,
    CONSTRAINT pk_webhook_attempt PRIMARY KEY (tenant_id, message_id, number),
    CONSTRAINT fk_webhook_attempt_webhook_message FOREIGN KEY(tenant_id, message_id) REFERENCES webhook_message (tenant_id, id)
) WITHOUT ROWID;
