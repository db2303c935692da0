ALTER TABLE jobs ADD COLUMN proposes boolean NOT NULL DEFAULT false;
