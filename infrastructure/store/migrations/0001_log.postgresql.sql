CREATE TABLE commits (
    id bigint PRIMARY KEY,
    recorded_at bigint NOT NULL,
    actor text NOT NULL,
    on_behalf_of text,
    reason text NOT NULL,
    reason_subject uuid,
    cause text NOT NULL,
    command_id text NOT NULL,
    correlation_id text NOT NULL
);
CREATE INDEX commits_recorded_at ON commits (recorded_at, id);

CREATE TABLE events (
    position bigint PRIMARY KEY,
    stream_id uuid NOT NULL,
    version integer NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    commit_id bigint NOT NULL,
    CONSTRAINT events_stream UNIQUE (stream_id, version)
);

CREATE TABLE answers (
    key text PRIMARY KEY,
    digest text NOT NULL,
    status integer NOT NULL,
    body bytea NOT NULL,
    position bigint NOT NULL,
    recorded_at bigint NOT NULL
);

CREATE TABLE messages (
    sha256 text PRIMARY KEY,
    establishment_id uuid NOT NULL,
    kind text NOT NULL,
    direction text NOT NULL,
    size bigint NOT NULL,
    stored_at bigint NOT NULL,
    wrapped_key bytea NOT NULL,
    content bytea NOT NULL
);
ALTER TABLE messages ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE installation (
    id integer PRIMARY KEY CHECK (id = 1),
    secret bytea NOT NULL,
    erasures bigint NOT NULL
);
CREATE TABLE keys (subject_id uuid PRIMARY KEY, wrapped bytea NOT NULL, created_at bigint NOT NULL);
CREATE TABLE erased_keys (subject_id uuid PRIMARY KEY, erased_at bigint NOT NULL);

CREATE TABLE access_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at bigint NOT NULL,
    actor text NOT NULL,
    on_behalf_of text,
    action text NOT NULL,
    patient_id uuid NOT NULL,
    cause text NOT NULL
);
CREATE INDEX access_log_patient ON access_log (patient_id, id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is recorded is never changed';
END $$;
CREATE TRIGGER events_fixed BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER commits_fixed BEFORE UPDATE OR DELETE ON commits FOR EACH ROW EXECUTE FUNCTION refuse_change();
