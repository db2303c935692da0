CREATE TABLE jobs (
    job_id uuid PRIMARY KEY,
    establishment_id uuid NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    reason text NOT NULL,
    correlation_id text NOT NULL,
    state text NOT NULL,
    total bigint NOT NULL,
    cents bigint NOT NULL,
    done bigint NOT NULL,
    failed bigint NOT NULL,
    is_stopping boolean NOT NULL,
    created_at bigint NOT NULL,
    ended_at bigint NOT NULL,
    lease_owner text NOT NULL,
    lease_until bigint NOT NULL
);
CREATE INDEX jobs_establishment ON jobs (establishment_id, created_at);
CREATE INDEX jobs_open ON jobs (created_at) WHERE state IN ('waiting', 'running');

CREATE TABLE job_items (
    job_id uuid NOT NULL,
    number integer NOT NULL,
    subject_id uuid NOT NULL,
    state text NOT NULL,
    code text NOT NULL,
    PRIMARY KEY (job_id, number)
);
