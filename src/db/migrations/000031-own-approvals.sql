-- compatible
-- Whether whoever decided about a picture had asked for it, and who had allowed that it is approved so. Null in decisions that are older than this.

alter table review_decisions add column own integer check (own in (0, 1));
-- An approval of one's own names who allowed it, and nothing else does.
alter table review_decisions add column own_allowed_by text
  check ((own_allowed_by is not null) = (coalesce(own, 0) = 1 and decision = 'approved'));
alter table review_decisions add column own_allowed_at_ms bigint check ((own_allowed_at_ms is null) = (own_allowed_by is null));
