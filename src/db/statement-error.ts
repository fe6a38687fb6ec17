/**
 * The engine refused a statement: a constraint was violated or the statement is wrong. Its transaction was rolled back.
 * It is a mistake of ours, not a caller's; the message names the constraint and holds no values.
 */
export class StatementError extends Error {
  /** True when a constraint (unique, check, foreign key, append-only) refused it. */
  readonly constraint: boolean
  /** The statement without its parameters. */
  readonly statement: string | null

  constructor(message: string, details: { constraint: boolean; statement: string | null }) {
    super(message)
    this.name = 'StatementError'
    this.constraint = details.constraint
    this.statement = details.statement
  }
}
