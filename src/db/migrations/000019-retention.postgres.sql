create trigger legal_holds_are_released_once before update on legal_holds
  for each row when (old.released_at_ms is not null or new.id <> old.id or new.subject_kind <> old.subject_kind or new.subject_id <> old.subject_id
    or new.project_id <> old.project_id or new.reason <> old.reason or new.placed_by <> old.placed_by or new.placed_at_ms <> old.placed_at_ms)
  execute function refuse_change('legal holds are a history: a hold is released once, and nothing else of it changes');
create trigger legal_holds_are_never_deleted before delete on legal_holds
  for each row execute function refuse_change('legal holds are a history: none is deleted');
create trigger legal_holds_are_never_emptied before truncate on legal_holds
  execute function refuse_change('legal holds are a history: none is deleted');
