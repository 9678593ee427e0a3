-- What a repeated request is told, and how a list finds what a reference and another filter have in common.

-- A refusal as its client was told it. The ruling and the numbers of the record are the key's already; the rest was compiled from
-- the catalogue as it was then, or read after the refusal: which product a SKU named, what else was short, who holds it. Kept for
-- requests of several lines only, because a movement's refusal says nothing that the request and the ruling do not.
alter table idempotency_key add column told text;
grant update (told) on idempotency_key to ${applicationRole};

-- Keeps a refusal unless one is kept already, and answers the one that is; null where there is no such key.
create function keep_refusal_1(p_tenant uuid, p_key text, p_fingerprint uuid, p_told text) returns text
language plpgsql volatile as $f$
begin
  perform set_config('app.tenant_id', p_tenant::text, true);
  update idempotency_key k set told = p_told
    where k.tenant_id = p_tenant and k.key = p_key and k.fingerprint = p_fingerprint and k.told is null and p_told is not null;
  return (select k.told from idempotency_key k
    where k.tenant_id = p_tenant and k.key = p_key and k.fingerprint = p_fingerprint);
end $f$;

-- A reference is looked for together with a record, a warehouse or a type. Said by the index itself, they cost no look at the entry;
-- still only entries that have a reference pay for it.
drop index movement_reference;
create index movement_reference on movement (tenant_id, reference, sequence) include (type, warehouse_id, inventory_id)
  where reference is not null;
