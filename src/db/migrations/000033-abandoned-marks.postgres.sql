-- 1 where whoever was in doubt about a transaction took its mark, so that it never stands. The question may have to be asked again, as its own answer can
-- be lost: without this, the mark it left the first time would be taken for that of the transaction.
alter table transaction_marks add column is_abandoned integer not null default 0 check (is_abandoned in (0, 1));
