import type { Principal } from '../access/index.ts'
import type { DarkroomHeaders } from '../contract/darkroom-headers.ts'
import { type Failure, failure } from '../contract/failure.ts'
import type { Operation } from '../contract/image-request.ts'
import type { PromptDocument } from '../contract/prompt-document.ts'
import type { Lane } from '../pricing/index.ts'
import { isJsonObject, type JsonObject } from '../primitives/json.ts'
import type { CallStage } from './assert-allowed.ts'
import type { BroughtInputs } from './brought-inputs.ts'

/** A call as it would be made, before anything is decided about it. */
export interface CallAsk {
  principal: Principal
  operation: Operation
  body: JsonObject
  headers: DarkroomHeaders
  /** What an edit brought along; null for every other operation. */
  brought: BroughtInputs | null
  /** @default 'now' */
  stage?: CallStage
  /** `batch`: to be made as a line of a batch, at batch prices. @default 'standard' */
  lane?: Lane
  /** The stored prompt that its prompt was rendered from; absent = none. */
  promptDocument?: PromptDocument
}

/** Members of `darkroom` that are acted upon. */
const actedUpon: readonly string[] = [
  'protect',
  'subject',
  'texts',
  'rights',
  'prompt',
  'mask',
  'mask_mode',
  'feather_px',
  'metadata',
  'review',
]

/** What is asked of Darkroom itself and not built yet is refused: a wish that is silently ignored would cost money or trust. */
export function assertServed({ operation, body }: Pick<CallAsk, 'operation' | 'body'>): void {
  if (operation === 'respond') throw notYet('operation', `the operation '${operation}'`)
  const extension = body['darkroom']
  const member = isJsonObject(extension) ? Object.keys(extension).find((name) => !actedUpon.includes(name)) : undefined
  if (member !== undefined) throw notYet(`darkroom.${member}`, `darkroom.${member}`)
}

function notYet(param: string, what: string): Failure {
  return failure('endpoint_not_served', {
    status: 400,
    param,
    message: `This version of Darkroom does not act on ${what}. Nothing was sent or charged; leave it out.`,
  })
}
