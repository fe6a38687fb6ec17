import { type FoundModel, ModelCatalogue } from '../../contract/model-catalogue.ts'
import type { ModelRow } from '../../contract/model-row.ts'

/** A catalogue in which every id is served: by its own row, or, where there is none that lives, by one and the same model. */
export class AnyModelCatalogue extends ModelCatalogue {
  readonly #known: ModelCatalogue
  readonly #standIn: string

  /** @param standIn id of the model that serves every other id. */
  constructor(known: ModelCatalogue, standIn: string) {
    super([])
    this.#known = known
    this.#standIn = standIn
  }

  override find(id: string, atMs: number): FoundModel | undefined {
    const found = this.#known.find(id, atMs)
    return found && !found.retired ? found : this.#known.find(this.#standIn, atMs)
  }

  override list(atMs: number): ModelRow[] {
    return this.#known.list(atMs)
  }
}
