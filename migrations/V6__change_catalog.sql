-- Changes of the catalogue and acknowledgements go through the ledger as well: under the head's lock, with an entry and a sequence,
-- so that a feed shows them in order with the stock.
--
-- Verdicts, beside those of post_entries_1 (5 stale version, 10 tenant closed): 11 no such subject, 12 SKU taken, 13 name taken,
-- 14 product has stock, 15 warehouse has stock, 16 default warehouse, 17 alert resolved.

-- Resolves what is open for the given records because of the entry p_sequence; answers the alerts as they stand then.
create function resolve_alerts_1(p_tenant uuid, p_inventory uuid[], p_sequence bigint, p_at timestamptz) returns jsonb
language sql volatile as $$
  with resolved as (
    update alert a set resolved_at = p_at, resolved_sequence = p_sequence
      where a.tenant_id = p_tenant and a.inventory_id = any (p_inventory) and a.resolved_sequence is null
      returning alert_state(a, p_sequence) as state)
  select jsonb_agg(r.state) from resolved r
$$;

-- Answers one row. An accepted change: the previous sequence, the time, the epoch, the subject's new state, for a new product its
-- record in the default warehouse, and the alerts it resolved. A refusal: the verdict, with the version or the pieces in the way.
create function change_catalog_1(p_tenant uuid, p_kind smallint, p_id uuid, p_action text, p_expected bigint, p_state jsonb, p_actor text)
returns table (verdict smallint, number bigint, previous bigint, at timestamptz, epoch text, state text, inventory_id uuid,
  warehouse_id uuid, min_stock bigint, max_stock bigint, alerts text)
language plpgsql volatile as $f$
#variable_conflict use_column
declare
  start bigint; moment timestamptz; era text; main uuid; is_closed boolean;
  product_now product; warehouse_now warehouse; ruling int := 0; told bigint;
  subject jsonb; resolved jsonb; opened uuid; default_min bigint; default_max bigint;
begin
  perform set_config('app.tenant_id', p_tenant::text, true);
  select h.sequence, greatest(h.last_at, clock_timestamp()), h.epoch, h.default_warehouse_id, h.closed
    into start, moment, era, main, is_closed
    from ledger_head h where h.tenant_id = p_tenant for no key update;

  if start is null or is_closed then
    ruling := 10;
  elsif p_kind = 1 then
    select * into product_now from product p where p.tenant_id = p_tenant and p.id = p_id;
    told := product_now.version;
    if p_action <> 'CREATE' and (product_now.id is null or (product_now.deleted_at is null) = (p_action = 'RESTORE')) then
      ruling := 11;
    elsif p_expected <> product_now.version then
      ruling := 5;
    elsif p_action <> 'DELETE' and exists (select from product p where p.tenant_id = p_tenant and p.deleted_at is null and p.id <> p_id
        and p.sku = coalesce(p_state ->> 'sku', product_now.sku)) then
      ruling := 12;
    elsif p_action = 'DELETE' then
      select sum(i.quantity) into told from inventory i where i.tenant_id = p_tenant and i.product_id = p_id;
      ruling := case when told > 0 then 14 else 0 end;
    end if;
    if ruling = 0 then
      if p_action = 'CREATE' then
        insert into product (tenant_id, id, sku, name, description, price, barcodes, status, version, created_at, updated_at)
          values (p_tenant, p_id, p_state ->> 'sku', p_state ->> 'name', p_state ->> 'description', (p_state ->> 'price')::numeric,
            array(select jsonb_array_elements_text(nullif(p_state -> 'barcodes', 'null'))), p_state ->> 'status', 1, moment, moment)
          returning * into product_now;
        opened := uuid_v7(moment);
        select t.default_min_stock, t.default_max_stock into default_min, default_max from tenant t where t.tenant_id = p_tenant;
        insert into inventory (tenant_id, id, product_id, warehouse_id, quantity, reserved, min_stock, max_stock, version, created_at, updated_at)
          values (p_tenant, opened, p_id, main, 0, 0, default_min, default_max, 1, moment, moment);
      elsif p_action = 'UPDATE' then
        update product p set sku = p_state ->> 'sku', name = p_state ->> 'name', description = p_state ->> 'description',
            price = (p_state ->> 'price')::numeric, barcodes = array(select jsonb_array_elements_text(nullif(p_state -> 'barcodes', 'null'))),
            status = p_state ->> 'status', version = p.version + 1, updated_at = moment
          where p.tenant_id = p_tenant and p.id = p_id returning * into product_now;
      else
        update product p set deleted_at = case when p_action = 'DELETE' then moment end, version = p.version + 1, updated_at = moment
          where p.tenant_id = p_tenant and p.id = p_id returning * into product_now;
      end if;
      if p_action = 'DELETE' then
        resolved := resolve_alerts_1(p_tenant,
          array(select i.id from inventory i where i.tenant_id = p_tenant and i.product_id = p_id), start + 1, moment);
      end if;
      subject := product_state(product_now);
    end if;
  else
    select * into warehouse_now from warehouse w where w.tenant_id = p_tenant and w.id = p_id;
    told := warehouse_now.version;
    if p_action <> 'CREATE' and (warehouse_now.id is null or (warehouse_now.deleted_at is null) = (p_action = 'RESTORE')) then
      ruling := 11;
    elsif p_expected <> warehouse_now.version then
      ruling := 5;
    elsif warehouse_now.is_default and (p_action = 'DELETE' or p_state ->> 'status' <> 'ACTIVE') then
      ruling := 16;
    elsif p_action <> 'DELETE' and exists (select from warehouse w where w.tenant_id = p_tenant and w.deleted_at is null and w.id <> p_id
        and w.name = coalesce(p_state ->> 'name', warehouse_now.name)) then
      ruling := 13;
    elsif p_action = 'DELETE' then
      select sum(i.quantity) into told from inventory i where i.tenant_id = p_tenant and i.warehouse_id = p_id;
      ruling := case when told > 0 then 15 else 0 end;
    end if;
    if ruling = 0 then
      if p_action = 'CREATE' then
        insert into warehouse (tenant_id, id, name, location, status, version, created_at, updated_at)
          values (p_tenant, p_id, p_state ->> 'name', p_state ->> 'location', p_state ->> 'status', 1, moment, moment)
          returning * into warehouse_now;
      elsif p_action = 'UPDATE' then
        update warehouse w set name = p_state ->> 'name', location = p_state ->> 'location', status = p_state ->> 'status',
            version = w.version + 1, updated_at = moment
          where w.tenant_id = p_tenant and w.id = p_id returning * into warehouse_now;
      else
        update warehouse w set deleted_at = case when p_action = 'DELETE' then moment end, version = w.version + 1, updated_at = moment
          where w.tenant_id = p_tenant and w.id = p_id returning * into warehouse_now;
      end if;
      if p_action = 'DELETE' then
        resolved := resolve_alerts_1(p_tenant,
          array(select i.id from inventory i where i.tenant_id = p_tenant and i.warehouse_id = p_id), start + 1, moment);
      end if;
      subject := warehouse_state(warehouse_now);
    end if;
  end if;

  if ruling = 0 then
    insert into movement (tenant_id, sequence, created_at, delta, reserved_delta, type, actor, subject_kind, subject_id, subject_state)
      values (p_tenant, start + 1, moment, 0, 0, 12, p_actor, p_kind, p_id, subject);
    if opened is not null then
      insert into movement (tenant_id, sequence, created_at, inventory_id, product_id, warehouse_id, delta, reserved_delta, quantity_after,
          reserved_after, min_stock, max_stock, version, type, actor)
        values (p_tenant, start + 2, moment, opened, p_id, main, 0, 0, 0, 0, default_min, default_max, 1, 1, p_actor);
    end if;
    update ledger_head h set sequence = start + case when opened is null then 1 else 2 end, last_at = moment where h.tenant_id = p_tenant;
  end if;
  return query select ruling::smallint, told, start, moment, era, subject::text, opened, main, default_min, default_max, resolved::text;
end $f$;

-- A person takes note of an open alert. Acknowledging again answers the same and writes nothing.
create function acknowledge_alert_1(p_tenant uuid, p_alert uuid, p_actor text)
returns table (verdict smallint, number bigint, previous bigint, at timestamptz, epoch text, state text, inventory_id uuid,
  warehouse_id uuid, min_stock bigint, max_stock bigint, alerts text)
language plpgsql volatile as $f$
#variable_conflict use_column
declare
  start bigint; moment timestamptz; era text; is_closed boolean; alert_now alert; ruling int := 0; subject jsonb; changed boolean;
begin
  perform set_config('app.tenant_id', p_tenant::text, true);
  select h.sequence, greatest(h.last_at, clock_timestamp()), h.epoch, h.closed into start, moment, era, is_closed
    from ledger_head h where h.tenant_id = p_tenant for no key update;
  select * into alert_now from alert a where a.tenant_id = p_tenant and a.id = p_alert;
  ruling := case when start is null or is_closed then 10 when alert_now.id is null then 11
    when alert_now.resolved_sequence is not null then 17 else 0 end;
  changed := ruling = 0 and alert_now.acknowledged_sequence is null;
  if changed then
    update alert a set acknowledged_at = moment, acknowledged_by = p_actor, acknowledged_sequence = start + 1
      where a.tenant_id = p_tenant and a.id = p_alert returning * into alert_now;
    subject := alert_state(alert_now, start + 1);
    insert into movement (tenant_id, sequence, created_at, delta, reserved_delta, type, actor, subject_kind, subject_id, subject_state)
      values (p_tenant, start + 1, moment, 0, 0, 13, p_actor, 5, p_alert, subject);
    update ledger_head h set sequence = start + 1, last_at = moment where h.tenant_id = p_tenant;
  elsif ruling = 0 then
    subject := alert_state(alert_now, alert_now.acknowledged_sequence);
  end if;
  return query select ruling::smallint, null::bigint, case when changed then start end, moment, era, subject::text, null::uuid,
    null::uuid, null::bigint, null::bigint, case when changed then jsonb_build_array(subject)::text end;
end $f$;
