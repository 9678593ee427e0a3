-- Reservations as lists show them, the newest first, and the next of a tenant to expire.
create index document_newest on document (tenant_id, kind, id);
create index document_expiry on document (tenant_id, expires_at) where status = 'HELD';
