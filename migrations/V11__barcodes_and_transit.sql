-- Barcodes name products, and what is in transit keeps its product and its warehouses alive.

-- Every barcode of every live product. It names one product of a tenant, as a SKU does, and is no other product's SKU; the functions
-- that change the catalogue look under the lock of the head, and the key stands behind them.
create table product_barcode (
  tenant_id uuid not null,
  barcode text not null check (length(barcode) between 1 and 256),
  product_id uuid not null,
  primary key (tenant_id, barcode),
  foreign key (tenant_id, product_id) references product (tenant_id, id)
);
create index product_barcode_product on product_barcode (tenant_id, product_id);

alter table product_barcode enable row level security;
create policy tenant_isolation on product_barcode using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant select, insert, delete on product_barcode to ${applicationRole};

-- Until now a barcode could stand on several products: then it names the oldest, and none where it is another product's SKU. The
-- products keep their lists; the next change of one that lost is told which barcode is taken.
insert into product_barcode (tenant_id, barcode, product_id)
  select distinct on (p.tenant_id, b.barcode) p.tenant_id, b.barcode, p.id
  from product p cross join unnest(p.barcodes) b(barcode)
  where p.deleted_at is null and length(b.barcode) between 1 and 256
    and not exists (select from product s where s.tenant_id = p.tenant_id and s.sku = b.barcode and s.deleted_at is null and s.id <> p.id)
  order by p.tenant_id, b.barcode, p.id;

-- The live product that a client means by a word: by its SKU, or else by one of its barcodes.
create function product_named_1(p_tenant uuid, p_word text) returns uuid language sql stable as $$
  select coalesce(
    (select p.id from product p where p.tenant_id = p_tenant and p.sku = p_word and p.deleted_at is null),
    (select b.product_id from product_barcode b where b.tenant_id = p_tenant and b.barcode = p_word))
$$;

-- As post_entries_1, which see. New: a line's SKU may be a barcode; a CATALOG line that names a warehouse wants it to be there and
-- active (the target of a transfer that will arrive later, and so has no line there yet).
create function post_entries_2(p_tenant uuid, p_rehearse boolean, p_last_lines int[], p_keys text[], p_fingerprints uuid[],
  p_types smallint[], p_products uuid[], p_skus text[], p_warehouses uuid[], p_deltas bigint[], p_reserved_deltas bigint[],
  p_actors text[], p_reasons text[], p_references text[], p_terms jsonb)
returns table (command int, line int, verdict smallint, replayed boolean, type smallint, sequence bigint, last_sequence bigint,
  inventory_id uuid, product_id uuid, warehouse_id uuid, quantity bigint, reserved bigint, min_stock bigint, max_stock bigint,
  version bigint, at timestamptz, epoch text, alerts text, subject text)
language plpgsql volatile
-- Every statement is a handful of index look-ups; a plan that scans a table is a mistake of missing statistics.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off
set enable_mergejoin = off set enable_material = off
as $f$
#variable_conflict use_column
declare
  start bigint; moment timestamptz; era text; main uuid; is_closed boolean;
  products uuid[] := p_products;
  slots posting_slot[]; line_slots int[]; s posting_slot; slot int;
  entries posting_entry[] := '{}'; e posting_entry; n int := 0; mark int;
  known posting_decision[]; known_fingerprints uuid[]; origins int[]; origin int;
  decided posting_decision[] := '{}'; d posting_decision;
  first_line int; final_line int := 0; judged int; ruling int; kind smallint; terms jsonb;
  default_min bigint; default_max bigint; touched int; crossing record; alert_texts text[] := '{}'; event jsonb; events jsonb;
  subject uuid; change jsonb; document_now document; subject_texts text[] := '{}'; reversed bigint[] := '{}';
begin
  perform set_config('app.tenant_id', p_tenant::text, true);
  select h.sequence, greatest(h.last_at, clock_timestamp()), h.epoch, h.default_warehouse_id, h.closed
    into start, moment, era, main, is_closed
    from ledger_head h where h.tenant_id = p_tenant for no key update;
  if not found or is_closed then
    return query select 0, 0, 10::smallint, false, null::smallint, null::bigint, null::bigint, null::uuid, null::uuid, null::uuid,
      null::bigint, null::bigint, null::bigint, null::bigint, null::bigint, null::timestamptz, null::text, null::text, null::text;
    return;
  end if;

  -- The records: one slot per distinct product and warehouse, found by one index look-up each. What is deleted is told apart
  -- afterwards: as a condition it would let a planner without statistics take the partial index and read the whole tenant.
  if p_skus is not null then
    -- As product_named_1 has it, but written out: the call of a function for each line would cost as much as all the rest.
    select array_agg(coalesce(l.product,
        (select p.id from product p where p.tenant_id = p_tenant and p.sku = l.sku and p.deleted_at is null),
        (select b.product_id from product_barcode b where b.tenant_id = p_tenant and b.barcode = l.sku)) order by l.n) into products
      from unnest(p_products, p_skus) with ordinality l(product, sku, n);
  end if;
  select array_agg(r.slot order by r.n) into line_slots
    from (select l.n, dense_rank() over (order by l.product, coalesce(l.warehouse, main)) as slot
      from unnest(products, p_warehouses) with ordinality l(product, warehouse, n)) r;
  select array_agg(row(w.product, case when w.product is not null then w.warehouse end, i.id,
      case when p.id is null or p.deleted_at is not null then 1 when h.id is null or h.deleted_at is not null then 2
        when h.status <> 'ACTIVE' then 4 else 0 end,
      coalesce(i.quantity, 0), coalesce(i.quantity, 0), coalesce(i.reserved, 0), coalesce(i.reserved, 0),
      i.min_stock, i.max_stock, coalesce(i.version, 0), coalesce(i.version, 0))::posting_slot order by w.product, w.warehouse)
    into slots
    from (select distinct l.product, coalesce(l.warehouse, main) as warehouse from unnest(products, p_warehouses) l(product, warehouse)) w
    left join product p on p.tenant_id = p_tenant and p.id = w.product
    left join warehouse h on h.tenant_id = p_tenant and h.id = w.warehouse
    left join inventory i on i.tenant_id = p_tenant and i.product_id = w.product and i.warehouse_id = w.warehouse;

  -- The keys: after the lock, so that of two calls with one key the second sees the first.
  if p_keys is not null then
    select array_agg(row(c.n, k.line, k.verdict, true, k.first_sequence, k.last_sequence, k.quantity, k.reserved, k.max_stock,
        k.version)::posting_decision order by c.n), array_agg(k.fingerprint order by c.n), array_agg(c.origin order by c.n)
      into known, known_fingerprints, origins
      from (select u.key, u.n, min(u.n) over (partition by u.key) as origin from unnest(p_keys) with ordinality u(key, n)) c
      left join idempotency_key k on k.tenant_id = p_tenant and k.key = c.key;
  end if;

  for c in 1 .. cardinality(p_last_lines) loop
    first_line := final_line + 1;
    final_line := p_last_lines[c];

    if p_keys[c] is not null then
      origin := origins[c];
      d := known[c];
      if d.verdict is null and origin < c then
        d := decided[origin];
        if p_fingerprints[origin] <> p_fingerprints[c] then
          d.verdict := 9;
        end if;
      elsif known_fingerprints[c] <> p_fingerprints[c] then
        d.verdict := 9;
      end if;
      if d.verdict is not null then
        d.command := c;
        d.replayed := d.verdict <> 9;
        decided[c] := d;
        continue;
      end if;
    end if;

    mark := n;
    ruling := 0;

    -- The document is judged first and written last: of two who commit one reservation the second must hear that its version is
    -- stale, whatever the first left of the stock.
    if first_line <= final_line and p_types[final_line] = 12 then
      judged := final_line;
      slot := line_slots[final_line];
      kind := 12;
      terms := p_terms -> final_line::text;
      subject := (terms -> 'subject' ->> 'id')::uuid;
      change := terms -> 'document';
      select * into document_now from document d where d.tenant_id = p_tenant and d.id = subject;
      ruling := case
        when (change ->> 'expected')::bigint is distinct from document_now.version then 5
        when change ? 'unexpired' and document_now.expires_at <= moment then 18
        when p_warehouses[final_line] is null then 0
        else coalesce((select case w.status when 'ACTIVE' then 0 else 4 end from warehouse w
          where w.tenant_id = p_tenant and w.id = p_warehouses[final_line] and w.deleted_at is null), 2) end;
    end if;

    for l in first_line .. final_line loop
      exit when ruling <> 0;
      judged := l;
      slot := line_slots[l];
      s := slots[slot];
      kind := p_types[l];
      terms := p_terms -> l::text;

      if kind = 12 then
        n := n + 1;
        entries[n] := row(c, l, slot, kind, 0, 0, null, null, null, null, null, null, null)::posting_entry;
        continue when p_rehearse;
        if document_now.version is null then
          insert into document (tenant_id, id, kind, status, reference, body, version, expires_at, created_at, updated_at)
            values (p_tenant, subject, (terms -> 'subject' ->> 'kind')::smallint, change ->> 'status', change ->> 'reference',
              change -> 'body', 1, moment + make_interval(secs => (change ->> 'ttlSeconds')::int), moment, moment)
            returning * into document_now;
          insert into hold (tenant_id, document_id, inventory_id, quantity)
            select p_tenant, subject, slots[line_slots[k]].inventory_id, p_reserved_deltas[k]
            from generate_series(first_line, l - 1) k where p_types[k] = 7;
        else
          update document d set status = change ->> 'status', body = change -> 'body', version = d.version + 1, updated_at = moment,
              expires_at = coalesce(moment + make_interval(secs => (change ->> 'ttlSeconds')::int), d.expires_at)
            where d.tenant_id = p_tenant and d.id = subject and d.version = document_now.version returning * into document_now;
          delete from hold h where h.tenant_id = p_tenant and h.document_id = subject and document_now.status <> 'HELD';
        end if;
        subject_texts[n] := document_state(document_now)::text;
        continue;
      end if;

      ruling := case
        when s.fault = 4 and kind in (8, 11) then 0 -- what is held can be set free and thresholds set, also where nothing moves
        when s.fault <> 0 then s.fault
        when s.inventory_id is null and kind not in (1, 2, 5) then 3
        when s.inventory_id is not null and kind = 1 then 8
        when (terms ->> 'expected')::bigint <> s.version then 5
        when terms ? 'reverses' and ((terms ->> 'reverses')::bigint = any (reversed) or exists (
          select from movement m where m.tenant_id = p_tenant and m.reverses = (terms ->> 'reverses')::bigint)) then 19
        else 0 end;
      exit when ruling <> 0;

      if s.inventory_id is null then
        if default_max is null then
          select t.default_min_stock, t.default_max_stock into default_min, default_max from tenant t where t.tenant_id = p_tenant;
        end if;
        s.inventory_id := uuid_v7(moment);
        s.min_stock := coalesce((terms ->> 'min')::bigint, default_min);
        s.max_stock := coalesce((terms ->> 'max')::bigint, default_max);
        if kind <> 1 then
          s.version := 1;
          n := n + 1;
          entries[n] := row(c, l, slot, 1, 0, 0, 0, 0, s.min_stock, s.max_stock, s.min_stock, s.max_stock, 1)::posting_entry;
          slots[slot] := s;
        end if;
      end if;

      e := row(c, l, slot, kind, p_deltas[l], coalesce(p_reserved_deltas[l], 0), s.quantity + p_deltas[l],
        s.reserved + coalesce(p_reserved_deltas[l], 0), s.min_stock, s.max_stock, s.min_stock, s.max_stock, s.version + 1)::posting_entry;
      if e.quantity < e.reserved or e.reserved < 0 then
        ruling := case when terms ? 'counted' then 20 else 6 end;
        exit;
      end if;
      if e.delta > 0 and e.quantity > s.max_stock and (terms ? 'counted') is not true then
        ruling := 7;
        exit;
      end if;
      if kind = 11 then
        e.min_stock := (terms ->> 'min')::bigint;
        e.max_stock := (terms ->> 'max')::bigint;
      end if;
      if terms ? 'reverses' then
        reversed := reversed || (terms ->> 'reverses')::bigint;
      end if;
      n := n + 1;
      entries[n] := e;
      s.quantity := e.quantity;
      s.reserved := e.reserved;
      s.min_stock := e.min_stock;
      s.max_stock := e.max_stock;
      s.version := e.version;
      slots[slot] := s;
    end loop;

    if ruling <> 0 then
      -- The numbers are the record's as the refused line met it; then what the command's earlier lines did is taken back.
      s := slots[slot];
      decided[c] := row(c, judged - first_line, ruling, false, null, null, s.quantity, s.reserved, s.max_stock,
        case when kind = 12 then document_now.version else s.version end)::posting_decision;
      while n > mark loop
        e := entries[n];
        s := slots[e.slot];
        s.quantity := s.quantity - e.delta;
        s.reserved := s.reserved - e.reserved_delta;
        s.min_stock := e.min_was;
        s.max_stock := e.max_was;
        s.version := s.version - 1;
        if e.type = 1 then
          s.inventory_id := null;
        end if;
        slots[e.slot] := s;
        n := n - 1;
      end loop;
    elsif p_keys[c] is not null then
      decided[c] := row(c, 0, 0, false, start + mark + 1, start + n, null, null, null, null)::posting_decision;
    end if;
  end loop;
  entries := entries[1:n]; -- what was taken back still stands behind n

  if n > 0 and not p_rehearse then
    insert into inventory (tenant_id, id, product_id, warehouse_id, quantity, reserved, min_stock, max_stock, version, created_at, updated_at)
      select p_tenant, f.inventory_id, f.product_id, f.warehouse_id, f.quantity, f.reserved, f.min_stock, f.max_stock, f.version, moment, moment
      from unnest(slots) f where f.version_was = 0 and f.version > 0;

    -- The guard is in the statement: whatever was decided above, a record that is not as it was read takes no change.
    update inventory i
      set quantity = i.quantity + (c.quantity - c.quantity_was), reserved = i.reserved + (c.reserved - c.reserved_was),
        min_stock = c.min_stock, max_stock = c.max_stock, version = c.version, updated_at = moment
      from unnest(slots) c
      where c.version_was > 0 and c.version > c.version_was and i.tenant_id = p_tenant and i.id = c.inventory_id
        and i.version = c.version_was and i.quantity + (c.quantity - c.quantity_was) >= i.reserved + (c.reserved - c.reserved_was)
        and i.reserved + (c.reserved - c.reserved_was) >= 0;
    get diagnostics touched = row_count;
    if touched <> (select count(*) from unnest(slots) c where c.version_was > 0 and c.version > c.version_was) then
      raise exception 'a decided change met another state' using errcode = '40001';
    end if;

    update ledger_head h set sequence = start + n, last_at = moment where h.tenant_id = p_tenant;

    insert into movement (tenant_id, sequence, created_at, occurred_at, inventory_id, product_id, warehouse_id, delta, reserved_delta,
        quantity_after, reserved_after, min_stock, max_stock, version, type, actor, reason, reference, reverses, subject_kind,
        subject_id, subject_state)
      select p_tenant, start + w.n, moment, (p_terms -> w.line::text ->> 'occurredAt')::timestamptz, slots[w.slot].inventory_id,
        slots[w.slot].product_id, slots[w.slot].warehouse_id, w.delta, w.reserved_delta, w.quantity, w.reserved, w.min_stock,
        w.max_stock, w.version, w.type, p_actors[w.line], p_reasons[w.line], p_references[w.line],
        (p_terms -> w.line::text ->> 'reverses')::bigint, (p_terms -> w.line::text -> 'subject' ->> 'kind')::smallint,
        (p_terms -> w.line::text -> 'subject' ->> 'id')::uuid, subject_texts[w.n::int]::jsonb
      from unnest(entries) with ordinality w(command, line, slot, type, delta, reserved_delta, quantity, reserved, min_was, max_was,
        min_stock, max_stock, version, n);

    -- Alerts follow the running values, so that a dip inside one call is told too. A new record opens none.
    for crossing in
      select x.n, x.quantity, x.min_stock, x.now, x.was, slots[x.slot].inventory_id, slots[x.slot].product_id, slots[x.slot].warehouse_id
        from (select w.*, stock_status(w.quantity - w.delta, w.min_was, w.max_was) as was,
            stock_status(w.quantity, w.min_stock, w.max_stock) as now
          from unnest(entries) with ordinality w(command, line, slot, type, delta, reserved_delta, quantity, reserved, min_was, max_was,
            min_stock, max_stock, version, n)) x
        where x.was <> x.now and x.type <> 1 order by x.n
    loop
      events := '[]';
      if crossing.was in ('OUT_OF_STOCK', 'LOW_STOCK') then
        update alert a set resolved_at = moment, resolved_sequence = start + crossing.n
          where a.tenant_id = p_tenant and a.inventory_id = crossing.inventory_id and a.resolved_sequence is null
          returning alert_state(a, start + crossing.n) into event;
        if found then
          events := events || event;
        end if;
      end if;
      if crossing.now in ('OUT_OF_STOCK', 'LOW_STOCK') then
        insert into alert as a (tenant_id, id, kind, inventory_id, product_id, warehouse_id, quantity, min_stock, opened_at, opened_sequence)
          values (p_tenant, uuid_v7(moment), crossing.now, crossing.inventory_id, crossing.product_id, crossing.warehouse_id,
            crossing.quantity, crossing.min_stock, moment, start + crossing.n)
          returning alert_state(a, start + crossing.n) into event;
        events := events || event;
      end if;
      alert_texts[crossing.n] := events::text;
    end loop;
  end if;

  -- A stale command is compiled again and keeps its key for that; every other outcome is the key's for good.
  if p_keys is not null and not p_rehearse then
    insert into idempotency_key (tenant_id, key, fingerprint, created_at, verdict, line, first_sequence, last_sequence, quantity,
        reserved, max_stock, version)
      select p_tenant, p_keys[k.command], p_fingerprints[k.command], moment, k.verdict, k.line, k.first_sequence, k.last_sequence,
        k.quantity, k.reserved, k.max_stock, k.version
      from unnest(decided) k where k.verdict not in (5, 9) and not k.replayed and p_keys[k.command] is not null;
  end if;

  return query
    select 0, 0, 0::smallint, false, null::smallint, start, start + n, null::uuid, null::uuid, null::uuid, null::bigint, null::bigint,
      null::bigint, null::bigint, null::bigint, moment, era, null::text, null::text;
  return query
    select w.command, w.line, 0::smallint, false, w.type, start + w.n, null::bigint, slots[w.slot].inventory_id, slots[w.slot].product_id,
      slots[w.slot].warehouse_id, w.quantity, w.reserved, w.min_stock, w.max_stock, w.version, null::timestamptz, null::text,
      alert_texts[w.n::int], subject_texts[w.n::int]
    from unnest(entries) with ordinality w(command, line, slot, type, delta, reserved_delta, quantity, reserved, min_was, max_was,
      min_stock, max_stock, version, n);
  return query
    select k.command, k.line, k.verdict, k.replayed, null::smallint, k.first_sequence, k.last_sequence, null::uuid, null::uuid, null::uuid,
      k.quantity, k.reserved, null::bigint, k.max_stock, k.version, null::timestamptz, null::text, null::text, null::text
    from unnest(decided) k where k.replayed or k.verdict <> 0;
end $f$;

-- Verdicts, beside those of change_catalog_1 (11 no such subject, 5 stale version, 10 tenant closed, 12 SKU taken, 13 name taken,
-- 14 product has stock, 15 warehouse has stock, 16 default warehouse): 21 barcode taken, 22 in transit.

-- The transfers under way that a check stands on, as the body of a refusal tells them: the oldest 20.
create function transfers_in_transit_1(p_tenant uuid, p_kind smallint, p_id uuid) returns jsonb language sql stable as $$
  select jsonb_build_object('transfers', jsonb_agg(t.id)) from (
    select d.id from document d
    where d.tenant_id = p_tenant and d.kind = 4 and d.status = 'IN_TRANSIT' and case p_kind
      when 1 then exists (select from jsonb_array_elements(d.body -> 'lines') l where l ->> 'productId' = p_id::text
        and (l ->> 'quantity')::bigint > (l ->> 'received')::bigint + (l ->> 'lost')::bigint)
      else p_id::text in (d.body ->> 'fromWarehouseId', d.body ->> 'toWarehouseId') end
    order by d.id limit 20) t
  having count(*) > 0
$$;

-- Why a product cannot be created, changed, restored or deleted; verdict 0 if it can. p_state is null where it keeps its own.
create function product_refusal_1(p_tenant uuid, p_id uuid, p_action text, p_state jsonb, out verdict int, out number bigint,
  out told jsonb)
language plpgsql stable as $f$
declare
  wanted product;
begin
  select * into wanted from product p where p.tenant_id = p_tenant and p.id = p_id;
  if p_state is not null then
    wanted.sku := p_state ->> 'sku';
    wanted.barcodes := array(select jsonb_array_elements_text(nullif(p_state -> 'barcodes', 'null')));
  end if;
  verdict := 0;
  if p_action = 'DELETE' then
    select sum(i.quantity) into number from inventory i where i.tenant_id = p_tenant and i.product_id = p_id;
    told := transfers_in_transit_1(p_tenant, 1::smallint, p_id);
    verdict := case when number > 0 then 14 when told is not null then 22 else 0 end;
  elsif exists (select from product p where p.tenant_id = p_tenant and p.sku = wanted.sku and p.deleted_at is null and p.id <> p_id)
      or exists (select from product_barcode b where b.tenant_id = p_tenant and b.barcode = wanted.sku and b.product_id <> p_id) then
    verdict := 12;
  else
    select jsonb_build_object('barcode', w.barcode) into told from unnest(wanted.barcodes) with ordinality w(barcode, n)
      where exists (select from product_barcode b where b.tenant_id = p_tenant and b.barcode = w.barcode and b.product_id <> p_id)
        or exists (select from product p where p.tenant_id = p_tenant and p.sku = w.barcode and p.deleted_at is null and p.id <> p_id)
      order by w.n limit 1;
    verdict := case when told is not null then 21 else 0 end;
  end if;
end $f$;

-- Why a warehouse cannot be created, changed, restored or deleted; verdict 0 if it can.
create function warehouse_refusal_1(p_tenant uuid, p_id uuid, p_action text, p_state jsonb, out verdict int, out number bigint,
  out told jsonb)
language plpgsql stable as $f$
declare
  wanted warehouse;
begin
  select * into wanted from warehouse w where w.tenant_id = p_tenant and w.id = p_id;
  verdict := 0;
  if wanted.is_default and (p_action = 'DELETE' or p_state ->> 'status' <> 'ACTIVE') then
    verdict := 16;
  elsif p_action = 'DELETE' then
    select sum(i.quantity) into number from inventory i where i.tenant_id = p_tenant and i.warehouse_id = p_id;
    told := transfers_in_transit_1(p_tenant, 2::smallint, p_id);
    verdict := case when number > 0 then 15 when told is not null then 22 else 0 end;
  elsif exists (select from warehouse w where w.tenant_id = p_tenant and w.deleted_at is null and w.id <> p_id
      and w.name = coalesce(p_state ->> 'name', wanted.name)) then
    verdict := 13;
  end if;
end $f$;

-- Writes a product and its barcodes, and answers it as its own resource shows it.
create function write_product_1(p_tenant uuid, p_id uuid, p_action text, p_state jsonb, p_at timestamptz) returns jsonb
language plpgsql volatile as $f$
declare
  written product;
begin
  if p_action = 'CREATE' then
    insert into product (tenant_id, id, sku, name, description, price, barcodes, status, version, created_at, updated_at)
      values (p_tenant, p_id, p_state ->> 'sku', p_state ->> 'name', p_state ->> 'description', (p_state ->> 'price')::numeric,
        array(select jsonb_array_elements_text(nullif(p_state -> 'barcodes', 'null'))), p_state ->> 'status', 1, p_at, p_at)
      returning * into written;
  elsif p_action = 'UPDATE' then
    update product p set sku = p_state ->> 'sku', name = p_state ->> 'name', description = p_state ->> 'description',
        price = (p_state ->> 'price')::numeric, barcodes = array(select jsonb_array_elements_text(nullif(p_state -> 'barcodes', 'null'))),
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

-- Writes a warehouse and answers it as its own resource shows it.
create function write_warehouse_1(p_tenant uuid, p_id uuid, p_action text, p_state jsonb, p_at timestamptz) returns jsonb
language plpgsql volatile as $f$
declare
  written warehouse;
begin
  if p_action = 'CREATE' then
    insert into warehouse (tenant_id, id, name, location, status, version, created_at, updated_at)
      values (p_tenant, p_id, p_state ->> 'name', p_state ->> 'location', p_state ->> 'status', 1, p_at, p_at)
      returning * into written;
  elsif p_action = 'UPDATE' then
    update warehouse w set name = p_state ->> 'name', location = p_state ->> 'location', status = p_state ->> 'status',
        version = w.version + 1, updated_at = p_at
      where w.tenant_id = p_tenant and w.id = p_id returning * into written;
  else
    update warehouse w set deleted_at = case p_action when 'DELETE' then p_at end, version = w.version + 1, updated_at = p_at
      where w.tenant_id = p_tenant and w.id = p_id returning * into written;
  end if;
  return warehouse_state(written);
end $f$;

-- As change_catalog_1, in one shape for products (kind 1) and warehouses (kind 2). Answers one row. An accepted change: the previous
-- sequence, the time, the epoch, the subject's new state, for a new product its record in the default warehouse, and the alerts it
-- resolved. A refusal: the verdict, with the version or the pieces in the way, and what else a client is told.
create function change_catalog_2(p_tenant uuid, p_kind smallint, p_id uuid, p_action text, p_expected bigint, p_state jsonb, p_actor text)
returns table (verdict smallint, number bigint, previous bigint, at timestamptz, epoch text, state text, inventory_id uuid,
  warehouse_id uuid, min_stock bigint, max_stock bigint, alerts text, told text)
language plpgsql volatile as $f$
#variable_conflict use_column
declare
  start bigint; moment timestamptz; era text; main uuid; is_closed boolean; version_now bigint; deleted_now timestamptz;
  ruling int; met bigint; in_the_way jsonb; subject jsonb; resolved jsonb; opened uuid; default_min bigint; default_max bigint;
begin
  perform set_config('app.tenant_id', p_tenant::text, true);
  select h.sequence, greatest(h.last_at, clock_timestamp()), h.epoch, h.default_warehouse_id, h.closed
    into start, moment, era, main, is_closed
    from ledger_head h where h.tenant_id = p_tenant for no key update;
  if p_kind = 1 then
    select p.version, p.deleted_at into version_now, deleted_now from product p where p.tenant_id = p_tenant and p.id = p_id;
  else
    select w.version, w.deleted_at into version_now, deleted_now from warehouse w where w.tenant_id = p_tenant and w.id = p_id;
  end if;

  if start is null or is_closed then
    ruling := 10;
  elsif p_action <> 'CREATE' and (version_now is null or (deleted_now is null) = (p_action = 'RESTORE')) then
    ruling := 11;
  elsif p_expected <> version_now then
    ruling := 5;
    met := version_now;
  elsif p_kind = 1 then
    select r.verdict, r.number, r.told into ruling, met, in_the_way from product_refusal_1(p_tenant, p_id, p_action, p_state) r;
  else
    select r.verdict, r.number, r.told into ruling, met, in_the_way from warehouse_refusal_1(p_tenant, p_id, p_action, p_state) r;
  end if;

  if ruling = 0 then
    subject := case p_kind when 1 then write_product_1(p_tenant, p_id, p_action, p_state, moment)
      else write_warehouse_1(p_tenant, p_id, p_action, p_state, moment) end;
    insert into movement (tenant_id, sequence, created_at, delta, reserved_delta, type, actor, subject_kind, subject_id, subject_state)
      values (p_tenant, start + 1, moment, 0, 0, 12, p_actor, p_kind, p_id, subject);
    if p_action = 'DELETE' then
      resolved := resolve_alerts_1(p_tenant, case p_kind
        when 1 then array(select i.id from inventory i where i.tenant_id = p_tenant and i.product_id = p_id)
        else array(select i.id from inventory i where i.tenant_id = p_tenant and i.warehouse_id = p_id) end, start + 1, moment);
    elsif p_action = 'CREATE' and p_kind = 1 then
      opened := uuid_v7(moment);
      select t.default_min_stock, t.default_max_stock into default_min, default_max from tenant t where t.tenant_id = p_tenant;
      insert into inventory (tenant_id, id, product_id, warehouse_id, quantity, reserved, min_stock, max_stock, version, created_at, updated_at)
        values (p_tenant, opened, p_id, main, 0, 0, default_min, default_max, 1, moment, moment);
      insert into movement (tenant_id, sequence, created_at, inventory_id, product_id, warehouse_id, delta, reserved_delta, quantity_after,
          reserved_after, min_stock, max_stock, version, type, actor)
        values (p_tenant, start + 2, moment, opened, p_id, main, 0, 0, 0, 0, default_min, default_max, 1, 1, p_actor);
    end if;
    update ledger_head h set sequence = start + case when opened is null then 1 else 2 end, last_at = moment where h.tenant_id = p_tenant;
  end if;
  return query select ruling::smallint, met, start, moment, era, subject::text, opened, main, default_min, default_max, resolved::text,
    in_the_way::text;
end $f$;
