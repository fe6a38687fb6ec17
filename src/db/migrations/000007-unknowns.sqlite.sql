create trigger unknown_evidence_is_never_changed before update on unknown_evidence
begin
  select raise(abort, 'evidence is append-only: note what contradicts it instead of changing it');
end;

create trigger unknown_evidence_is_never_deleted before delete on unknown_evidence
begin
  select raise(abort, 'evidence is append-only: what was noted cannot be deleted');
end;
