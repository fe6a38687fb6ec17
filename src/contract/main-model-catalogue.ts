import { z } from 'zod'
import type { MainModelRow } from './main-model-row.ts'
import { shippedMainModelRows } from './main-model-rows.ts'

const modelId = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]*$/, 'a model id: letters, digits and . _ : / -')

/** A main model that a team adds in `darkroom.yaml`, so that it can be used on its launch day without a release. */
export const mainModelRowSchema = z
  .strictObject({
    id: modelId,
    aliases: z.array(modelId).max(16).default([]),
    until: z.iso.date().nullable().default(null),
    successor: modelId.nullable().default(null),
    read_on: z.iso.date(),
    source: z.string().min(1).max(500).default('darkroom.yaml'),
    confidence: z.enum(['confirmed', 'reported', 'inferred']).default('inferred'),
  })
  .transform(({ read_on, ...row }): MainModelRow => ({ ...row, readOn: read_on }))

/** What the table says about a main model on a day. */
export interface FoundMainModel {
  row: MainModelRow
  /** True from the first millisecond of the row's `until` day, UTC. */
  retired: boolean
}

/** The main models that Darkroom knows. */
export class MainModelCatalogue {
  readonly #rowsById = new Map<string, MainModelRow>()

  /** @param additions rows from configuration; on equal ids they win over shipped ones. */
  constructor(rows: readonly MainModelRow[] = shippedMainModelRows, additions: readonly MainModelRow[] = []) {
    for (const row of [...rows, ...additions]) {
      for (const id of [row.id, ...row.aliases]) this.#rowsById.set(id, row)
    }
  }

  /** Looks an id or alias up. @param atMs the moment of the request, milliseconds since 1970. */
  find(id: string, atMs: number): FoundMainModel | undefined {
    const row = this.#rowsById.get(id)
    return row && { row, retired: row.until !== null && Date.parse(`${row.until}T00:00:00Z`) <= atMs }
  }

  /** The rows that serve at a moment, in the order they were given; aliases are inside their row. */
  list(atMs: number): MainModelRow[] {
    return [...new Set(this.#rowsById.values())].filter((row) => this.find(row.id, atMs)?.retired === false)
  }
}
