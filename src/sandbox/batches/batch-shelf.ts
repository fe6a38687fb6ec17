import { isJsonObject, type JsonObject } from '../../primitives/json.ts'
import { type BatchObject, type BatchStatus, isOver, newBatch } from './batch-object.ts'
import type { BatchGoal, BatchRun } from './batch-run.ts'

/** Batches that are remembered; beyond it the oldest that are over are forgotten. */
const MOST_BATCHES = 10_000

/** Batches of tests and demos: what there is, and how it goes on. */
export interface BatchControls {
  /** Newest first, as the API shows them. */
  list(): readonly BatchObject[]
  /**
   * Lets a batch go on. Resolves when it has come as far as it may, or is over.
   * @throws RangeError when there is none of this id
   */
  advance(id: string, goal: BatchGoal): Promise<BatchObject>
}

interface ShelvedBatch {
  batch: BatchObject
  /** Null for one that a test told of: nothing becomes of it by itself. */
  run: BatchRun | null
}

/** The batches of this sandbox, those that run and those that a test says there are. */
export class BatchShelf implements BatchControls {
  readonly #shelved = new Map<string, ShelvedBatch>()

  /** Takes in a batch that runs. */
  add(run: BatchRun): void {
    this.#keep({ batch: run.batch, run })
  }

  /** Puts one there. `told` says status, counts and metadata. */
  tell(id: string, told: JsonObject, nowMs: number): BatchObject {
    const counts = isJsonObject(told['request_counts']) ? told['request_counts'] : {}
    const metadata = isJsonObject(told['metadata']) ? told['metadata'] : null
    const made = newBatch(
      { id, endpoint: '/v1/images/generations', input_file_id: 'file-sandbox', completion_window: '24h', metadata },
      nowMs,
    )
    const batch: BatchObject = {
      ...made,
      status: (told['status'] ?? 'in_progress') as BatchStatus,
      request_counts: { total: 1, completed: 0, failed: 0, ...counts },
    }
    this.#keep({ batch, run: null })
    return batch
  }

  list(): BatchObject[] {
    return [...this.#shelved.values()].map(look).reverse()
  }

  /** The batch of this id; undefined when there is none. */
  find(id: string): BatchObject | undefined {
    const shelved = this.#shelved.get(id)
    return shelved && look(shelved)
  }

  /** Begins to cancel a batch that is not over. */
  cancel(id: string): void {
    const { batch, run } = this.#shelved.get(id)!
    if (run) run.cancel()
    else batch.status = 'cancelling'
  }

  async advance(id: string, goal: BatchGoal): Promise<BatchObject> {
    const shelved = this.#shelved.get(id)
    if (!shelved) throw new RangeError(`there is no batch ${id}`)
    await shelved.run?.advance(goal)
    return shelved.batch
  }

  /** Stops all work and waits for it. */
  async close(): Promise<void> {
    await Promise.all([...this.#shelved.values()].map(({ run }) => run?.close()))
  }

  #keep(shelved: ShelvedBatch): void {
    this.#shelved.set(shelved.batch.id, shelved)
    if (this.#shelved.size <= MOST_BATCHES) return
    const oldest = this.#shelved.values().find(({ batch }) => isOver(batch))
    if (oldest) this.#shelved.delete(oldest.batch.id)
  }
}

function look({ batch, run }: ShelvedBatch): BatchObject {
  run?.look()
  return batch
}
