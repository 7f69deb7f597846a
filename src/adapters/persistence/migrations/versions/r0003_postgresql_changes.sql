ALTER TABLE sync_record
    ADD COLUMN run_id UUID NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    ADD COLUMN stamped_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN edited_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE sync_record ALTER COLUMN run_id DROP DEFAULT;

CREATE INDEX ix_sync_record_run ON sync_record (tenant_id, run_id);

ALTER TABLE sync_run
    ADD COLUMN deleted BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN pushed BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN conflicts BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN refused BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN dropped BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN plan_id UUID,
    ADD COLUMN allowed_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE sync_run
    ALTER COLUMN deleted DROP DEFAULT,
    ALTER COLUMN pushed DROP DEFAULT,
    ALTER COLUMN conflicts DROP DEFAULT,
    ALTER COLUMN refused DROP DEFAULT,
    ALTER COLUMN dropped DROP DEFAULT;

ALTER TABLE change
    ADD COLUMN value TEXT,
    ADD COLUMN version BIGINT NOT NULL DEFAULT 0,
    DROP CONSTRAINT pk_change,
    ADD CONSTRAINT pk_change PRIMARY KEY (tenant_id, id);

UPDATE change SET value = CASE side WHEN 'ours' THEN ours ELSE theirs END;

ALTER TABLE change
    ALTER COLUMN value SET NOT NULL,
    ALTER COLUMN version DROP DEFAULT;

CREATE INDEX ix_change_record ON change (tenant_id, kind, local_id);

CREATE INDEX ix_change_run ON change (tenant_id, run_id, id);

ALTER TABLE staff_task ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

ALTER TABLE staff_task ALTER COLUMN version DROP DEFAULT;

CREATE INDEX ix_member_email ON member (tenant_id, email_key, id);

CREATE INDEX ix_lead_email ON lead (tenant_id, email_key, id);

INSERT INTO edited_record (tenant_id, kind, local_id, version)
    SELECT DISTINCT link.tenant_id, link.kind, link.local_id, local.version
    FROM sync_record link JOIN member local ON local.tenant_id = link.tenant_id AND local.id = link.local_id
    WHERE link.kind = 'member' AND link.local_version <> local.version;

INSERT INTO edited_record (tenant_id, kind, local_id, version)
    SELECT DISTINCT link.tenant_id, link.kind, link.local_id, local.version
    FROM sync_record link JOIN membership local ON local.tenant_id = link.tenant_id AND local.id = link.local_id
    WHERE link.kind = 'membership' AND link.local_version <> local.version;

INSERT INTO edited_record (tenant_id, kind, local_id, version)
    SELECT DISTINCT link.tenant_id, link.kind, link.local_id, local.version
    FROM sync_record link JOIN lead local ON local.tenant_id = link.tenant_id AND local.id = link.local_id
    WHERE link.kind = 'lead' AND link.local_version <> local.version;
