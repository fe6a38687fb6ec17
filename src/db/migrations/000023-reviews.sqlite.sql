create trigger review_decisions_are_never_changed before update on review_decisions
begin
  select raise(abort, 'decisions are append-only: revoke one instead of changing it');
end;

create trigger review_decisions_are_never_deleted before delete on review_decisions
begin
  select raise(abort, 'decisions are append-only: what was decided cannot be deleted');
end;

create trigger review_items_stay_decided before update on review_items
  when old.closed_at_ms is not null and (new.closed_at_ms is null or new.closed_at_ms <> old.closed_at_ms or new.image_id <> old.image_id
    or (new.state <> old.state and not (old.state = 'approved' and new.state = 'revoked')))
begin
  select raise(abort, 'a review that is decided stays so: only an approval can be revoked');
end;

create trigger review_items_are_never_deleted before delete on review_items
begin
  select raise(abort, 'reviews are a history: none is deleted');
end;
