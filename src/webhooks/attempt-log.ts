import type { Statement, StatementContext } from '../db/index.ts'

/** What was sent, without what it was signed with. */
export interface AttemptRequest {
  url: string
  headers: Record<string, string>
  /** How many secrets it was signed with. */
  signatures: number
}

/** What the receiver said: its head, and the beginning of its body. */
export interface AttemptResponse {
  headers: Record<string, string>
  body: string
}

/** One attempt, for the log. */
export interface LoggedAttempt {
  messageId: string
  /** 1 = the first. */
  n: number
  atMs: number
  durationMs: number
  /** Null when no head came. */
  status: number | null
  /** Null for a success. */
  cause: string | null
  request: AttemptRequest
  response: AttemptResponse | null
}

/** Keeps what came of an attempt. */
export function logAttempt({ sql }: StatementContext, attempt: LoggedAttempt): Statement {
  return {
    query: sql.insertInto('webhook_attempts').values({
      message_id: attempt.messageId,
      n: attempt.n,
      at_ms: attempt.atMs,
      duration_ms: attempt.durationMs,
      http_status: attempt.status,
      cause: attempt.cause,
      request_json: JSON.stringify(attempt.request),
      response_json: attempt.response === null ? null : JSON.stringify(attempt.response),
    }),
  }
}
