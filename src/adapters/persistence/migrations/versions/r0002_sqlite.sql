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

CREATE TABLE mark (
    tenant_id BLOB NOT NULL,
    scope TEXT NOT NULL,
    "key" TEXT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT pk_mark PRIMARY KEY (tenant_id, scope, "key"),
    CONSTRAINT fk_mark_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;
