import type { JsonObject } from '../../primitives/json.ts'

/** Where a batch stands (openai 7.55.0 types). */
export type BatchStatus = 'validating' | 'failed' | 'in_progress' | 'finalizing' | 'completed' | 'expired' | 'cancelling' | 'cancelled'

/** Why a batch failed: one error for each line that is wrong, or one for the whole file. */
export interface BatchError {
  code: string
  message: string
  param: string | null
  /** From 1; null = the whole file. */
  line: number | null
}

/** Tokens of all lines that were completed. */
export interface BatchUsage {
  input_tokens: number
  input_tokens_details: { cached_tokens: number }
  output_tokens: number
  output_tokens_details: { reasoning_tokens: number }
  total_tokens: number
}

/** A batch as the API shows it, times in seconds since 1970; what has not happened is null. */
export interface BatchObject {
  id: string
  object: 'batch'
  endpoint: string
  model: string | null
  errors: { object: 'list'; data: BatchError[] } | null
  input_file_id: string
  completion_window: string
  status: BatchStatus
  output_file_id: string | null
  error_file_id: string | null
  created_at: number
  in_progress_at: number | null
  expires_at: number
  finalizing_at: number | null
  completed_at: number | null
  failed_at: number | null
  expired_at: number | null
  cancelling_at: number | null
  cancelled_at: number | null
  request_counts: { total: number; completed: number; failed: number }
  metadata: JsonObject | null
  usage: BatchUsage
}

/** The only window there is. */
const WINDOW_SECONDS = 86_400

/** A batch that was just made. */
export function newBatch(
  asked: Pick<BatchObject, 'id' | 'endpoint' | 'input_file_id' | 'completion_window' | 'metadata'>,
  nowMs: number,
): BatchObject {
  const createdAt = Math.floor(nowMs / 1000)
  return {
    ...asked,
    object: 'batch',
    model: null,
    errors: null,
    status: 'validating',
    output_file_id: null,
    error_file_id: null,
    created_at: createdAt,
    in_progress_at: null,
    expires_at: createdAt + WINDOW_SECONDS,
    finalizing_at: null,
    completed_at: null,
    failed_at: null,
    expired_at: null,
    cancelling_at: null,
    cancelled_at: null,
    request_counts: { total: 0, completed: 0, failed: 0 },
    usage: noUsage(),
  }
}

/** A batch moves on: its status, and when. */
export function enter(batch: BatchObject, status: Exclude<BatchStatus, 'validating'>, nowMs: number): void {
  batch.status = status
  batch[`${status}_at`] = Math.floor(nowMs / 1000)
}

/** True once nothing more becomes of a batch. */
export function isOver({ status }: Pick<BatchObject, 'status'>): boolean {
  return status === 'completed' || status === 'failed' || status === 'expired' || status === 'cancelled'
}

function noUsage(): BatchUsage {
  return {
    input_tokens: 0,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 0,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 0,
  }
}
