CREATE TABLE pending_forms (
    token_hash bytea PRIMARY KEY,
    establishment_id uuid NOT NULL,
    form text NOT NULL,
    kept_at bigint NOT NULL
) WITHOUT ROWID;
CREATE INDEX pending_forms_kept ON pending_forms (kept_at);
