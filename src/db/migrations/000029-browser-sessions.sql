-- compatible
-- Sign-ins of people at the studio: what their browser holds, as a digest, stands for the key or admin token that opened it.

create table browser_sessions (
  digest text not null primary key check (length(digest) = 64),
  credential_digest text not null check (length(credential_digest) = 64),
  created_at_ms bigint not null check (created_at_ms >= 0),
  expires_at_ms bigint not null check (expires_at_ms > created_at_ms)
);
create index browser_sessions_by_expiry on browser_sessions (expires_at_ms);
