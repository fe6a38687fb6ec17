
create trigger unknown_evidence_is_never_changed before update on unknown_evidence
  for each row execute function refuse_change('evidence is append-only: note what contradicts it instead of changing it');
create trigger unknown_evidence_is_never_deleted before delete on unknown_evidence
  for each row execute function refuse_change('evidence is append-only: what was noted cannot be deleted');
create trigger unknown_evidence_is_never_emptied before truncate on unknown_evidence
  execute function refuse_change('evidence is append-only: what was noted cannot be deleted');
