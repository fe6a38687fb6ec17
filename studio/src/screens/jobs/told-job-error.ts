import { type api, DarkroomError } from '#sdk'

/** Why a job gave nothing, as the call itself would have said it. */
export function toldJobError({ id, error, outcome }: Pick<api.Job, 'id' | 'error' | 'outcome'>): DarkroomError {
  return errorOf(error, { generationId: id, outcome: outcome ?? 'unknown' })
}

/** The same of an item of a bulk. */
export function toldItemError({ job_id, error }: Pick<api.BulkItem, 'job_id' | 'error'>): DarkroomError {
  return errorOf(error, { generationId: job_id, outcome: 'not_charged' })
}

function errorOf(
  error: Record<string, unknown> | null,
  of: { generationId: string | null; outcome: DarkroomError['outcome'] },
): DarkroomError {
  const told = (error ?? {}) as Partial<api.ErrorObject>
  return new DarkroomError({
    message: told.message ?? '',
    status: null,
    code: told.code ?? null,
    param: told.param ?? null,
    outcome: told.outcome ?? of.outcome,
    nextAction: told.next_action ?? 'none',
    generationId: of.generationId,
    requestId: told.request_id ?? null,
    docs: told.docs ? new URL(told.docs, location.origin).href : null,
  })
}
