ALTER TABLE messages DROP CONSTRAINT messages_pkey, ADD PRIMARY KEY (sha256, establishment_id, kind);
