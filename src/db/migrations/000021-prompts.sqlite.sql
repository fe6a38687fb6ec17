create trigger prompt_versions_never_change before update on prompt_versions
begin
  select raise(abort, 'versions of prompts are a history: none is changed or deleted');
end;

create trigger prompt_versions_are_never_deleted before delete on prompt_versions
begin
  select raise(abort, 'versions of prompts are a history: none is changed or deleted');
end;
