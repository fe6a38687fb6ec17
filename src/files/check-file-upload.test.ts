import { describe, expect, it } from 'vitest'
import { checkFileUpload } from './index.ts'

describe('the fields of an upload', () => {
  it('name the purpose, and may say when the file goes', () => {
    expect(checkFileUpload({ purpose: 'vision' })).toEqual({ purpose: 'vision', expiresAfterMs: null })
    const expiring = { purpose: 'vision', 'expires_after[anchor]': 'created_at', 'expires_after[seconds]': '3600' }
    expect(checkFileUpload(expiring)).toEqual({ purpose: 'vision', expiresAfterMs: 3_600_000 })
  })

  it.each<[string, Record<string, string>, string, string]>([
    ['no purpose', {}, 'missing_required_parameter', 'purpose'],
    ['a purpose that is not served', { purpose: 'fine-tune' }, 'invalid_value', 'purpose'],
    ['a field that does not exist', { purpose: 'vision', rights: 'mine' }, 'unknown_parameter', 'rights'],
    ['an inherited member as a purpose', { purpose: 'constructor' }, 'invalid_value', 'purpose'],
    ['half an expiry', { purpose: 'vision', 'expires_after[seconds]': '3600' }, 'missing_required_parameter', 'expires_after[anchor]'],
    [
      'the other half',
      { purpose: 'vision', 'expires_after[anchor]': 'created_at' },
      'missing_required_parameter',
      'expires_after[seconds]',
    ],
    ['another anchor', expiry('3600', 'last_active_at'), 'invalid_value', 'expires_after[anchor]'],
    ['words for seconds', expiry('an hour'), 'invalid_type', 'expires_after[seconds]'],
    ['a fraction', expiry('3600.5'), 'invalid_type', 'expires_after[seconds]'],
    ['too soon', expiry('3599'), 'integer_below_min_value', 'expires_after[seconds]'],
    ['a negative time', expiry('-1'), 'integer_below_min_value', 'expires_after[seconds]'],
    ['too late', expiry('2592001'), 'integer_above_max_value', 'expires_after[seconds]'],
  ])('are refused, and nothing is charged: %s', (_case, fields, code, param) => {
    let thrown: unknown
    try {
      checkFileUpload(fields)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code, param, status: 400, outcome: 'not_charged', message: expect.stringContaining('Nothing was kept') })
  })
})

function expiry(seconds: string, anchor = 'created_at'): Record<string, string> {
  return { purpose: 'vision', 'expires_after[anchor]': anchor, 'expires_after[seconds]': seconds }
}
