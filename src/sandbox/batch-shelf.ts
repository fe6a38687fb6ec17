import { newId } from '../primitives/ids.ts'
import { isJsonObject, type JsonObject } from '../primitives/json.ts'

/** A batch as `GET /v1/batches` shows it. */
export type ShelvedBatch = JsonObject & { id: string }

/** The batches that a test says there are. The sandbox runs none itself. */
export class BatchShelf {
  readonly #batches: ShelvedBatch[] = []

  /** Puts one there. `told` says status, counts and metadata. */
  add(told: JsonObject, nowMs: number): ShelvedBatch {
    const counts = isJsonObject(told['request_counts']) ? told['request_counts'] : {}
    const batch: ShelvedBatch = {
      id: newId('req').replace('req', 'batch'),
      object: 'batch',
      endpoint: '/v1/images/generations',
      input_file_id: 'file-sandbox',
      completion_window: '24h',
      created_at: Math.floor(nowMs / 1000),
      status: told['status'] ?? 'in_progress',
      request_counts: { total: 1, completed: 0, failed: 0, ...counts },
      metadata: told['metadata'] ?? null,
    }
    this.#batches.push(batch)
    return batch
  }

  /** Newest first. */
  list(): ShelvedBatch[] {
    return this.#batches.toReversed()
  }
}
