CREATE TABLE work_leases (
    name text PRIMARY KEY,
    owner text NOT NULL,
    until bigint NOT NULL
);
