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
    version BIGINT NOT NULL,
    size BIGINT NOT NULL,
    headers TEXT NOT NULL,
    body BYTEA NOT NULL,
    CONSTRAINT pk_delivery PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_delivery_key UNIQUE (tenant_id, account_id, delivery_key),
    CONSTRAINT fk_delivery_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
);

CREATE INDEX ix_delivery_content ON delivery (tenant_id, account_id, content_hash, state);

CREATE INDEX ix_delivery_received ON delivery (tenant_id, received_at, id);

CREATE INDEX ix_delivery_state ON delivery (tenant_id, state, received_at, id);

CREATE INDEX ix_delivery_waiting ON delivery (tenant_id, account_id, received_at, id) WHERE state = 'received';

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
