create function note_late_entry() returns trigger language plpgsql as $$
begin
  insert into ledger_late_entries (entry_id, at_ms)
    select new.id, new.at_ms where new.at_ms < (select until_ms from ledger_closings where span = 'hour');
  return null;
end;
$$;

create trigger ledger_entries_of_closed_hours after insert on ledger_entries for each row execute function note_late_entry();
