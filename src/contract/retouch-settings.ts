import { isDeepStrictEqual } from 'node:util'
import type { JsonValue } from '../primitives/json.ts'
import type { DarkroomHeaders } from './darkroom-headers.ts'
import { type Failure, failure } from './failure.ts'
import type { DarkroomExtension, RetouchSettings } from './image-request.ts'
import type { ModelRow } from './model-row.ts'
import type { RequestCheckContext } from './request-check-context.ts'

/** Width of the soft edge of a strict mask where the call names none, pixels of the source. */
export const defaultFeatherPx = 8

/** What of a request decides which wishes apply to it. */
export interface RetouchFacts {
  extension: DarkroomExtension
  model: ModelRow
  background: 'auto' | 'opaque' | 'transparent'
  hasMask: boolean
}

/** What Darkroom itself shall do with the pictures. The extension must have passed its own check. */
export function readRetouchSettings(facts: RetouchFacts, context: RequestCheckContext): RetouchSettings {
  const { extension, hasMask } = facts
  const { headers, strictMaskByDefault = false } = context.as === 'upstream' ? {} : context
  return {
    strictMask: headers?.strictMask ?? saidStrict(extension.mask) ?? (hasMask && strictMaskByDefault),
    featherPx: typeof extension.feather_px === 'number' ? extension.feather_px : defaultFeatherPx,
    maskMode: extension.mask_mode === 'luminance' ? 'luminance' : 'alpha',
    maskSource: headers?.convertMaskSource ? 'convert' : 'refuse',
    keyTransparency: (headers?.keyTransparency ?? false) && isTransparencyRefused(facts, context),
  }
}

function saidStrict(mask: JsonValue | undefined): boolean | null {
  return mask === undefined ? null : mask === 'strict'
}

/** A model of which nobody knows counts as refusing: the caller named a way that surely works. */
function isTransparencyRefused({ background, model }: RetouchFacts, { transparentPreview }: RequestCheckContext): boolean {
  if (background !== 'transparent' || model.transparent === 'yes') return false
  return !(model.transparent === 'preview' && transparentPreview)
}

/** @returns a refusal for everything that a header and the key `darkroom` both say, and say differently. */
export function headerConflicts(extension: DarkroomExtension, headers: DarkroomHeaders): Failure[] {
  const twice: Record<string, [header: JsonValue, body: JsonValue | undefined]> = {
    mask: [headers.strictMask === null ? null : headers.strictMask ? 'strict' : 'guide', extension.mask],
    review: [headers.review, extension.review],
    prompt: [headers.prompt, promptReference(extension.prompt)],
    rights: [headers.rights, extension.rights],
  }
  return Object.entries(twice)
    .filter(([, [header, body]]) => header !== null && body !== undefined && !isDeepStrictEqual(header, body))
    .map(([name]) => conflict(name))
}

/** A stored prompt without its variables: a header cannot say them. */
function promptReference(prompt: JsonValue | undefined): JsonValue | undefined {
  if (prompt === undefined) return undefined
  const { id, version } = prompt as { id: string; version: number }
  return { id, version }
}

function conflict(name: string): Failure {
  return failure('invalid_parameter_header', {
    param: `x-darkroom-${name}`,
    message: `The header x-darkroom-${name} and darkroom.${name} of the body say different things. Nothing was sent or charged; say it in one place.`,
  })
}
