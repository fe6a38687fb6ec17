create trigger publications_end_once before update on publications
  when old.ended_at_ms is not null or new.id <> old.id or new.image_id <> old.image_id or new.project_id <> old.project_id
    or new.published_by <> old.published_by or new.published_at_ms <> old.published_at_ms or new.review_id is not old.review_id
begin
  select raise(abort, 'publications are a history: one ends once, and nothing else of it changes');
end;

create trigger publications_are_never_deleted before delete on publications
begin
  select raise(abort, 'publications are a history: none is deleted');
end;
