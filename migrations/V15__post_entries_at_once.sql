-- The heart once more, for the same answers at less cost. Most calls carry plain movements that are all accepted and cross no
-- threshold; those are judged and written by six statements, however many they are, and not line by line. CPU time of the backend,
-- both in turn on PostgreSQL 18: alone 457 before and 359 us now; in calls of 25 an entry 106 and 54 us, of 200 57 and 42, of 1000 44
-- and 34; with a key in calls of 25 132 and 99.

-- One line after the other, each on what the lines before it leave: exact for everything. Called by post_entries_3 only, which has
-- locked the head and found the products; the settings that hold there hold here.
create function post_entries_in_order_3(p_tenant uuid, start bigint, moment timestamptz, era text, main uuid, p_rehearse boolean,
  p_last_lines int[], p_keys text[], p_fingerprints uuid[], p_types smallint[], products uuid[], p_warehouses uuid[],
  p_deltas bigint[], p_reserved_deltas bigint[], p_actors text[], p_reasons text[], p_references text[], p_terms jsonb)
returns table (command int, line int, verdict smallint, replayed boolean, type smallint, sequence bigint, last_sequence bigint,
  inventory_id uuid, product_id uuid, warehouse_id uuid, quantity bigint, reserved bigint, min_stock bigint, max_stock bigint,
  version bigint, at timestamptz, epoch text, alerts text, subject text)
language plpgsql volatile as $f$
#variable_conflict use_column
declare
  slots posting_slot[]; line_slots int[]; s posting_slot; slot int;
  entries posting_entry[] := '{}'; e posting_entry; n int := 0; mark int;
  known posting_decision[]; known_fingerprints uuid[]; origins int[]; origin int;
  decided posting_decision[] := '{}'; d posting_decision;
  first_line int; final_line int := 0; judged int; ruling int; kind smallint; terms jsonb;
  default_min bigint; default_max bigint; touched int; crossing record; alert_texts text[] := '{}'; event jsonb; events jsonb;
  subject uuid; change jsonb; document_now document; subject_texts text[] := '{}'; reversed bigint[] := '{}'; wanted bigint;
  opened boolean := false; crossed boolean := false;
begin
  -- The records: one slot per distinct product and warehouse, found by one index look-up each. What is deleted is told apart
  -- afterwards: as a condition it would let a planner without statistics take the partial index and read the whole tenant.
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
        else 0 end;
      -- By itself, because an expression with a query in it is a query: that would be one for each line.
      if ruling = 0 and terms ? 'reverses' then
        wanted := (terms ->> 'reverses')::bigint;
        if wanted = any (reversed) or exists (select from movement m where m.tenant_id = p_tenant and m.reverses = wanted) then
          ruling := 19;
        end if;
      end if;
      exit when ruling <> 0;

      if s.inventory_id is null then
        if default_max is null then
          select t.default_min_stock, t.default_max_stock into default_min, default_max from tenant t where t.tenant_id = p_tenant;
        end if;
        opened := true;
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
        reversed := reversed || wanted;
      end if;
      crossed := crossed or s.quantity < s.min_stock or s.quantity > s.max_stock or e.quantity < e.min_stock or e.quantity > e.max_stock
        or s.quantity = 0 or e.quantity = 0;
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
    if opened then
      insert into inventory (tenant_id, id, product_id, warehouse_id, quantity, reserved, min_stock, max_stock, version, created_at,
          updated_at)
        select p_tenant, f.inventory_id, f.product_id, f.warehouse_id, f.quantity, f.reserved, f.min_stock, f.max_stock, f.version,
          moment, moment
        from unnest(slots) f where f.version_was = 0 and f.version > 0;
    end if;

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
    if crossed then
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

-- As post_entries_2, which see: the same parameters, the same rows. What is no plain movement (a line with terms, one that reserves or
-- opens a record), and what would not be accepted, crosses a threshold or repeats a key goes through post_entries_in_order_3 instead,
-- with all that came in the same call. To name terms, even none ('{}'), is to ask for that: the two are compared so.
create function post_entries_3(p_tenant uuid, p_rehearse boolean, p_last_lines int[], p_keys text[], p_fingerprints uuid[],
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
  tenant text; start bigint; moment timestamptz; era text; main uuid; is_closed boolean; products uuid[] := p_products;
  n int := coalesce(cardinality(p_types), 0); plain boolean; found_lines int; touched int; distinct_records int;
  records uuid[]; places uuid[]; quantities bigint[]; reserves bigint[]; minima bigint[]; maxima bigint[]; versions bigint[];
begin
  tenant := set_config('app.tenant_id', p_tenant::text, true);
  select h.sequence, greatest(h.last_at, clock_timestamp()), h.epoch, h.default_warehouse_id, h.closed
    into start, moment, era, main, is_closed
    from ledger_head h where h.tenant_id = p_tenant for no key update;
  if not found or is_closed then
    return query select 0, 0, 10::smallint, false, null::smallint, null::bigint, null::bigint, null::uuid, null::uuid, null::uuid,
      null::bigint, null::bigint, null::bigint, null::bigint, null::bigint, null::timestamptz, null::text, null::text, null::text;
    return;
  end if;

  if p_skus is not null then
    -- As product_named_1 has it, but written out: the call of a function for each line would cost as much as all the rest.
    select array_agg(coalesce(l.product,
        (select p.id from product p where p.tenant_id = p_tenant and p.sku = l.sku and p.deleted_at is null),
        (select b.product_id from product_barcode b where b.tenant_id = p_tenant and b.barcode = l.sku)) order by l.n) into products
      from unnest(p_products, p_skus) with ordinality l(product, sku, n);
  end if;

  plain := n > 0 and p_terms is null and p_reserved_deltas is null and not p_rehearse and not p_types && '{1,11,12}';
  -- After the lock, so that of two calls with one key the second sees the first.
  if plain and p_keys is not null then
    select count(u.key) = count(distinct u.key) and count(k.key) = 0 into plain
      from unnest(p_keys) u(key) left join idempotency_key k on k.tenant_id = p_tenant and k.key = u.key;
  end if;
  if plain then
    -- What each line would leave if all before it were accepted. What cannot be is held within bounds, so that no sum overflows.
    select count(*), coalesce(bool_and(x.acceptable and x.quantity >= x.reserved and (x.delta <= 0 or x.quantity <= x.max_stock)
          and stock_status(x.quantity - x.delta, x.min_stock, x.max_stock) = stock_status(x.quantity, x.min_stock, x.max_stock)), false),
        count(*) filter (where x.nth = 1), array_agg(x.id), array_agg(x.warehouse_id), array_agg(x.quantity), array_agg(x.reserved),
        array_agg(x.min_stock), array_agg(x.max_stock), array_agg(x.version + x.nth)
      into found_lines, plain, distinct_records, records, places, quantities, reserves, minima, maxima, versions
      from (select i.id, i.warehouse_id, i.reserved, i.min_stock, i.max_stock, i.version, p_deltas[l.n] as delta,
          greatest(least(i.quantity + sum(p_deltas[l.n]) over lines, 9007199254740992), -1)::bigint as quantity,
          row_number() over lines as nth, p.deleted_at is null and h.deleted_at is null and h.status = 'ACTIVE' as acceptable
        from generate_series(1, n) l(n)
        join inventory i on i.tenant_id = p_tenant and i.product_id = products[l.n] and i.warehouse_id = coalesce(p_warehouses[l.n], main)
        join product p on p.tenant_id = p_tenant and p.id = i.product_id
        join warehouse h on h.tenant_id = p_tenant and h.id = i.warehouse_id
        window lines as (partition by i.id order by l.n) order by l.n) x;
  end if;
  if not plain or found_lines < n then
    return query select * from post_entries_in_order_3(p_tenant, start, moment, era, main, p_rehearse, p_last_lines, p_keys,
      p_fingerprints, p_types, products, p_warehouses, p_deltas, p_reserved_deltas, p_actors, p_reasons, p_references, p_terms);
    return;
  end if;

  -- The guard is in the statement: whatever was decided above, a record that is not as it was read takes no change.
  update inventory i set quantity = i.quantity + c.delta, version = c.version, updated_at = moment
    from (select records[l.n] as id, sum(p_deltas[l.n])::bigint as delta, count(*) as changes, max(versions[l.n]) as version
      from generate_series(1, n) l(n) group by 1) c
    where i.tenant_id = p_tenant and i.id = c.id and i.version = c.version - c.changes and i.quantity + c.delta >= i.reserved;
  get diagnostics touched = row_count;
  if touched <> distinct_records then
    raise exception 'a decided change met another state' using errcode = '40001';
  end if;

  update ledger_head h set sequence = start + n, last_at = moment where h.tenant_id = p_tenant;

  insert into movement (tenant_id, sequence, created_at, inventory_id, product_id, warehouse_id, delta, reserved_delta, quantity_after,
      reserved_after, min_stock, max_stock, version, type, actor, reason, reference)
    select p_tenant, start + l.n, moment, records[l.n], products[l.n], places[l.n], p_deltas[l.n], 0, quantities[l.n], reserves[l.n],
      minima[l.n], maxima[l.n], versions[l.n], p_types[l.n], p_actors[l.n], p_reasons[l.n], p_references[l.n]
    from generate_series(1, n) l(n);

  if p_keys is not null then
    insert into idempotency_key (tenant_id, key, fingerprint, created_at, verdict, line, first_sequence, last_sequence)
      select p_tenant, p_keys[c.n], p_fingerprints[c.n], moment, 0, 0, start + coalesce(p_last_lines[c.n - 1], 0) + 1,
        start + p_last_lines[c.n]
      from generate_series(1, cardinality(p_keys)) c(n) where p_keys[c.n] is not null;
  end if;

  return query
    select 0, 0, 0::smallint, false, null::smallint, start, start + n, null::uuid, null::uuid, null::uuid, null::bigint, null::bigint,
      null::bigint, null::bigint, null::bigint, moment, era, null::text, null::text
    union all
    select width_bucket(l.n - 1, p_last_lines) + 1, l.n, 0::smallint, false, p_types[l.n], start + l.n, null::bigint, records[l.n],
      products[l.n], places[l.n], quantities[l.n], reserves[l.n], minima[l.n], maxima[l.n], versions[l.n], null::timestamptz, null::text,
      null::text, null::text
    from generate_series(1, n) l(n);
end $f$;
