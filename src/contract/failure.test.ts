import { describe, expect, it } from 'vitest'
import { errorBody, failure } from './failure.ts'
import { type FailureCode, failureCatalogue } from './failure-catalogue.ts'
import { errorBodySchema } from './record.ts'

const codes = Object.keys(failureCatalogue) as FailureCode[]

describe('the failure catalogue', () => {
  it.each(codes)('%s is answered in the error shape of the API', (code) => {
    const body = errorBody(failure(code), { requestId: 'req_1' })
    expect(errorBodySchema.parse(body)).toEqual(body)
    expect(body.error.docs).toBe(`/docs/errors#${code}`)
  })

  it.each(codes)('%s says what became of the money', (code) => {
    expect(failureCatalogue[code].message).toMatch(/charge|cost|nothing was sent/i)
  })

  it('never asks a client to repeat a call that cost money or may have', () => {
    for (const code of codes) if (failure(code).outcome !== 'not_charged') expect(failure(code).shouldRetry).toBe(false)
  })

  it('asks for a repetition only before dispatch, when surely nothing was sent, on a rate limit, or of a mere reading', () => {
    const repeatable = codes.filter((code) => failure(code).shouldRetry)
    expect(repeatable.sort()).toEqual([
      'database_unavailable',
      'overloaded',
      'project_rate_limited',
      'queue_full',
      'rate_limit_exceeded',
      'request_aborted',
      'request_timeout',
      'result_not_ready',
      'route_unavailable',
      'shutting_down',
      'storage_unavailable',
      'upstream_rate_limited',
      'upstream_unreachable',
    ])
  })
})

describe('failure', () => {
  it('lets the place that throws be more exact than the catalogue', () => {
    const error = failure('rate_limit_exceeded', { message: 'Slow down.', type: 'input-images', param: null, retryAfterMs: 1500 })
    expect(error).toMatchObject({
      status: 429,
      type: 'input-images',
      message: 'Slow down.',
      publicCode: 'rate_limit_exceeded',
      retryAfterMs: 1500,
    })
  })

  it('shows upstream’s public code where it differs from ours, null included', () => {
    expect(failure('invalid_size').publicCode).toBe('invalid_value')
    expect(failure('organization_not_verified').publicCode).toBeNull()
    expect(failure('insufficient_quota', { publicCode: 'credit_balance_exhausted' }).publicCode).toBe('credit_balance_exhausted')
    expect(failure('upstream_refused', { publicCode: null }).publicCode).toBeNull()
  })

  it('keeps the cause for operators and out of the body', () => {
    const error = failure('upstream_bad_response', { cause: new Error('secret detail') })
    expect(error.cause).toBeInstanceOf(Error)
    expect(JSON.stringify(errorBody(error, { requestId: 'req_1' }))).not.toContain('secret')
  })
})
