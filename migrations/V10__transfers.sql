-- What the list of transfers is filtered by: where they come from and go to, and the products they moved.
create index transfer_from on document (tenant_id, (body ->> 'fromWarehouseId'), id) where kind = 4;
create index transfer_to on document (tenant_id, (body ->> 'toWarehouseId'), id) where kind = 4;
create index movement_transfer on movement (tenant_id, product_id) include (subject_id) where subject_kind = 4;
