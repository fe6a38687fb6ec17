import { type Failure, failure } from '../contract/failure.ts'
import type { ContractWarning } from '../contract/image-request.ts'

/** With `x-darkroom-strict: true` a remark is a refusal. */
export function strictly(warning: ContractWarning): Failure {
  return failure('unsupported_combination', {
    param: warning.param,
    message: `${warning.message} Refused because of x-darkroom-strict; nothing was sent or charged.`,
  })
}
