-- compatible
-- Where a call belongs in somebody's trace, so that what is done for it later (a job that runs, a webhook that is sent) can be told there too.

alter table generations add column trace_parent text;
