import { type NewBatch, recordBatch } from '../../batches/index.ts'
import { statementContext } from '../../db/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { GenerationRun } from '../generation-run.ts'
import type { EconomySettings } from './batch-work.ts'
import { batchesOf } from './line-of-call.ts'

/** Where a line is to stand. */
export interface LinePlace {
  batchId: string
  place: number
}

interface Draft {
  batchId: string
  /** Resolves when the batch is on record. */
  recorded: Promise<void>
  lines: number
  bytes: number
}

/** The batches that are being filled: one for each route, operation and model, and another where one is full. */
export class Drafts {
  readonly #parts: GatewayParts
  readonly #settings: Pick<EconomySettings, 'requests'>
  readonly #open = new Map<string, Draft>()
  readonly #begun: string[] = []

  constructor(parts: GatewayParts, settings: Pick<EconomySettings, 'requests'>) {
    this.#parts = parts
    this.#settings = settings
  }

  /** All that were begun. */
  get batchIds(): readonly string[] {
    return this.#begun
  }

  /** A place for a line of so many bytes, in a batch that is on record. One that is not taken stays free. */
  async placeFor({ choice, request }: Pick<GenerationRun, 'choice' | 'request'>, bytes: number): Promise<LinePlace> {
    const { route, modelSent } = choice
    const { limits } = batchesOf(this.#parts, route.protocol)!
    const name = `${route.id} ${request.operation} ${modelSent}`
    const known = this.#open.get(name)
    const hasRoom = known && known.lines < Math.min(this.#settings.requests, limits.requests) && known.bytes + bytes <= limits.bytes
    const draft = hasRoom
      ? known
      : this.#begin({ routeId: route.id, routeOwner: route.owner, operation: request.operation as NewBatch['operation'], modelSent })
    this.#open.set(name, draft)
    const place = draft.lines++
    draft.bytes += bytes
    await draft.recorded
    return { batchId: draft.batchId, place }
  }

  #begin(batch: Omit<NewBatch, 'id'>): Draft {
    const { database, clock, newId } = this.#parts
    const id = newId('bat')
    this.#begun.push(id)
    fp('batch_before_record')
    const recorded = database.transact([recordBatch(statementContext(database, clock, newId), { ...batch, id })]).then(() => undefined)
    return { batchId: id, recorded, lines: 0, bytes: 0 }
  }
}
