import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

const page = resolve(import.meta.dirname, '../../docs/scale.md')

/** The grants that docs/scale.md gives for a role that may not change the schema, for this role: what is documented is what is tested. */
export async function grantsOf(role: string): Promise<string[]> {
  const text = await readFile(page, 'utf8')
  const [, sql] = /may not change the schema[\s\S]*?```sql\n([\s\S]*?)```/.exec(text)!
  return sql!
    .replaceAll(/--.*$/gm, '')
    .replaceAll('darkroom_app', role)
    .split(';')
    .map((statement) => statement.trim())
    .filter(Boolean)
}
