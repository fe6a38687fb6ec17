-- breaking
-- Words of prompts, blinded, and orders in which pictures are looked for. Breaking although it only adds: a program that does not know of the words
-- would keep them when what they are of is deleted.

create index generations_by_time on generations (created_at_ms, id);
create index generations_by_owner on generations (project_id, route_owner, created_at_ms);
create index generations_by_model on generations (project_id, model_asked, created_at_ms);
create index generations_by_tag on generations (project_id, project_tag, created_at_ms) where project_tag is not null;

