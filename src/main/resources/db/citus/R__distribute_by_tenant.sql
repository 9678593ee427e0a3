-- Only on Citus, and only where spring.flyway.locations names classpath:db/citus too (docs/scaling.md): spreads every table over the
-- nodes by tenant_id, all alike, so that whatever belongs to a tenant lies on one node, and sends each function of a tenant to that node.
-- Repeatable, and does nothing twice: after a new migration adds a table or a function, change this file's last line.
create extension if not exists citus;

do $$
declare
  one record;
begin
  for one in
    select c.oid::regclass::text as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
      and not exists (select from pg_dist_partition d where d.logicalrel = c.oid)
    -- A table before those that refer to it: a foreign key is only taken between distributed tables.
    order by c.relname <> 'tenant', (select count(*) from pg_constraint f where f.conrelid = c.oid and f.contype = 'f'), c.relname
  loop
    perform create_distributed_table(one.name, 'tenant_id',
      colocate_with => case when one.name = 'tenant' then 'none' else 'tenant' end);
  end loop;
  for one in
    select p.oid::regprocedure::text as signature from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proargnames[1] = 'p_tenant' and not p.prosecdef and p.provolatile = 'v'
      and p.prorettype <> 'trigger'::regtype
  loop
    perform create_distributed_function(one.signature, 'p_tenant', colocate_with => 'tenant');
  end loop;
end $$;

-- 1
