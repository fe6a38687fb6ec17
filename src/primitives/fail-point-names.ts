/**
 * Places where a crash, a stall or a failure can be asked for, in the order in which a call meets them. Each stands in the source as
 * a call of `fp`; a name that is not here does not compile, and `fail-point.test.ts` finds one that stands nowhere.
 */
export const failPointNames = [
  // Start.
  'start_after_lock',
  'start_after_database',
  'start_before_listen',
  // Accept: the pictures of an edit, then intent, reservation and first attempt in one transaction.
  'inputs_before_put',
  'inputs_after_put',
  'before_intent',
  'after_intent',
  // The database thread, whatever it writes.
  'database_before_commit',
  'database_after_commit',
  // The call.
  'before_dispatch',
  'after_sent',
  'after_sent_mark',
  'after_head',
  'after_head_mark',
  'body_piece',
  'body_end',
  // Pictures on their way to the disk.
  'spool_before_create',
  'spool_before_write',
  'spool_after_write',
  'spool_before_flush',
  'spool_after_flush',
  // What another process needs to settle the call.
  'sidecar_before_create',
  'sidecar_before_write',
  'sidecar_before_flush',
  'sidecar_after_flush',
  'sidecar_before_complete',
  'sidecar_after_complete',
  'sidecar_before_remove',
  'sidecar_after_remove',
  // Objects.
  'put_before_rename',
  'put_after_rename',
  'put_after_flush',
  // What Darkroom makes of the model's pictures.
  'retouch_before_make',
  'retouch_after_make',
  // The end of a call.
  'refusal_before_settle',
  'refusal_after_settle',
  'next_attempt_before_open',
  'next_attempt_after_open',
  'before_settle',
  'after_settle',
  'reply_before_release',
  'reply_after_release',
  // Assistant flows.
  'turn_before_note',
  'turn_after_note',
  'turn_before_settle',
  'turn_after_settle',
  'turn_left_open',
  'background_before_ask',
  'background_after_answer',
  // Behind the answer.
  'credentials_before_record',
  'drift_before_record',
  // Jobs.
  'job_before_queue',
  'job_after_queue',
  'job_before_start',
  'job_after_start',
  'job_before_put_back',
  'job_after_put_back',
  'job_before_end_in_queue',
  'job_after_end_in_queue',
  'set_before_item',
  'set_after_item',
  // Batches of the economy lane.
  'batch_before_record',
  'batch_before_claim',
  'batch_after_claim',
  'batch_after_collect',
  'batch_before_upload',
  'batch_after_upload',
  'batch_after_upload_record',
  'batch_before_create',
  'batch_after_create',
  'batch_before_look',
  'batch_after_create_record',
  'batch_after_over',
  'batch_before_line',
  'batch_after_line',
  'batch_before_requeue',
  'batch_after_requeue',
  'batch_after_output',
  'batch_before_clean',
  'batch_after_end',
  // The next start.
  'recovery_before_read',
  'recovery_after_owner',
  'recovery_after_verify',
  'recovery_after_settle',
  'recovery_after_remove',
  'background_adopted',
  'batch_adopted',
  'sweep_before_hold',
  'sweep_after_hold',
  'spool_before_empty',
  // Unknown outcomes.
  'resolution_before_decide',
  'resolution_after_decide',
  // What administrators and rounds do.
  'budget_before_change',
  'budget_after_change',
  'key_before_make',
  'key_after_make',
  'gate_before_record',
  'gate_after_record',
  'file_before_record',
  'file_after_record',
  'housekeeping_before_round',
  'housekeeping_after_round',
] as const

/** The name of a place. */
export type FailPointName = (typeof failPointNames)[number]
