import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'

/** How long marks are kept: many times the patience of whoever may look for one. */
const KEPT_FOR_MS = 60 * 60 * 1000

/** A name for one try at a transaction; later ones sort after earlier ones. */
export const newMark = (nowMs: number) => firstMarkAt(nowMs) + randomBytes(10).toString('hex')

const firstMarkAt = (ms: number) => ms.toString(16).padStart(12, '0')

/**
 * Whether a transaction whose commit was not answered stands. Taking its mark waits until the transaction has ended, and where it has not written the
 * mark, it never will: so the answer is final. It is the same however often it is asked, also when an answer to the question was lost: a mark that
 * was taken says so.
 *
 * The server's own memory (`pg_xact_status`) will not do: a number that was given before a crash may be given to another transaction after it.
 * @throws what the client throws when the server is away, or the transaction has still not ended
 */
export async function didCommit(pool: Pool, mark: string): Promise<boolean> {
  const { rows } = await pool.query<{ is_abandoned: number }>(
    `insert into transaction_marks (id, is_abandoned) values ($1, 1)
     on conflict (id) do update set is_abandoned = transaction_marks.is_abandoned returning is_abandoned`,
    [mark],
  )
  return rows[0]!.is_abandoned === 0
}

/** Takes marks away that nobody can look for any more. */
export async function forgetOldMarks(pool: Pool, nowMs: number): Promise<void> {
  await pool.query('delete from transaction_marks where id < $1', [firstMarkAt(Math.max(0, nowMs - KEPT_FOR_MS))])
}
