import type { Statement, StatementContext } from '../db/index.ts'

/** Labels of a call, in the transaction that records its generation. */
export interface NewLabels {
  generationId: string
  projectId: string
  labels: Readonly<Record<string, string>> | null
}

/** A label as the index has it. Another pair that reads the same is told apart by the generation's own row. */
export const labelText = (name: string, value: string) => `${name}:${value}`

/** Records by which labels a generation is found: as long as its row is there, whose labels they are. */
export function recordLabels({ sql, nowMs }: StatementContext, { generationId, projectId, labels }: NewLabels): Statement[] {
  const texts = new Set(Object.entries(labels ?? {}).map(([name, value]) => labelText(name, value)))
  if (texts.size === 0) return []
  const rest = { project_id: projectId, created_at_ms: nowMs, generation_id: generationId }
  return [{ query: sql.insertInto('generation_labels').values([...texts].map((label) => ({ label, ...rest }))) }]
}
