import type { AuditRow } from '../db/index.ts'
import { generationAudits } from '../generations/index.ts'
import { ledgerAudits } from '../ledger/index.ts'
import { formatUsd } from '../primitives/money.ts'
import { objectAudits } from '../store/index.ts'
import type { GatewayParts } from './gateway-parts.ts'

/** Something that must hold, and what was found against it. */
export interface AuditFinding {
  name: string
  holds: string
  /** Ids of what is wrong, with both amounts where two of them differ; the first twenty. */
  wrong: { id: string; expected: string | null; found: string | null }[]
}

/** Holds the records against one another: money, calls, budgets, pictures. All of one moment, also while calls are made. */
export async function auditBooks({ database }: Pick<GatewayParts, 'database'>): Promise<AuditFinding[]> {
  const audits = [...ledgerAudits(database), ...generationAudits(database), ...objectAudits(database)]
  const answers = await database.readAll<AuditRow[]>(audits.map(({ query }) => query))
  return audits.map(({ name, holds }, index) => ({ name, holds, wrong: answers[index]!.map(shown) }))
}

function shown({ id, expected_nanos, found_nanos }: AuditRow): AuditFinding['wrong'][number] {
  const usd = (nanos: bigint | null) => (nanos === null ? null : formatUsd(nanos))
  return { id, expected: usd(expected_nanos), found: usd(found_nanos) }
}
