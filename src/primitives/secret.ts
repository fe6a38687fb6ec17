import { inspect } from 'node:util'

const REDACTED = '[secret]'

/** A value that must not reach a log, an error or a database: printing, serialising and inspecting it show `[secret]`. */
export class Secret {
  readonly #value: string | (() => string)

  /** @param value the secret itself, or how it is got whenever it is asked for: one that is kept encrypted */
  constructor(value: string | (() => string)) {
    this.#value = value
  }

  /** The value itself. Called where it is put on the wire or into a digest, nowhere else. */
  reveal(): string {
    return typeof this.#value === 'string' ? this.#value : this.#value()
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [inspect.custom](): string {
    return REDACTED
  }
}
