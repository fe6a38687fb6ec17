create index generations_by_cost on generations (project_id, settled_nanos, created_at_ms);

create table generation_labels (
  -- Name, colon, value; which colon it was, the row of the generation knows.
  label text not null,
  project_id text not null references projects (id),
  -- Of the generation, so that the key has the order in which pictures are shown.
  created_at_ms bigint not null,
  generation_id text not null references generations (id),
  primary key (label, project_id, created_at_ms, generation_id)
) without rowid;

insert into generation_labels (label, project_id, created_at_ms, generation_id)
select label.key || ':' || label.value, generations.project_id, generations.created_at_ms, generations.id
from generations, json_each(generations.metadata_json) as label
where generations.metadata_json is not null
on conflict do nothing;
