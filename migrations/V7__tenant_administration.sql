-- Changing and closing a tenant: each one call, so that no client can leave half of it, and under the tenant's own setting.

-- Changes what is not null. A rate limit of 0 takes the tenant's own away. Says whether anything changed; nothing does where
-- the tenant is gone, the version is another than expected, or the minimum would exceed the maximum.
create function change_tenant_1(p_tenant uuid, p_expected_version bigint, p_name text, p_min_stock bigint, p_max_stock bigint,
  p_rate_limit int) returns boolean
language plpgsql volatile as $f$
begin
  perform set_config('app.tenant_id', p_tenant::text, true);
  update tenant t set name = coalesce(p_name, t.name), default_min_stock = coalesce(p_min_stock, t.default_min_stock),
      default_max_stock = coalesce(p_max_stock, t.default_max_stock),
      rate_limit = nullif(coalesce(p_rate_limit, t.rate_limit), 0),
      version = t.version + 1, updated_at = greatest(t.updated_at, clock_timestamp())
    where t.tenant_id = p_tenant and t.deleted_at is null
      and (p_expected_version is null or t.version = p_expected_version)
      and coalesce(p_min_stock, t.default_min_stock) <= coalesce(p_max_stock, t.default_max_stock)
      and (coalesce(p_name, t.name), coalesce(p_min_stock, t.default_min_stock), coalesce(p_max_stock, t.default_max_stock),
          nullif(coalesce(p_rate_limit, t.rate_limit), 0))
        is distinct from (t.name, t.default_min_stock, t.default_max_stock, t.rate_limit);
  return found;
end $f$;

-- Deletes a tenant softly. The head first, as every change of the ledger does: what waits for it then finds it closed.
create function close_tenant_1(p_tenant uuid) returns boolean
language plpgsql volatile as $f$
begin
  perform set_config('app.tenant_id', p_tenant::text, true);
  update ledger_head h set closed = true where h.tenant_id = p_tenant and not h.closed;
  update tenant t set deleted_at = clock_timestamp(), updated_at = clock_timestamp(), version = t.version + 1
    where t.tenant_id = p_tenant and t.deleted_at is null;
  return found;
end $f$;
