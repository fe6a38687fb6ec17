import type { ZodType, z } from 'zod'
import { failure } from '../contract/failure.ts'

/**
 * Checks a body or query of Darkroom's own API against its schema.
 * @throws Failure `unknown_parameter` or `invalid_value` naming the first member that does not fit.
 */
export function readChecked<S extends ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const { issues } = result.error
  // A misspelt member is named by what is there rather than by what is missing for it.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0]! : null
  const param = [...issue.path, ...(unknown === null ? [] : [unknown])].join('.') || null
  if (unknown !== null) throw failure('unknown_parameter', { param, message: `Unknown parameter: '${param}'.` })
  throw failure('invalid_value', {
    type: 'invalid_request_error',
    param,
    message: `${param ?? 'The body'}: ${issue.message}. Nothing was sent or charged.`,
  })
}
