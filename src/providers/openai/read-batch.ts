import { isJsonObject, type JsonObject, type JsonValue } from '../../primitives/json.ts'
import type { BatchInputError, BatchStatus, UpstreamBatch } from '../batch-calls.ts'
import type { Redact } from '../redact.ts'

const statuses: readonly BatchStatus[] = [
  'validating',
  'failed',
  'in_progress',
  'finalizing',
  'completed',
  'expired',
  'cancelling',
  'cancelled',
]
const MOST_ERRORS = 100
const MAX_MESSAGE_LENGTH = 500
const MAX_WORD_LENGTH = 200

/** Reads a batch (openai 7.55.0 types, `resources/batches`). @returns null for what is none: nothing without an id can be asked about */
export function readBatch(value: JsonValue, redact: Redact): UpstreamBatch | null {
  if (!isJsonObject(value) || typeof value['id'] !== 'string') return null
  const counts = isJsonObject(value['request_counts']) ? value['request_counts'] : {}
  return {
    id: value['id'],
    status: statuses.find((known) => known === value['status']) ?? 'unknown',
    metadata: readMetadata(value['metadata']),
    completed: countOf(counts['completed']),
    failed: countOf(counts['failed']),
    total: countOf(counts['total']),
    createdAtMs: countOf(value['created_at']) * 1000,
    expiresAtMs: typeof value['expires_at'] === 'number' ? value['expires_at'] * 1000 : null,
    inputFileId: idOf(value['input_file_id']),
    outputFileId: idOf(value['output_file_id']),
    errorFileId: idOf(value['error_file_id']),
    errors: readErrors(value['errors'], redact),
  }
}

function readMetadata(metadata: JsonValue | undefined): Record<string, string> {
  const pairs = isJsonObject(metadata) ? Object.entries(metadata) : []
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string'))
}

function readErrors(errors: JsonValue | undefined, redact: Redact): BatchInputError[] {
  const data = isJsonObject(errors) && Array.isArray(errors['data']) ? errors['data'] : []
  return data
    .slice(0, MOST_ERRORS)
    .filter(isJsonObject)
    .map((error) => ({
      code: word(error, 'code', redact),
      message: word(error, 'message', redact, MAX_MESSAGE_LENGTH),
      param: word(error, 'param', redact),
      line: typeof error['line'] === 'number' ? error['line'] : null,
    }))
}

function word(error: JsonObject, name: string, redact: Redact, maxLength = MAX_WORD_LENGTH): string | null {
  const value = error[name]
  return typeof value === 'string' ? redact(value, maxLength) : null
}

const idOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)
const countOf = (value: unknown) => (typeof value === 'number' && value >= 0 ? value : 0)
