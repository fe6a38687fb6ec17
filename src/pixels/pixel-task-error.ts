/**
 * How a task ended without a result. `refused`: the picture is at fault, see `code`. `timeout`: it took too long and its process was killed.
 * `crashed`: its process died, by itself or because it held too much memory. `failed`: the task threw, or never ran.
 */
export type PixelTaskErrorKind = 'refused' | 'timeout' | 'crashed' | 'failed'

/** Why a task has no result. Another task is never affected. */
export class PixelTaskError extends Error {
  override readonly name = 'PixelTaskError'
  readonly kind: PixelTaskErrorKind
  /**
   * The code the task refused with; else `timeout`, `out_of_memory`, `crashed`, `task_threw`, `not_started` (the process could not be
   * started or the input not be sent), or `pool_closed`.
   */
  readonly code: string

  constructor(kind: PixelTaskErrorKind, code: string, message: string) {
    super(message)
    this.kind = kind
    this.code = code
  }
}
