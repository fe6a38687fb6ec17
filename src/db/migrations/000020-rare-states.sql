-- compatible
-- Jobs that failed are searched for among many that did not. Those that wait or are under way have indexes of their own.

create index generations_ended_badly on generations (status, id) where status in ('failed', 'cancelled', 'outcome_unknown');
