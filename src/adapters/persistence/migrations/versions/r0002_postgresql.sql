CREATE TABLE event (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    subject_kind TEXT COLLATE "C" NOT NULL,
    subject_id TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    correlation_id TEXT,
    data TEXT NOT NULL,
    xact BIGINT NOT NULL,
    number BIGINT NOT NULL,
    CONSTRAINT pk_event PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_event_sequence UNIQUE (tenant_id, subject_kind, subject_id, sequence),
    CONSTRAINT fk_event_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE INDEX ix_event_position ON event (tenant_id, xact, number);

CREATE TABLE mark (
    tenant_id UUID NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_mark PRIMARY KEY (tenant_id, scope, key),
    CONSTRAINT fk_mark_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE TABLE schedule (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    payload TEXT NOT NULL,
    every_s BIGINT,
    cron TEXT,
    zone TEXT,
    paused_at TIMESTAMP WITH TIME ZONE,
    next_at TIMESTAMP WITH TIME ZONE,
    last_tick_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_schedule PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_schedule_name UNIQUE (tenant_id, name),
    CONSTRAINT fk_schedule_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE INDEX ix_schedule_next ON schedule (next_at, tenant_id, id) WHERE next_at IS NOT NULL;

CREATE TABLE webhook_endpoint (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    secrets TEXT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    disabled_reason TEXT,
    disabled_at TIMESTAMP WITH TIME ZONE,
    failed_messages INTEGER NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    openings INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_webhook_endpoint PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_webhook_endpoint_name UNIQUE (tenant_id, name),
    CONSTRAINT fk_webhook_endpoint_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE INDEX ix_webhook_endpoint_state ON webhook_endpoint (tenant_id, state, id);

CREATE TABLE delivery (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    provider TEXT COLLATE "C" NOT NULL,
    delivery_key TEXT COLLATE "C" NOT NULL,
    content_hash BYTEA NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    correlation_id TEXT NOT NULL,
    type TEXT,
    state TEXT COLLATE "C" NOT NULL,
    reason TEXT,
    attempts INTEGER NOT NULL,
    processed_at TIMESTAMP WITH TIME ZONE,
    business_key TEXT,
    subject TEXT,
    duplicates BIGINT NOT NULL,
    replays INTEGER NOT NULL,
    version BIGINT NOT NULL,
    size BIGINT NOT NULL,
    headers TEXT NOT NULL,
    body BYTEA NOT NULL,
    CONSTRAINT pk_delivery PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_delivery_key UNIQUE (tenant_id, account_id, delivery_key),
    CONSTRAINT fk_delivery_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
);

CREATE INDEX ix_delivery_content ON delivery (tenant_id, account_id, content_hash) WHERE state = 'done';

CREATE INDEX ix_delivery_received ON delivery (tenant_id, received_at, id);

CREATE INDEX ix_delivery_state ON delivery (tenant_id, state, received_at, id);

CREATE TABLE inbox (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    provider TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    secrets TEXT NOT NULL,
    registrations TEXT NOT NULL,
    disabled_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_inbox PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_inbox_key UNIQUE (key),
    CONSTRAINT fk_inbox_provider_account FOREIGN KEY(tenant_id, id) REFERENCES provider_account (tenant_id, id)
);

CREATE TABLE subject_standing (
    tenant_id UUID NOT NULL,
    account_id UUID NOT NULL,
    subject_kind TEXT COLLATE "C" NOT NULL,
    subject_id TEXT COLLATE "C" NOT NULL,
    applied_order TEXT,
    content_hash BYTEA NOT NULL,
    delivery_id UUID NOT NULL,
    applied_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_subject_standing PRIMARY KEY (tenant_id, account_id, subject_kind, subject_id),
    CONSTRAINT fk_subject_standing_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
);

CREATE TABLE webhook_message (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    endpoint_id UUID NOT NULL,
    event_id UUID,
    event_type TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    round INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE,
    done_at TIMESTAMP WITH TIME ZONE,
    first_delivered_at TIMESTAMP WITH TIME ZONE,
    version BIGINT NOT NULL,
    size INTEGER NOT NULL,
    body BYTEA NOT NULL,
    CONSTRAINT pk_webhook_message PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_webhook_message_webhook_endpoint FOREIGN KEY(tenant_id, endpoint_id) REFERENCES webhook_endpoint (tenant_id, id)
);

CREATE INDEX ix_webhook_message_created ON webhook_message (tenant_id, endpoint_id, created_at, id);

CREATE INDEX ix_webhook_message_state ON webhook_message (tenant_id, endpoint_id, state, created_at, id);

CREATE TABLE webhook_attempt (
    tenant_id UUID NOT NULL,
    message_id UUID NOT NULL,
    number INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    status INTEGER,
    error TEXT,
    duration_ms INTEGER NOT NULL,
    excerpt TEXT NOT NULL,
    CONSTRAINT pk_webhook_attempt PRIMARY KEY (tenant_id, message_id, number),
    CONSTRAINT fk_webhook_attempt_webhook_message FOREIGN KEY(tenant_id, message_id) REFERENCES webhook_message (tenant_id, id)
);
