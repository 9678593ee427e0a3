-- As few indexes on the ledger as its filters can live on, because every entry ever written pays for each: see V8.
--
--   by actor      is gone, with its filter. It was the dearest, because its key is text: half of what the indexes added to an insert.
--   by record     says the type too, so that a record's entries of one type are counted without reading them.
--   by place      warehouse and type in one: a warehouse alone is its types one after the other, a type alone is looked for in
--                 each of the tenant's warehouses. It stands for two indexes and finds both together, which neither of them could.
--   by catalogue  what is about no record is in no warehouse; only such entries pay for it.
drop index movement_actor;
drop index movement_type;
drop index movement_warehouse;
drop index movement_inventory;
create index movement_inventory on movement (tenant_id, inventory_id, sequence) include (type);
create index movement_place on movement (tenant_id, warehouse_id, type, sequence);
create index movement_catalog on movement (tenant_id, type, sequence) where warehouse_id is null;
