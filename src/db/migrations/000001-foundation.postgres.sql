
-- What was booked stays booked: a correction is another entry.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '%', tg_argv[0];
end;
$$;

create trigger ledger_entries_are_never_changed before update on ledger_entries
  for each row execute function refuse_change('ledger entries are append-only: book a correction instead of changing one');
create trigger ledger_entries_are_never_deleted before delete on ledger_entries
  for each row execute function refuse_change('ledger entries are append-only: what was booked cannot be deleted');
create trigger ledger_entries_are_never_emptied before truncate on ledger_entries
  execute function refuse_change('ledger entries are append-only: what was booked cannot be deleted');

-- A mark of every transaction, kept for an hour: whether one stands whose commit was not answered.
create table transaction_marks (
  id text not null primary key
);
