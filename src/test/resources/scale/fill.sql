-- Fills one tenant with valid data, set by set: products x warehouses records, each opened, then moved in cycles of ten entries that
-- leave it as it was; the first record is hot. The last warehouse and the last product have openings only. Some records end amid a
-- cycle: with an open alert or a held reservation. Needs a temporary table size (tenant, products, warehouses, cycles, hot_cycles).
create temp table index_definitions as select indexname, indexdef from pg_indexes where tablename = 'movement' and indexname <> 'movement_pkey';
do $$ declare i record; begin for i in select * from index_definitions loop execute 'drop index ' || i.indexname; end loop; end $$;
create temp table step (place int, type smallint, delta int, reserved_delta int, quantity int, reserved int);
insert into step values (1,3,-3,0,-3,0),(2,2,3,0,0,0),(3,7,0,2,0,2),(4,9,-2,-2,-2,0),(5,4,2,0,0,0),(6,6,-5,0,-5,0),(7,5,5,0,0,0),(8,7,0,1,0,1),(9,8,0,-1,0,0),(10,11,0,0,0,0);
insert into warehouse (tenant_id, id, name, status, version, created_at, updated_at)
  select tenant, ('01900000-0000-7000-9000-' || lpad(to_hex(w), 12, '0'))::uuid, 'Warehouse ' || w, 'ACTIVE', 1, timestamptz '2020-01-01Z', timestamptz '2020-01-01Z' from size, generate_series(2, warehouses) w;
insert into product (tenant_id, id, sku, name, status, version, created_at, updated_at)
  select tenant, ('01900000-0000-7000-a000-' || lpad(to_hex(p), 12, '0'))::uuid, 'SKU-' || p, 'Product ' || p, 'ACTIVE', 1, timestamptz '2020-01-01Z', timestamptz '2020-01-01Z' from size, generate_series(1, products) p;
-- the last product and the last warehouse are rare: one record, one entry each
create temp table stocked as
  select p, w, ('01900000-0000-7000-b000-' || lpad(to_hex((p - 1) * warehouses + w), 12, '0'))::uuid as id,
    ('01900000-0000-7000-a000-' || lpad(to_hex(p), 12, '0'))::uuid as product_id, ('01900000-0000-7000-9000-' || lpad(to_hex(w), 12, '0'))::uuid as warehouse_id,
    case when p % 5 = 1 then 12 else 500 end as start,
    1 + case when p = products or w = warehouses then 0 when p = 1 and w = 1 then 10 * hot_cycles else 10 * cycles + case p % 20 when 1 then 1 when 2 then 3 else 0 end end as entries
  from size, generate_series(1, products) p, generate_series(1, warehouses) w;
create temp table happened as
  select row_number() over (order by at, p, w, j) as n, e.* from (
   select r.*, j, (j - 1) / 10 as cycle, coalesce(s.type, 1::smallint) as type, coalesce(s.delta, r.start) as delta, coalesce(s.reserved_delta, 0) as reserved_delta, r.start + coalesce(s.quantity, 0) as quantity_after, coalesce(s.reserved, 0) as reserved_after,
    case when j = 0 then (p * warehouses + w) / 1e9 else (j + ((p * 7919 + w * 104729) % 1000) / 1000.0) / r.entries end as at
   from size cross join stocked r cross join generate_series(0, r.entries - 1) j
   left join step s on s.place = (j - 1) % 10 + 1 and j > 0) e;
create temp table numbered as
  select n + products + warehouses - 1 as sequence, timestamptz '2020-01-01Z' + n * interval '1 second' as at, e.p, e.w, e.j, e.id, e.product_id, e.warehouse_id,
    e.start, case when e.type = 2 and e.p <= 20 and e.w = 1 and e.cycle = 0 then 10::smallint else e.type end as type, e.delta, e.reserved_delta, e.quantity_after, e.reserved_after, e.cycle
  from happened e, size;
create index on numbered (p, w, j);
analyze numbered;
insert into movement (tenant_id, sequence, created_at, delta, reserved_delta, type, actor, subject_kind, subject_id, subject_state)
  select p.tenant_id, row_number() over (order by p.id), timestamptz '2020-01-01Z', 0, 0, 12, 'loader', 1, p.id, product_state(p) from product p, size where p.tenant_id = tenant;
insert into movement (tenant_id, sequence, created_at, delta, reserved_delta, type, actor, subject_kind, subject_id, subject_state)
  select w.tenant_id, products + row_number() over (order by w.id), timestamptz '2020-01-01Z', 0, 0, 12, 'loader', 2, w.id, warehouse_state(w) from warehouse w, size where w.tenant_id = tenant and not w.is_default;
insert into movement (tenant_id, sequence, created_at, inventory_id, product_id, warehouse_id, delta, reserved_delta, quantity_after, reserved_after, min_stock, max_stock, version, type,
    actor, reference, reverses, subject_kind, subject_id)
  select tenant, e.sequence, e.at, e.id, e.product_id, e.warehouse_id, e.delta, e.reserved_delta, e.quantity_after, e.reserved_after, 10, 1000, e.j + 1, e.type, 'loader',
    case when e.j = 0 and e.p = 7 then 'RARE' when e.type = 2 then 'PO-' || e.sequence / 50 when e.type = 3 and e.w <= 10 then 'POS' when e.type in (7, 8, 9) then 'ORDER-' || e.p || '-' || e.w || '-' || e.cycle end,
    case when e.type = 10 then b.sequence end,
    case when e.type in (7, 8, 9) and e.p % 10 = 2 then 3 when e.type in (5, 6) and e.p % 10 = 3 then 4 end,
    ('01900000-0000-7000-c000-' || lpad(to_hex(case when e.p % 10 = 2 and e.type = 7 or e.p % 10 = 3 and e.type = 6 then e.sequence when e.p % 10 = 2 and e.type in (8, 9) or e.p % 10 = 3 and e.type = 5 then b.sequence end), 12, '0'))::uuid
  from size cross join numbered e left join numbered b on (e.type = 10 or e.p % 10 in (2, 3) and e.type in (5, 8, 9)) and b.p = e.p and b.w = e.w and b.j = e.j - 1
  order by e.sequence;
do $$ declare i record; begin for i in select * from index_definitions loop execute i.indexdef; end loop; end $$;
insert into inventory (tenant_id, id, product_id, warehouse_id, quantity, reserved, min_stock, max_stock, version, created_at, updated_at)
  select tenant, e.id, e.product_id, e.warehouse_id, e.quantity_after, e.reserved_after, 10, 1000, r.entries, f.at, e.at
  from size, stocked r join numbered e on e.p = r.p and e.w = r.w and e.j = r.entries - 1 join numbered f on f.p = r.p and f.w = r.w and f.j = 0;
insert into document (tenant_id, id, kind, status, reference, body, version, expires_at, created_at, updated_at)
  select tenant, ('01900000-0000-7000-c000-' || lpad(to_hex(e.sequence), 12, '0'))::uuid, 3, case when b.p is null then 'HELD' when b.type = 9 then 'COMMITTED' else 'RELEASED' end,
    'ORDER-' || e.p || '-' || e.w || '-' || e.cycle,
    jsonb_build_object('lines', jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('productId', e.product_id, 'warehouseId', e.warehouse_id, 'quantity', e.reserved_delta, 'committed', case when b.type = 9 then 2 end)))),
    case when b.p is null then 1 else 2 end, case when b.p is null then timestamptz '2999-01-01Z' else e.at + interval '1 day' end, e.at, coalesce(b.at, e.at)
  from size, numbered e left join numbered b on b.p = e.p and b.w = e.w and b.j = e.j + 1 where e.p % 10 = 2 and e.type = 7;
insert into hold (tenant_id, document_id, inventory_id, quantity)
  select tenant, ('01900000-0000-7000-c000-' || lpad(to_hex(e.sequence), 12, '0'))::uuid, e.id, e.reserved_delta
  from size, stocked r join numbered e on e.p = r.p and e.w = r.w and e.j = r.entries - 1 where e.type = 7;
insert into document (tenant_id, id, kind, status, reference, body, version, created_at, updated_at)
  select tenant, ('01900000-0000-7000-c000-' || lpad(to_hex(e.sequence), 12, '0'))::uuid, 4, 'COMPLETED', 'T-' || e.sequence,
    jsonb_build_object('fromWarehouseId', e.warehouse_id, 'toWarehouseId', ('01900000-0000-7000-9000-' || lpad(to_hex(e.w % warehouses + 1), 12, '0'))::uuid, 'mode', 'IN_TRANSIT',
      'lines', jsonb_build_array(jsonb_build_object('productId', e.product_id, 'quantity', 5, 'received', 5, 'lost', 0, 'inTransit', 0))), 2, e.at, e.at
  from size, numbered e where e.p % 10 = 3 and e.type = 6;
insert into alert (tenant_id, id, kind, inventory_id, product_id, warehouse_id, quantity, min_stock, opened_at, opened_sequence, resolved_at, resolved_sequence)
  select tenant, ('01900000-0000-7000-d000-' || lpad(to_hex(e.sequence), 12, '0'))::uuid, 'LOW_STOCK', e.id, e.product_id, e.warehouse_id, e.quantity_after, 10, e.at, e.sequence, b.at, b.sequence
  from size, numbered e left join numbered b on b.p = e.p and b.w = e.w and b.j = e.j + 1 where e.start = 12 and e.type in (3, 6);
update ledger_head h set sequence = (select max(sequence) from numbered), last_at = (select max(at) from numbered) from size where h.tenant_id = tenant;
