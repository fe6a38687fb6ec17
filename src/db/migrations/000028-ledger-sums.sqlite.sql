create trigger ledger_entries_of_closed_hours after insert on ledger_entries
  when new.at_ms < (select until_ms from ledger_closings where span = 'hour')
begin
  insert into ledger_late_entries (entry_id, at_ms) values (new.id, new.at_ms);
end;
