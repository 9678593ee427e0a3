-- After a backup was restored: what clients saw beyond it never happened, and their positions must not be taken for places in the
-- history that goes on from here.

-- Gives every ledger a new epoch and says how many there are. Its owner calls this before the first service connects again; feeds
-- tell their readers to start anew.
create function begin_epoch_1() returns bigint
language sql volatile set search_path = pg_catalog, public, pg_temp as $$
  with renewed as (
    update ledger_head set epoch = left(gen_random_uuid()::text, 8) returning 1)
  select count(*) from renewed
$$;

revoke execute on function begin_epoch_1() from public;
