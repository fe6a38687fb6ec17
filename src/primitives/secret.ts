import { inspect } from 'node:util'

const REDACTED = '[secret]'

/** A value that must not reach a log, an error or a database: printing, serialising and inspecting it show `[secret]`. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself. Called where it is put on the wire or into a digest, nowhere else. */
  reveal(): string {
    return this.#value
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
