ALTER TABLE mycarenet_sessions ADD COLUMN fingerprint text NOT NULL DEFAULT '';
ALTER TABLE mycarenet_sessions ADD COLUMN certificate_ends_at bigint;
