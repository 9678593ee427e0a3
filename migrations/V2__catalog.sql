-- What is stocked and where: products and warehouses, kept when deleted, because the ledger speaks of them for ever.

create table product (
  tenant_id uuid not null references tenant,
  id uuid not null,
  sku text not null check (length(sku) between 1 and 256),
  name text not null check (length(name) between 1 and 256),
  description text check (length(description) <= 256),
  price numeric(19, 4) check (price >= 0),
  barcodes text[] not null default '{}',
  status text not null check (status in ('ACTIVE', 'INACTIVE')),
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (tenant_id, id)
);
create unique index product_sku on product (tenant_id, sku) where deleted_at is null;

create table warehouse (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name text not null check (length(name) between 1 and 256),
  location text check (length(location) <= 256),
  status text not null check (status in ('ACTIVE', 'INACTIVE')),
  is_default boolean not null default false,
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (tenant_id, id)
);
create unique index warehouse_name on warehouse (tenant_id, name) where deleted_at is null;

alter table product enable row level security;
create policy tenant_isolation on product using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant select, insert, update on product to ${applicationRole};

alter table warehouse enable row level security;
create policy tenant_isolation on warehouse using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant select, insert, update on warehouse to ${applicationRole};

-- A product as its own resource shows it: the body of answers and of catalog events.
create function product_state(p product) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object('id', p.id, 'sku', p.sku, 'name', p.name, 'description', p.description,
    'price', trim_scale(p.price), 'barcodes', p.barcodes, 'status', p.status, 'version', p.version, 'createdAt', json_instant(p.created_at),
    'updatedAt', json_instant(p.updated_at), 'deletedAt', json_instant(p.deleted_at)))
$$;

-- A warehouse as its own resource shows it.
create function warehouse_state(w warehouse) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object('id', w.id, 'name', w.name, 'location', w.location, 'status', w.status,
    'isDefault', w.is_default, 'version', w.version, 'createdAt', json_instant(w.created_at),
    'updatedAt', json_instant(w.updated_at), 'deletedAt', json_instant(w.deleted_at)))
$$;
