-- Changes of the catalogue that wait together go together, as commands for stock do: one call, one transaction, one flush to disk.

-- The answer of change_catalog_2.
create type catalog_answer as (verdict smallint, number bigint, previous bigint, at timestamptz, epoch text, state text,
  inventory_id uuid, warehouse_id uuid, min_stock bigint, max_stock bigint, alerts text, told text);

-- One answer for each change, in order. A refused one leaves its neighbours alone.
create function change_catalogs_1(p_tenant uuid, p_kinds smallint[], p_ids uuid[], p_actions text[], p_expected bigint[],
  p_states text[], p_actors text[]) returns setof catalog_answer
language plpgsql volatile as $f$
begin
  for n in 1 .. cardinality(p_ids) loop
    return query select * from change_catalog_2(p_tenant, p_kinds[n], p_ids[n], p_actions[n], p_expected[n], p_states[n]::jsonb, p_actors[n]);
  end loop;
end $f$;

-- Answers alike and leaves everything as it was.
create function rehearse_catalogs_1(p_tenant uuid, p_kinds smallint[], p_ids uuid[], p_actions text[], p_expected bigint[],
  p_states text[], p_actors text[]) returns setof catalog_answer
language plpgsql volatile as $f$
declare
  answers catalog_answer[];
begin
  begin
    answers := array(select a from change_catalogs_1(p_tenant, p_kinds, p_ids, p_actions, p_expected, p_states, p_actors) a);
    raise exception 'taken back' using errcode = 'SR001';
  exception when sqlstate 'SR001' then
    null; -- what was written is gone, the variable is not
  end;
  return query select * from unnest(answers);
end $f$;

grant usage on type catalog_answer to ${applicationRole};
