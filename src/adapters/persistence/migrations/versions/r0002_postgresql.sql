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
