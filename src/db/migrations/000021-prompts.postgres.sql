create trigger prompt_versions_never_change before update or delete on prompt_versions
  for each row execute function refuse_change('versions of prompts are a history: none is changed or deleted');
create trigger prompt_versions_are_never_emptied before truncate on prompt_versions
  execute function refuse_change('versions of prompts are a history: none is changed or deleted');
