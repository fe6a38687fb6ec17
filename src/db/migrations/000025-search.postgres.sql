create table prompt_words (
  -- A word as only the key of the vault can make it: 52 bits of an HMAC over project and word.
  word bigint not null,
  -- Of the generation, so that the key has the order in which pictures are shown.
  created_at_ms bigint not null,
  generation_id text not null references generations (id),
  delete_after_ms bigint,
  primary key (word, created_at_ms, generation_id)
);
create index prompt_words_by_generation on prompt_words (generation_id);
create index prompt_words_due on prompt_words (delete_after_ms) where delete_after_ms is not null;
