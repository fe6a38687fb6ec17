import type { ModelRow } from './model-row.ts'
import { shippedModelRows } from './model-rows.ts'

export { modelRowSchema } from './model-row-schema.ts'

/** What the catalogue says about an id on a day: served by this row, or shut down (the row names the successor). */
export interface FoundModel {
  row: ModelRow
  /** True from the first millisecond of the row's `until` day, UTC. */
  retired: boolean
}

/** Midnight UTC that begins a `YYYY-MM-DD` day, in milliseconds since 1970. */
function startOfDayMs(day: string): number {
  return Date.parse(`${day}T00:00:00Z`)
}

function isRetired(row: ModelRow, atMs: number): boolean {
  return row.state === 'retired' || (row.until !== null && startOfDayMs(row.until) <= atMs)
}

/**
 * The dated model catalogue. Several rows may carry one id: the youngest that has begun holds,
 * so a changed contract is a new row and an old request can still be read by the row of its day.
 */
export class ModelCatalogue {
  readonly #rowsById = new Map<string, ModelRow[]>()

  /**
   * @param rows the shipped rows.
   * @param additions rows from configuration; on equal `from` days they win over shipped ones.
   */
  constructor(rows: readonly ModelRow[] = shippedModelRows, additions: readonly ModelRow[] = []) {
    for (const row of [...rows, ...additions]) {
      for (const id of [row.id, ...row.aliases]) this.#add(id, row)
    }
  }

  #add(id: string, row: ModelRow): void {
    const sameId = this.#rowsById.get(id) ?? []
    this.#rowsById.set(id, [...sameId, row])
  }

  /**
   * Looks an id or alias up.
   * @param atMs the moment of the request, milliseconds since 1970.
   * @returns undefined when no row of that id has begun by then.
   */
  find(id: string, atMs: number): FoundModel | undefined {
    let holding: ModelRow | undefined
    for (const row of this.#rowsById.get(id) ?? []) {
      const begun = startOfDayMs(row.from) <= atMs
      if (begun && (holding === undefined || row.from >= holding.from)) holding = row
    }
    return holding && { row: holding, retired: isRetired(holding, atMs) }
  }

  /** The rows that serve at a moment, one an id, in the order they were given; aliases are inside their row. */
  list(atMs: number): ModelRow[] {
    const serving = new Set<ModelRow>()
    for (const id of this.#rowsById.keys()) {
      const found = this.find(id, atMs)
      if (found && !found.retired && found.row.id === id) serving.add(found.row)
    }
    return [...serving]
  }
}
