import type { Compilable } from 'kysely'

/** A row that should not be there. Amounts where two of them differ, else null. */
export interface AuditRow {
  /** Of what is wrong. */
  id: string
  expected_nanos: bigint | null
  found_nanos: bigint | null
}

/** A question to the database whose rows are all faults. Every engine can be asked it. */
export interface AuditQuery {
  name: string
  /** What holds when no row comes. */
  holds: string
  query: Compilable<AuditRow>
}

/** Faults of one kind that are named, at most. */
export const AUDIT_ROWS = 20
