ALTER TABLE sessions ADD COLUMN is_over boolean NOT NULL DEFAULT false;

DROP TABLE pending_forms;
CREATE TABLE pending_forms (
    token_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL,
    address bytea NOT NULL,
    form text NOT NULL,
    kept_at bigint NOT NULL
);
CREATE INDEX pending_forms_user ON pending_forms (user_id);
CREATE INDEX pending_forms_address ON pending_forms (address);
CREATE INDEX pending_forms_kept ON pending_forms (kept_at);
