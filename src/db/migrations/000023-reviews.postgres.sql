create trigger review_decisions_are_never_changed before update on review_decisions
  for each row execute function refuse_change('decisions are append-only: revoke one instead of changing it');
create trigger review_decisions_are_never_deleted before delete on review_decisions
  for each row execute function refuse_change('decisions are append-only: what was decided cannot be deleted');
create trigger review_decisions_are_never_emptied before truncate on review_decisions
  execute function refuse_change('decisions are append-only: what was decided cannot be deleted');

create trigger review_items_stay_decided before update on review_items
  for each row when (old.closed_at_ms is not null and (new.closed_at_ms is null or new.closed_at_ms <> old.closed_at_ms or new.image_id <> old.image_id
    or (new.state <> old.state and not (old.state = 'approved' and new.state = 'revoked'))))
  execute function refuse_change('a review that is decided stays so: only an approval can be revoked');
create trigger review_items_are_never_deleted before delete on review_items
  for each row execute function refuse_change('reviews are a history: none is deleted');
create trigger review_items_are_never_emptied before truncate on review_items
  execute function refuse_change('reviews are a history: none is deleted');
