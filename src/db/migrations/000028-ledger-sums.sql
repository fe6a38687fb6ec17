-- compatible
-- What the ledger came to in hours and days that are over, so that a report adds up a few sums and not every line. All of it follows from the entries:
-- emptied, it is made anew.

-- Up to where there are sums of each span; no row while there are none.
create table ledger_closings (
  span text not null primary key check (span in ('hour', 'day')),
  until_ms bigint not null check (until_ms >= 0)
);

create table ledger_sums (
  span text not null check (span in ('hour', 'day')),
  from_ms bigint not null check (from_ms >= 0),
  n integer not null check (n >= 1),
  day text not null check (day like '____-__-__'),
  project_id text not null,
  key_id text,
  route_id text not null,
  route_owner text not null,
  model text not null,
  project_tag text check (project_tag <> ''),
  book text not null check (book in ('provider', 'sandbox')),
  calls bigint not null check (calls >= 0),
  images bigint not null check (images >= 0),
  -- An adjustment counts in its own hour, so that an hour's costs can be less than nothing.
  charged_nanos bigint not null,
  lost_nanos bigint not null,
  invoiced_nanos bigint not null,
  primary key (span, from_ms, n)
);
create index ledger_sums_by_project on ledger_sums (project_id, span, from_ms);

-- Entries of closed hours that a later one may still end: reservations and holds that are open, and what is presumed.
create table ledger_open_entries (
  entry_id text not null primary key,
  at_ms bigint not null
);

-- Entries that came into an hour after it was closed, as where a clock was put back. Its sums do not have them.
create table ledger_late_entries (
  entry_id text not null primary key,
  at_ms bigint not null
);
