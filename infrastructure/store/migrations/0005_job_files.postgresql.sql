ALTER TABLE jobs ADD COLUMN undoes uuid;
ALTER TABLE jobs ADD COLUMN is_seen boolean NOT NULL DEFAULT true;
CREATE INDEX jobs_undoing ON jobs (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX jobs_unseen ON jobs (actor, establishment_id) WHERE NOT is_seen;

CREATE TABLE job_files (
    job_id uuid PRIMARY KEY,
    file text NOT NULL
);
