-- How clients find entries of the ledger: by record, warehouse, type, actor, reference and time, each page in index order and so
-- at the same price in a ledger of a thousand entries and of a billion.
--
-- What an index costs: every entry ever written pays for each of them. Measured on the insert alone, in statements of 200: 17 us
-- an entry with the indexes of V3, 23 us with those by warehouse, type and time, 29 us with the one by actor as well.
--   by record     is there since V3. A product has a record in each of its warehouses, so it is found by its records: no own index.
--   by warehouse, by type   without them a rare value is found by reading the whole ledger. A planner's estimate does not help: see
--                 MovementSearch.
--   by actor      the same, but it is the dearest, because its key is text: the first to drop if writing must be faster.
--   by reference  only entries that have one pay for it.
--   by time       needs none: time never runs backwards along the sequence, so a range of time is a range of sequences. One entry in
--                 32 marks the time; from the nearest mark to the entry itself are 31 steps at most. A BRIN would have to be read whole.
--   by reason     has none: it is free text for people, and no filter.
create index movement_warehouse on movement (tenant_id, warehouse_id, sequence);
create index movement_type on movement (tenant_id, type, sequence);
create index movement_actor on movement (tenant_id, actor, sequence);
create index movement_reference on movement (tenant_id, reference, sequence) where reference is not null;
create index movement_time on movement (tenant_id, created_at, sequence) where sequence % 32 = 0;
-- The catalogue as it once was. Reservations and transfers (kinds 3 and 4) are many and are found elsewhere.
create index movement_subject on movement (tenant_id, subject_id, sequence) where subject_kind in (1, 2);

-- The ledger only grows. Its new pages are marked as visible early, so that counting reads the index alone.
alter table movement set (autovacuum_vacuum_insert_scale_factor = 0.01);

-- The last entry that was written at p_at or before; 0 if there is none.
create function sequence_at_1(p_tenant uuid, p_at timestamptz) returns bigint language plpgsql stable as $f$
declare
  mark bigint;
begin
  select m.sequence into mark from movement m
    where m.tenant_id = p_tenant and m.sequence % 32 = 0 and m.created_at <= p_at
    order by m.created_at desc, m.sequence desc limit 1;
  mark := coalesce(mark, 0);
  return coalesce((select m.sequence from movement m
    where m.tenant_id = p_tenant and m.sequence >= mark and m.sequence < mark + 32 and m.created_at <= p_at
    order by m.sequence desc limit 1), 0);
end $f$;
