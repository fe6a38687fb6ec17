import type { Database } from '../../src/db/index.ts'

/** A text with `?` for its values, as the engine of a database wants it. */
export function withPlaceholders({ dialect }: Pick<Database, 'dialect'>, text: string): string {
  let at = 0
  return dialect === 'sqlite' ? text : text.replaceAll('?', () => `$${++at}`)
}
