CREATE TABLE mycarenet_sessions (
    establishment_id uuid PRIMARY KEY,
    session_id uuid NOT NULL,
    method text NOT NULL,
    holder_kind text NOT NULL,
    opened_at bigint NOT NULL,
    opened_by text NOT NULL,
    ends_at bigint NOT NULL,
    secret text NOT NULL
);

CREATE TABLE mycarenet_card_requests (
    request_id uuid PRIMARY KEY,
    establishment_id uuid NOT NULL,
    actor text NOT NULL,
    secret text NOT NULL,
    made_at bigint NOT NULL
);
CREATE INDEX mycarenet_card_requests_made ON mycarenet_card_requests (made_at);
