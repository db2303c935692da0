CREATE TABLE credentials (
    user_id uuid PRIMARY KEY,
    password_hash text NOT NULL,
    must_change boolean NOT NULL,
    totp text NOT NULL,
    is_enrolled boolean NOT NULL,
    totp_step bigint NOT NULL,
    changed_at bigint NOT NULL
);

CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL,
    method text NOT NULL,
    address bytea NOT NULL,
    is_verified boolean NOT NULL,
    opened_at bigint NOT NULL,
    seen_at bigint NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_seen ON sessions (seen_at);

CREATE TABLE sign_in_attempts (
    attempt_id uuid PRIMARY KEY,
    account bytea NOT NULL,
    address bytea NOT NULL,
    at bigint NOT NULL
);
CREATE INDEX sign_in_attempts_account ON sign_in_attempts (account, at);
CREATE INDEX sign_in_attempts_address ON sign_in_attempts (address, at);
CREATE INDEX sign_in_attempts_at ON sign_in_attempts (at);

CREATE TABLE preferences (
    preference_id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    name text NOT NULL,
    value text NOT NULL,
    changed_at bigint NOT NULL
);
CREATE INDEX preferences_user ON preferences (user_id);
