-- Opening a tenant, and the few questions that cross tenants. The latter run with the owner's rights and answer ids and
-- positions only.

create function open_tenant_1(p_tenant uuid, p_name text, p_min_stock bigint, p_max_stock bigint, p_warehouse uuid) returns void
language plpgsql volatile as $f$
declare
  moment timestamptz := clock_timestamp();
begin
  perform set_config('app.tenant_id', p_tenant::text, true);
  insert into tenant (tenant_id, name, default_min_stock, default_max_stock, created_at, updated_at)
    values (p_tenant, p_name, p_min_stock, p_max_stock, moment, moment);
  -- Random, so that the ledger of a restored or recreated tenant is never taken for another history of the same length.
  insert into ledger_head (tenant_id, epoch, last_at, default_warehouse_id)
    values (p_tenant, left(gen_random_uuid()::text, 8), moment, p_warehouse);
  insert into warehouse (tenant_id, id, name, status, is_default, version, created_at, updated_at)
    values (p_tenant, p_warehouse, 'Main', 'ACTIVE', true, 1, moment, moment);
end $f$;

create function tenant_ids_1(p_after uuid, p_limit int) returns setof uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select t.tenant_id from tenant t where t.deleted_at is null and t.tenant_id > p_after order by t.tenant_id limit p_limit
$$;

create function ledger_heads_1(p_tenants uuid[]) returns table (tenant_id uuid, epoch text, sequence bigint)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select h.tenant_id, h.epoch, h.sequence from ledger_head h where h.tenant_id = any (p_tenants)
$$;

-- Deletes at most p_limit expired keys and says how many: small chunks, so that no change waits long for the clean-up.
create function expire_idempotency_keys_1(p_before timestamptz, p_limit int) returns bigint
language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  with expired as (
    delete from idempotency_key k where (k.tenant_id, k.key) in
      (select e.tenant_id, e.key from idempotency_key e where e.created_at < p_before limit p_limit for update skip locked)
    returning 1)
  select count(*) from expired
$$;

-- Reservations whose time is over, the longest overdue first. Those of a deleted tenant stay as they are.
create function due_reservations_1(p_limit int) returns table (tenant_id uuid, id uuid)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select d.tenant_id, d.id from document d join ledger_head h on h.tenant_id = d.tenant_id and not h.closed
    where d.status = 'HELD' and d.expires_at <= clock_timestamp() order by d.expires_at limit p_limit
$$;

revoke execute on function tenant_ids_1(uuid, int), ledger_heads_1(uuid[]), expire_idempotency_keys_1(timestamptz, int),
  due_reservations_1(int) from public;
grant execute on function tenant_ids_1(uuid, int), ledger_heads_1(uuid[]), expire_idempotency_keys_1(timestamptz, int),
  due_reservations_1(int) to ${applicationRole};
