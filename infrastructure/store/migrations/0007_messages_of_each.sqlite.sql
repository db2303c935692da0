-- SQLite changes no primary key: the table is made anew, its rows as they are.
CREATE TABLE messages_of_each (
    sha256 text NOT NULL,
    establishment_id uuid NOT NULL,
    kind text NOT NULL,
    direction text NOT NULL,
    size bigint NOT NULL,
    stored_at bigint NOT NULL,
    wrapped_key bytea NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (sha256, establishment_id, kind)
);
INSERT INTO messages_of_each (sha256, establishment_id, kind, direction, size, stored_at, wrapped_key, content)
    SELECT sha256, establishment_id, kind, direction, size, stored_at, wrapped_key, content FROM messages;
DROP TABLE messages;
ALTER TABLE messages_of_each RENAME TO messages;
