-- Where the ledgers of tenants stand that are not deleted, so that the streams of one that is end.
create function ledger_heads_2(p_tenants uuid[]) returns table (tenant_id uuid, epoch text, sequence bigint)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select h.tenant_id, h.epoch, h.sequence from ledger_head h where h.tenant_id = any (p_tenants) and not h.closed
$$;

revoke execute on function ledger_heads_2(uuid[]) from public;
grant execute on function ledger_heads_2(uuid[]) to ${applicationRole};
