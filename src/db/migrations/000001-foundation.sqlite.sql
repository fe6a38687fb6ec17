
-- What was booked stays booked: a correction is another entry.
create trigger ledger_entries_are_never_changed before update on ledger_entries
begin
  select raise(abort, 'ledger entries are append-only: book a correction instead of changing one');
end;

create trigger ledger_entries_are_never_deleted before delete on ledger_entries
begin
  select raise(abort, 'ledger entries are append-only: what was booked cannot be deleted');
end;

-- A column type is only a preference to SQLite; an amount that is not a whole number would make sums inexact.
create trigger ledger_entries_hold_whole_nanos before insert on ledger_entries when typeof(new.nanos) <> 'integer'
begin
  select raise(abort, 'ledger amounts are whole nano-dollars');
end;
