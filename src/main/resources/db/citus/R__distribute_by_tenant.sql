-- Only on Citus, and only where spring.flyway.locations names classpath:db/citus too (docs/scaling.md): spreads every table over the
-- nodes by tenant_id, all alike, so that whatever belongs to a tenant lies on one node, and sends each function of a tenant to that node.
-- Repeatable, and does nothing twice: after a new migration adds a table or a function, change this file's last line.
create extension if not exists citus;
-- All in one transaction: one connection to each node, or Citus refuses the second step for the first.
set local citus.multi_shard_modify_mode = 'sequential';

do $$
declare
  one record;
begin
  for one in
    select c.oid::regclass::text as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
      and not exists (select from pg_dist_partition d where d.logicalrelid = c.oid::regclass)
    -- A table before those that refer to it: a foreign key is only taken between distributed tables.
    order by c.relname <> 'tenant', (select count(*) from pg_constraint f where f.conrelid = c.oid and f.contype = 'f'), c.relname
  loop
    perform create_distributed_table(one.name, 'tenant_id',
      colocate_with => case when one.name = 'tenant' then 'none' else 'tenant' end);
  end loop;
  -- In the order in which they were made: a node takes no function before those that it calls.
  for one in
    select p.oid::regprocedure as signature, p.provolatile = 'v' and p.proargnames[1] = 'p_tenant' as delegated,
      p.proconfig @> '{plan_cache_mode=force_generic_plan}' as fixed,
      p.proname like 'post\_entries\__' as ledger from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and not p.prosecdef and p.prorettype <> 'trigger'::regtype
    order by p.oid
  loop
    if one.delegated then
      perform create_distributed_function(one.signature, 'p_tenant', colocate_with => 'tenant');
    elsif not exists (select from pg_dist_object d where d.classid = 'pg_proc'::regclass and d.objid = one.signature::oid) then
      perform create_distributed_function(one.signature);
    end if;
    -- What the sessions of the service say goes no further than the coordinator.
    if one.ledger then
      execute format('alter function %s set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off '
        'set enable_mergejoin = off set enable_material = off', one.signature);
    end if;
    -- Citus plans for the values at hand: a plan for all values finds no node.
    if one.fixed then
      execute format('alter function %s reset plan_cache_mode', one.signature);
    end if;
  end loop;
end $$;

-- The questions that cross tenants, as they are but in PL/pgSQL: a function in SQL gets no plan over several nodes.
create or replace function tenant_ids_1(p_after uuid, p_limit int) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $f$
begin
  return query select t.tenant_id from tenant t where t.deleted_at is null and t.tenant_id > p_after order by t.tenant_id limit p_limit;
end $f$;

create or replace function ledger_heads_1(p_tenants uuid[]) returns table (tenant_id uuid, epoch text, sequence bigint)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $f$
begin
  return query select h.tenant_id, h.epoch, h.sequence from ledger_head h where h.tenant_id = any (p_tenants);
end $f$;

create or replace function ledger_heads_2(p_tenants uuid[]) returns table (tenant_id uuid, epoch text, sequence bigint)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $f$
begin
  return query select h.tenant_id, h.epoch, h.sequence from ledger_head h where h.tenant_id = any (p_tenants) and not h.closed;
end $f$;

create or replace function due_reservations_1(p_limit int) returns table (tenant_id uuid, id uuid)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $f$
begin
  return query select d.tenant_id, d.id from document d join ledger_head h on h.tenant_id = d.tenant_id and not h.closed
    where d.status = 'HELD' and d.expires_at <= clock_timestamp() order by d.expires_at limit p_limit;
end $f$;

-- Here each key goes in a statement of its own, because no one statement deletes the first so many of several nodes.
create or replace function expire_idempotency_keys_1(p_before timestamptz, p_limit int) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $f$
declare
  expired record;
  forgotten bigint := 0;
begin
  for expired in select k.tenant_id, k.key from idempotency_key k where k.created_at < p_before limit p_limit loop
    delete from idempotency_key k where k.tenant_id = expired.tenant_id and k.key = expired.key;
    forgotten := forgotten + 1;
  end loop;
  return forgotten;
end $f$;

-- These read the clock, or something random, into a variable first: a node takes no such function within an UPDATE.
create or replace function change_tenant_1(p_tenant uuid, p_expected_version bigint, p_name text, p_min_stock bigint, p_max_stock bigint,
  p_rate_limit int) returns boolean
language plpgsql volatile as $f$
declare
  moment timestamptz := clock_timestamp();
begin
  perform set_config('app.tenant_id', p_tenant::text, true);
  update tenant t set name = coalesce(p_name, t.name), default_min_stock = coalesce(p_min_stock, t.default_min_stock),
      default_max_stock = coalesce(p_max_stock, t.default_max_stock),
      rate_limit = nullif(coalesce(p_rate_limit, t.rate_limit), 0),
      version = t.version + 1, updated_at = greatest(t.updated_at, moment)
    where t.tenant_id = p_tenant and t.deleted_at is null
      and (p_expected_version is null or t.version = p_expected_version)
      and coalesce(p_min_stock, t.default_min_stock) <= coalesce(p_max_stock, t.default_max_stock)
      and (coalesce(p_name, t.name), coalesce(p_min_stock, t.default_min_stock), coalesce(p_max_stock, t.default_max_stock),
          nullif(coalesce(p_rate_limit, t.rate_limit), 0))
        is distinct from (t.name, t.default_min_stock, t.default_max_stock, t.rate_limit);
  return found;
end $f$;

create or replace function close_tenant_1(p_tenant uuid) returns boolean
language plpgsql volatile as $f$
declare
  moment timestamptz := clock_timestamp();
begin
  perform set_config('app.tenant_id', p_tenant::text, true);
  update ledger_head h set closed = true where h.tenant_id = p_tenant and not h.closed;
  update tenant t set deleted_at = moment, updated_at = moment, version = t.version + 1
    where t.tenant_id = p_tenant and t.deleted_at is null;
  return found;
end $f$;

create or replace function begin_epoch_1() returns bigint
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $f$
declare
  head record;
  era text;
  renewed bigint := 0;
begin
  for head in select h.tenant_id from ledger_head h loop
    era := left(gen_random_uuid()::text, 8);
    update ledger_head h set epoch = era where h.tenant_id = head.tenant_id;
    renewed := renewed + 1;
  end loop;
  return renewed;
end $f$;

create or replace function product_named_1(p_tenant uuid, p_word text) returns uuid language plpgsql stable as $f$
declare
  named uuid;
begin
  select p.id into named from product p where p.tenant_id = p_tenant and p.sku = p_word and p.deleted_at is null;
  if not found then
    select b.product_id into named from product_barcode b where b.tenant_id = p_tenant and b.barcode = p_word;
  end if;
  return named;
end $f$;

create or replace function transfers_in_transit_1(p_tenant uuid, p_kind smallint, p_id uuid) returns jsonb language plpgsql stable as $f$
begin
  return (select jsonb_build_object('transfers', jsonb_agg(t.id)) from (
    select d.id from document d
    where d.tenant_id = p_tenant and d.kind = 4 and d.status = 'IN_TRANSIT' and case
      when p_kind = 1 then exists (select from jsonb_array_elements(d.body -> 'lines') l where l ->> 'productId' = p_id::text
        and (l ->> 'quantity')::bigint > (l ->> 'received')::bigint + (l ->> 'lost')::bigint)
      else p_id::text in (d.body ->> 'fromWarehouseId', d.body ->> 'toWarehouseId') end
    order by d.id limit 20) t
  having count(*) > 0);
end $f$;

create or replace function write_product_1(p_tenant uuid, p_id uuid, p_action text, p_state jsonb, p_at timestamptz) returns jsonb
language plpgsql volatile as $f$
declare
  written product;
  words text[] := array(select jsonb_array_elements_text(nullif(p_state -> 'barcodes', 'null')));
begin
  if p_action = 'CREATE' then
    insert into product (tenant_id, id, sku, name, description, price, barcodes, status, version, created_at, updated_at)
      values (p_tenant, p_id, p_state ->> 'sku', p_state ->> 'name', p_state ->> 'description', (p_state ->> 'price')::numeric,
        words, p_state ->> 'status', 1, p_at, p_at)
      returning * into written;
  elsif p_action = 'UPDATE' then
    update product p set sku = p_state ->> 'sku', name = p_state ->> 'name', description = p_state ->> 'description',
        price = (p_state ->> 'price')::numeric, barcodes = words,
        status = p_state ->> 'status', version = p.version + 1, updated_at = p_at
      where p.tenant_id = p_tenant and p.id = p_id returning * into written;
  else
    update product p set deleted_at = case p_action when 'DELETE' then p_at end, version = p.version + 1, updated_at = p_at
      where p.tenant_id = p_tenant and p.id = p_id returning * into written;
  end if;
  delete from product_barcode b where b.tenant_id = p_tenant and b.product_id = p_id;
  insert into product_barcode (tenant_id, barcode, product_id)
    select distinct p_tenant, w.barcode, p_id from unnest(written.barcodes) w(barcode) where written.deleted_at is null;
  return product_state(written);
end $f$;

create or replace function resolve_alerts_1(p_tenant uuid, p_inventory uuid[], p_sequence bigint, p_at timestamptz) returns jsonb
language plpgsql volatile as $f$
declare
  resolved alert;
  states jsonb;
begin
  for resolved in
    update alert a set resolved_at = p_at, resolved_sequence = p_sequence
      where a.tenant_id = p_tenant and a.inventory_id = any (p_inventory) and a.resolved_sequence is null
      returning a.*
  loop
    states := coalesce(states, '[]') || alert_state(resolved, p_sequence);
  end loop;
  return states;
end $f$;

-- A node that is told the value of x in CASE x WHEN y compares y with a condition: CASE WHEN x = y.
do $$
declare
  one record;
begin
  for one in select pg_get_functiondef(p.oid) as source from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.prosrc ~ 'case (p_kind|p_action)\s+when '
  loop
    execute regexp_replace(one.source, 'case (p_kind|p_action)\s+when ', 'case when \1 = ', 'g');
  end loop;
end $$;

-- Rights to single columns do not reach the nodes.
grant update on idempotency_key to ${applicationRole};

-- A node takes no function of a row in RETURNING: the row first, then what it looks like; and no time that depends on the session's
-- zone in COALESCE: the time first.
do $$
declare
  source text := pg_get_functiondef('post_entries_in_order_3'::regproc);
  one record;
begin
  for one in select * from (values
    ($old$returning alert_state(a, start + crossing.n) into event;$old$,
     $new$returning a.* into changed; event := alert_state(changed, start + crossing.n);$new$, 'changed alert;'),
    ($old$update document d set status = change ->> 'status', body = change -> 'body', version = d.version + 1, updated_at = moment,
              expires_at = coalesce(moment + make_interval(secs => (change ->> 'ttlSeconds')::int), d.expires_at)$old$,
     $new$deadline := moment + make_interval(secs => (change ->> 'ttlSeconds')::int);
          update document d set status = change ->> 'status', body = change -> 'body', version = d.version + 1, updated_at = moment,
              expires_at = coalesce(deadline, d.expires_at)$new$, 'deadline timestamptz;')) w(old, new, variable)
  loop
    if position(one.old in source) > 0 then
      source := regexp_replace(replace(source, one.old, one.new), '\mdeclare\M', 'declare ' || one.variable);
    elsif position(one.new in source) = 0 then
      raise exception 'post_entries_in_order_3 is another than this file knows: %', one.old;
    end if;
  end loop;
  execute source;
end $$;

-- On a node a row is one of a part of the table, and that is another type than the table's: what shows a row takes any that has its columns.
do $$
declare
  one record;
begin
  for one in
    select p.proname, p.proargnames as names, p.prosrc as body, p.pronargs = 2 as at_sequence from pg_proc p
      join pg_class c on c.reltype = p.proargtypes[0] and c.relkind = 'r'
    where p.pronamespace = 'public'::regnamespace and p.proname in ('product_state', 'warehouse_state', 'alert_state', 'document_state')
  loop
    execute format('create or replace function %I(%I anyelement%s) returns jsonb language plpgsql stable as %L', one.proname, one.names[1],
      case when one.at_sequence then ', p_sequence bigint' else '' end, 'begin return (' || one.body || '); end');
  end loop;
end $$;

-- 3
