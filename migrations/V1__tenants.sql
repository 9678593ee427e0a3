-- Tenants come first, because every other row belongs to exactly one and row level security fails closed without one.
--
-- The service logs in as ${applicationRole}, which owns nothing here: it may only do what is granted below, on rows of the
-- tenant that the transaction has named. Flyway logs in as the owner. Create both roles before the first migration.

do $$
begin
  if not exists (select from pg_roles where rolname = '${applicationRole}') then
    raise exception 'role ${applicationRole} does not exist: create role ${applicationRole} login password ...';
  end if;
end $$;

revoke all on schema public from public;
grant usage on schema public to ${applicationRole};

-- The tenant of this transaction. The setting turns '' and not null after its transaction: both mean none, and none sees nothing.
-- Policies spell this out rather than call a function, so that Citus can send them to its workers.

create table tenant (
  tenant_id uuid primary key,
  name text not null check (length(name) between 1 and 256),
  default_min_stock bigint not null check (default_min_stock >= 0),
  default_max_stock bigint not null check (default_max_stock between default_min_stock and 9007199254740991),
  rate_limit int check (rate_limit > 0),
  version bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);

-- One row per tenant, locked first by every change: the tenant's changes are serial, so that sequence order is commit order.
create table ledger_head (
  tenant_id uuid primary key references tenant,
  epoch text not null,
  sequence bigint not null default 0 check (sequence >= 0),
  last_at timestamptz not null,
  default_warehouse_id uuid not null,
  closed boolean not null default false
) with (fillfactor = 10);

alter table tenant enable row level security;
create policy tenant_isolation on tenant using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant select, insert, update on tenant to ${applicationRole};

alter table ledger_head enable row level security;
create policy tenant_isolation on ledger_head using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant select, insert, update on ledger_head to ${applicationRole};

-- UUIDv7 (RFC 9562, 5.7): milliseconds first, so that ids made in order are stored in order. For the ids that only SQL can make.
create function uuid_v7(p_at timestamptz) returns uuid language sql volatile as $$
  select encode(set_byte(overlay(uuid_send(gen_random_uuid()) placing
    substring(int8send((extract(epoch from p_at) * 1000)::bigint) from 3) from 1 for 6),
    6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112), 'hex')::uuid
$$;

-- An instant as JSON clients see it: ISO 8601, UTC, microseconds.
create function json_instant(p_at timestamptz) returns text language sql stable as $$
  select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;
