-- The heart again: one call carries what several tenants want at the same moment, each decided and written by itself.
--
-- What a call costs by itself, its way over the network, its transaction and the flush of the log, is 250 us of the server's CPU; what a
-- tenant adds to it is 90, and a line 25. Where many tenants change little each, nearly all was the calls.

-- As post_entries_5, for one tenant after the other: its setting is set before it is looked at and another's after it, so that every
-- statement sees the rows of one tenant, by its predicate and by the policies. All of them are committed, or none.
--
-- p_others are the tenants after the first, or null for none; p_commands and p_lines say how many each has, the first too. The other
-- arrays have the commands and lines of one tenant after the other. Within a tenant both are counted from 1: in p_last_lines, which
-- has each command's last, and in the rows, of which tenant_number says whose they are. Terms and rehearsals are for one tenant alone.
--
-- Verdict 23: of several tenants this one is held by another transaction, or not there or closed. It is not waited for, so that nobody is
-- held up by a stranger and no two calls can wait for each other: it is to be called by itself.
create function post_entries_6(p_tenant uuid, p_others uuid[], p_commands int[], p_lines int[], p_rehearse boolean, p_last_lines int[],
  p_keys text[], p_fingerprints uuid[], p_types smallint[], p_products uuid[], p_skus text[], p_warehouses uuid[], p_deltas bigint[],
  p_reserved_deltas bigint[], p_actors text[], p_reasons text[], p_references text[], p_terms jsonb)
returns table (tenant_number int, command int, line int, verdict smallint, replayed boolean, type smallint, sequence bigint,
  last_sequence bigint, inventory_id uuid, product_id uuid, warehouse_id uuid, quantity bigint, reserved bigint, min_stock bigint,
  max_stock bigint, version bigint, at timestamptz, epoch text, alerts text, subject text, records uuid[], products uuid[], places uuid[],
  quantities bigint[], reserves bigint[], minima bigint[], maxima bigint[], versions bigint[])
language plpgsql volatile as $f$
#variable_conflict use_column
declare
  setting text; start bigint; moment timestamptz; era text; main uuid; is_closed boolean;
  -- A tenant's commands are c1 to c2, its n lines the next after skip and end with l2.
  c1 int; c2 int := 0; skip int; l2 int := 0; n int;
  plain boolean; found_lines int; touched int; distinct_records int; rows_read tid[];
begin
  for t in 1 .. coalesce(cardinality(p_others), 0) + 1 loop
    if t > 1 then
      p_tenant := p_others[t - 1];
    end if;
    c1 := c2 + 1;
    c2 := coalesce(c2 + p_commands[t], cardinality(p_last_lines));
    skip := l2;
    n := coalesce(p_lines[t], cardinality(p_types), 0);
    l2 := skip + n;
    setting := set_config('app.tenant_id', p_tenant::text, true);
    if p_others is not null then
      select h.sequence, greatest(h.last_at, clock_timestamp()), h.epoch, h.default_warehouse_id, h.closed
        into start, moment, era, main, is_closed
        from ledger_head h where h.tenant_id = p_tenant for no key update skip locked;
    else
      select h.sequence, greatest(h.last_at, clock_timestamp()), h.epoch, h.default_warehouse_id, h.closed
        into start, moment, era, main, is_closed
        from ledger_head h where h.tenant_id = p_tenant for no key update;
    end if;
    if not found or is_closed then
      return query select t, 0, 0, case when p_others is null then 10 else 23 end::smallint, false, null::smallint, null::bigint,
        null::bigint, null::uuid, null::uuid, null::uuid, null::bigint, null::bigint, null::bigint, null::bigint, null::bigint,
        null::timestamptz, null::text, null::text, null::text, null::uuid[], null::uuid[], null::uuid[], null::bigint[],
        null::bigint[], null::bigint[], null::bigint[], null::bigint[];
      continue;
    end if;

    products := p_products[skip + 1 : l2];
    if p_skus is not null then
      -- As product_named_1 has it, but written out: the call of a function for each line would cost as much as all the rest.
      select array_agg(coalesce(l.product,
          (select p.id from product p where p.tenant_id = p_tenant and p.sku = l.sku and p.deleted_at is null),
          (select b.product_id from product_barcode b where b.tenant_id = p_tenant and b.barcode = l.sku)) order by l.n) into products
        from unnest(products, p_skus[skip + 1 : l2]) with ordinality l(product, sku, n);
    end if;

    plain := n > 0 and p_terms is null and p_reserved_deltas is null and not p_rehearse and not p_types[skip + 1 : l2] && '{1,11,12}';
    -- After the lock, so that of two calls with one key the second sees the first.
    if plain and p_keys is not null then
      select count(u.key) = count(distinct u.key) and count(k.key) = 0 into plain
        from unnest(p_keys[c1 : c2]) u(key) left join idempotency_key k on k.tenant_id = p_tenant and k.key = u.key;
    end if;
    if plain then
      -- What each line would leave if all before it were accepted. What cannot be is held within bounds, so that no sum overflows.
      --
      -- What is deleted has nothing in stock (product_refusal_1, warehouse_refusal_1), and whatever leaves nothing or finds nothing
      -- crosses a status: so where there is something after each line, all is live. The default warehouse is never inactive. Only of
      -- warehouses that are named it is looked up.
      select count(*), coalesce(bool_and(x.open and x.quantity > 0 and x.quantity >= x.reserved
            and (x.delta <= 0 or x.quantity <= x.max_stock)
            and stock_status(x.quantity - x.delta, x.min_stock, x.max_stock) = stock_status(x.quantity, x.min_stock, x.max_stock)), false),
          count(*) filter (where x.nth = 1), array_agg(x.ctid), array_agg(x.id), array_agg(x.warehouse_id), array_agg(x.quantity),
          array_agg(x.reserved), array_agg(x.min_stock), array_agg(x.max_stock), array_agg(x.version + x.nth)
        into found_lines, plain, distinct_records, rows_read, records, places, quantities, reserves, minima, maxima, versions
        from (select i.ctid, i.id, i.warehouse_id, i.reserved, i.min_stock, i.max_stock, i.version, p_deltas[skip + l.n] as delta,
            greatest(least(i.quantity + sum(p_deltas[skip + l.n]) over lines, 9007199254740992), -1)::bigint as quantity,
            row_number() over lines as nth,
            p_warehouses[skip + l.n] is null or exists (select from warehouse h
              where h.tenant_id = p_tenant and h.id = i.warehouse_id and h.status = 'ACTIVE') as open
          from generate_series(1, n) l(n)
          join inventory i on i.tenant_id = p_tenant and i.product_id = products[l.n]
            and i.warehouse_id = coalesce(p_warehouses[skip + l.n], main)
          window lines as (partition by i.id order by l.n) order by l.n) x;
    end if;
    if not plain or found_lines < n then
      return query select t, o.*, null::uuid[], null::uuid[], null::uuid[], null::bigint[], null::bigint[], null::bigint[], null::bigint[],
          null::bigint[]
        from post_entries_in_order_3(p_tenant, start, moment, era, main, p_rehearse, p_last_lines[c1 : c2], p_keys[c1 : c2],
          p_fingerprints[c1 : c2], p_types[skip + 1 : l2], products, p_warehouses[skip + 1 : l2], p_deltas[skip + 1 : l2],
          p_reserved_deltas[skip + 1 : l2], p_actors[skip + 1 : l2], p_reasons[skip + 1 : l2], p_references[skip + 1 : l2], p_terms) o;
      continue;
    end if;

    -- The guard is in the statement: whatever was decided above, a record that is not as it was read takes no change. It is found where
    -- it was read, without its index.
    update inventory i set quantity = i.quantity + c.delta, version = c.version, updated_at = moment
      from (select rows_read[l.n] as ctid, records[l.n] as id, sum(p_deltas[skip + l.n])::bigint as delta, count(*) as changes,
          max(versions[l.n]) as version
        from generate_series(1, n) l(n) group by 1, 2) c
      where i.ctid = c.ctid and i.tenant_id = p_tenant and i.id = c.id and i.version = c.version - c.changes
        and i.quantity + c.delta >= i.reserved;
    get diagnostics touched = row_count;
    if touched <> distinct_records then
      raise exception 'a decided change met another state' using errcode = '40001';
    end if;

    update ledger_head h set sequence = start + n, last_at = moment where h.tenant_id = p_tenant;

    insert into movement (tenant_id, sequence, created_at, inventory_id, product_id, warehouse_id, delta, reserved_delta,
        quantity_after, reserved_after, min_stock, max_stock, version, type, actor, reason, reference)
      select p_tenant, start + l.n, moment, records[l.n], products[l.n], places[l.n], p_deltas[skip + l.n], 0, quantities[l.n],
        reserves[l.n], minima[l.n], maxima[l.n], versions[l.n], p_types[skip + l.n], p_actors[skip + l.n], p_reasons[skip + l.n],
        p_references[skip + l.n]
      from generate_series(1, n) l(n);

    if p_keys is not null then
      insert into idempotency_key (tenant_id, key, fingerprint, created_at, verdict, line, first_sequence, last_sequence)
        select p_tenant, p_keys[x.n], p_fingerprints[x.n], moment, 0, 0,
          start + case when x.n > c1 then p_last_lines[x.n - 1] else 0 end + 1, start + p_last_lines[x.n]
        from generate_series(c1, c2) x(n) where p_keys[x.n] is not null;
    end if;

    tenant_number := t;
    command := 0;
    line := 0;
    verdict := 0;
    replayed := false;
    sequence := start;
    last_sequence := start + n;
    at := moment;
    epoch := era;
    return next;
  end loop;
end $f$;

-- No release that may run beside this one calls it.
drop function post_entries_4;
