-- The stock itself and its ledger. Only the functions of the ledger module write here, one call per transaction.

-- No index covers quantity, reserved or version, and pages keep room, so that a stock change is a HOT update.
create table inventory (
  tenant_id uuid not null references tenant,
  id uuid not null,
  product_id uuid not null,
  warehouse_id uuid not null,
  quantity bigint not null,
  reserved bigint not null,
  min_stock bigint not null,
  max_stock bigint not null,
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, warehouse_id, product_id),
  foreign key (tenant_id, product_id) references product (tenant_id, id),
  foreign key (tenant_id, warehouse_id) references warehouse (tenant_id, id),
  constraint reserved_within_quantity check (reserved between 0 and quantity),
  constraint quantity_within_json check (quantity <= 9007199254740991),
  constraint thresholds_in_order check (min_stock between 0 and max_stock and max_stock <= 9007199254740991)
) with (fillfactor = 70);
create index inventory_product on inventory (tenant_id, product_id);

-- Append-only: the application role may insert and read, nothing else. An entry carries the record's whole state after it, so
-- that a feed, an export or a question about the past reads one row. No foreign keys: only post_entries writes here.
create table movement (
  tenant_id uuid not null,
  sequence bigint not null,
  created_at timestamptz not null,
  occurred_at timestamptz,
  inventory_id uuid,
  product_id uuid,
  warehouse_id uuid,
  delta bigint not null,
  reserved_delta bigint not null,
  quantity_after bigint,
  reserved_after bigint,
  min_stock bigint,
  max_stock bigint,
  version bigint,
  subject_id uuid,
  reverses bigint,
  type smallint not null,
  subject_kind smallint,
  actor text not null,
  reason text,
  reference text,
  subject_state jsonb,
  primary key (tenant_id, sequence)
);
create index movement_inventory on movement (tenant_id, inventory_id, sequence);
-- A movement is reversed once; post_entries looks first, this stands behind it.
create unique index movement_reverses on movement (tenant_id, reverses) where reverses is not null;

-- What stands behind several entries: a reservation (kind 3) or a transfer (kind 4). Its state changes together with the stock it
-- is about, guarded by its version; the body belongs to the module that knows the kind.
create table document (
  tenant_id uuid not null,
  id uuid not null,
  kind smallint not null,
  status text not null,
  reference text,
  body jsonb not null,
  version bigint not null,
  expires_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
create index document_status on document (tenant_id, kind, status, id);
create index document_reference on document (tenant_id, kind, reference) where reference is not null;
create index document_due on document (expires_at) where status = 'HELD';

-- What a held reservation holds of a record. Their sum is the record's reserved.
create table hold (
  tenant_id uuid not null,
  document_id uuid not null,
  inventory_id uuid not null,
  quantity bigint not null check (quantity > 0),
  primary key (tenant_id, document_id, inventory_id)
);
create index hold_inventory on hold (tenant_id, inventory_id);

create table alert (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null check (kind in ('LOW_STOCK', 'OUT_OF_STOCK')),
  inventory_id uuid not null,
  product_id uuid not null,
  warehouse_id uuid not null,
  quantity bigint not null,
  min_stock bigint not null,
  opened_at timestamptz not null,
  opened_sequence bigint not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  acknowledged_sequence bigint,
  resolved_at timestamptz,
  resolved_sequence bigint,
  primary key (tenant_id, id)
);
-- At most one open alert per record, and the way to find it.
create unique index alert_unresolved on alert (tenant_id, inventory_id) where resolved_sequence is null;
-- What happened to alerts after a position.
create index alert_opened on alert (tenant_id, opened_sequence);
create index alert_acknowledged on alert (tenant_id, acknowledged_sequence) where acknowledged_sequence is not null;
create index alert_resolved on alert (tenant_id, resolved_sequence) where resolved_sequence is not null;

-- A client's key with what it stood on and what became of it. For a refusal: the numbers of the record that refused.
create table idempotency_key (
  tenant_id uuid not null,
  key text not null check (length(key) between 1 and 256),
  fingerprint uuid not null,
  created_at timestamptz not null,
  verdict smallint not null,
  line int not null,
  first_sequence bigint,
  last_sequence bigint,
  quantity bigint,
  reserved bigint,
  max_stock bigint,
  version bigint,
  primary key (tenant_id, key)
);
-- Keys arrive in time order, so a block range index finds the expired ones at next to no cost.
create index idempotency_key_age on idempotency_key using brin (created_at);

alter table inventory enable row level security;
create policy tenant_isolation on inventory using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant select, insert, update on inventory to ${applicationRole};

alter table movement enable row level security;
create policy tenant_isolation on movement using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant select, insert on movement to ${applicationRole};

alter table document enable row level security;
create policy tenant_isolation on document using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant select, insert, update on document to ${applicationRole};

alter table hold enable row level security;
create policy tenant_isolation on hold using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant select, insert, delete on hold to ${applicationRole};

alter table alert enable row level security;
create policy tenant_isolation on alert using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant select, insert, update on alert to ${applicationRole};

alter table idempotency_key enable row level security;
create policy tenant_isolation on idempotency_key using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant select, insert on idempotency_key to ${applicationRole};

-- How a record stands. The Java enum StockStatus decides the same way, and a test compares the two.
create function stock_status(p_quantity bigint, p_min_stock bigint, p_max_stock bigint) returns text language sql immutable as $$
  select case when p_quantity = 0 then 'OUT_OF_STOCK' when p_quantity < p_min_stock then 'LOW_STOCK'
    when p_quantity > p_max_stock then 'OVERSTOCK' else 'OK' end
$$;

-- An alert as its own resource shows it, in the state that the entry p_sequence brought it to.
create function alert_state(a alert, p_sequence bigint) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object('id', a.id, 'sequence', p_sequence, 'kind', a.kind,
    'state', case when a.resolved_sequence <= p_sequence then 'RESOLVED' when a.acknowledged_sequence <= p_sequence then 'ACKNOWLEDGED'
      else 'OPEN' end,
    'inventoryId', a.inventory_id, 'productId', a.product_id, 'warehouseId', a.warehouse_id, 'quantity', a.quantity,
    'minStock', a.min_stock, 'openedAt', json_instant(a.opened_at), 'openedSequence', a.opened_sequence)
    || case when a.acknowledged_sequence <= p_sequence then jsonb_build_object('acknowledgedAt', json_instant(a.acknowledged_at),
      'acknowledgedBy', a.acknowledged_by, 'acknowledgedSequence', a.acknowledged_sequence) else '{}' end
    || case when a.resolved_sequence <= p_sequence then jsonb_build_object('resolvedAt', json_instant(a.resolved_at),
      'resolvedSequence', a.resolved_sequence) else '{}' end)
$$;

-- A document as its own resource shows it.
create function document_state(d document) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object('id', d.id, 'status', d.status, 'reference', d.reference) || d.body
    || jsonb_build_object('expiresAt', json_instant(d.expires_at), 'version', d.version, 'createdAt', json_instant(d.created_at),
      'updatedAt', json_instant(d.updated_at)))
$$;
