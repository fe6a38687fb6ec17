import { type Failure, failure } from '../contract/failure.ts'
import type { ImageRequest, Operation } from '../contract/image-request.ts'
import { type CapabilityRow, capabilitiesInForce } from './capability-row.ts'
import type { RouteContract } from './route-contract.ts'

/** What a request asks for, where a route might not have it. */
interface Wish {
  /** The parameter, in the caller's own form. */
  param: string
  /** The wish in words that stand behind "does not take". */
  words: string
  /** False only where the row says so: what it leaves out is not known. */
  offered: boolean
  /** What to do instead, before another route is named. */
  wayOut: string
}

/**
 * Holds a request to what its route declares: a size, quality, format, stream, background, edit or mask that was asked for explicitly
 * and that the row in force does not have. What a row leaves out passes.
 * @param atMs the moment of the request, milliseconds since 1970: decides which dated row holds
 * @returns a refusal `unsupported_on_route` for each, none of them charged; empty when the route has it all or declares nothing
 */
export function checkCapabilities(request: ImageRequest, route: RouteContract, atMs: number): Failure[] {
  const row = rowInForce(request, route, atMs)
  if (row === null) return []
  const wishes = [...operationWishes(request, row), ...valueWishes(request, row), ...switchWishes(request, row)]
  return wishes.filter(({ offered }) => !offered).map((wish) => refusal(wish, route.id, row))
}

function rowInForce({ model, modelAsked }: ImageRequest, route: RouteContract, atMs: number): CapabilityRow | null {
  const { id, aliases } = model
  const sent = Object.hasOwn(route.models, id) ? route.models[id]! : id
  return capabilitiesInForce(route.capabilities, [sent, modelAsked, id, ...aliases], atMs)
}

/**
 * Holds a job of the economy lane to its route: batches are taken by the official API, by the sandbox, and where a row declares them.
 * @param speaksBatches whether the provider of the route's protocol has batches at all
 * @returns the refusal `unsupported_on_route`, not charged, or nothing
 */
export function checkBatches(request: ImageRequest, route: RouteContract, speaksBatches: boolean, atMs: number): Failure[] {
  const declared = rowInForce(request, route, atMs)?.batch ?? (route.kind === 'official' || route.kind === 'sandbox')
  if (speaksBatches && declared) return []
  const why = speaksBatches ? 'its capabilities do not declare batches' : `its protocol ${route.protocol} has no batches here`
  const message = `Route '${route.id}' takes no jobs of the economy lane: ${why}. Nothing was sent or charged; use the standard lane, or name another route in x-darkroom-route.`
  return [failure('unsupported_on_route', { param: 'lane', message })]
}

const operationWords = { generate: 'generations', edit: 'edits', respond: 'Responses calls' } as const

/**
 * Holds a request to what the protocol of a route can be asked for: an edit never goes where there are only generations.
 * @param operations what the provider of the protocol serves; empty where nobody speaks it
 * @returns the refusal `unsupported_on_route`, not charged, or nothing
 */
export function checkOperation({ operation }: ImageRequest, { id, protocol }: RouteContract, operations: readonly Operation[]): Failure[] {
  if (operations.includes(operation)) return []
  const message = `Route '${id}' speaks ${protocol}, which serves no ${operationWords[operation]} here. Nothing was sent or charged; name another route in x-darkroom-route.`
  return [failure('unsupported_on_route', { param: null, message })]
}

function refusal({ param, words, wayOut }: Wish, routeId: string, { from, imagesMax }: CapabilityRow): Failure {
  const ways = [wayOut, 'name another route in x-darkroom-route'].filter((way) => way !== '').join(', or ')
  return failure('unsupported_on_route', {
    param,
    ...(param === 'n' && { extra: { images_max: imagesMax } }),
    message: `Route '${routeId}' does not take ${words}, as its capabilities of ${from} declare. Nothing was sent or charged; ${ways}.`,
  })
}

function operationWishes(request: ImageRequest, row: CapabilityRow): Wish[] {
  const wishes: Wish[] = []
  const edited = request.references.find(({ role }) => role === 'image')
  const mask = request.references.find(({ role }) => role === 'mask')
  if (request.operation === 'edit')
    wishes.push({ param: edited?.param ?? 'image', words: "edits ('image')", offered: row.edits !== false, wayOut: '' })
  if (request.operation === 'respond')
    wishes.push({ param: 'tools', words: "the image tool ('tools')", offered: row.responses !== false, wayOut: 'call the Image API' })
  if (mask) wishes.push({ param: mask.param, words: "masks ('mask')", offered: row.mask !== false, wayOut: 'leave the mask out' })
  return wishes
}

function valueWishes({ n, size, quality, outputFormat, wire }: ImageRequest, row: CapabilityRow): Wish[] {
  const wishes: Wish[] = []
  if (row.imagesMax !== null && n > row.imagesMax)
    wishes.push({
      param: 'n',
      words: `${n} pictures at once ('n')`,
      offered: false,
      wayOut: `ask for ${row.imagesMax} at most, or submit a job`,
    })
  if (size !== 'auto') wishes.push(valueWish('size', `${size.width}x${size.height}`, row.sizes))
  if (quality !== 'auto') wishes.push(valueWish('quality', quality, row.qualities))
  // A format that was not asked for is upstream's to choose; what comes is looked at all the same.
  if (wire['output_format'] != null) wishes.push(valueWish('output_format', outputFormat, row.formats))
  return wishes
}

function valueWish(param: string, value: string, offered: 'model' | readonly string[] | null): Wish {
  const isOffered = offered === null || offered === 'model' || offered.includes(value)
  if (isOffered || offered.length === 0) return { param, words: `an explicit '${param}'`, offered: isOffered, wayOut: `leave ${param} out` }
  return { param, words: `'${param}' ${value}`, offered: false, wayOut: `use ${offered.join(', ')} or leave ${param} out` }
}

function switchWishes({ stream, background, retouch }: ImageRequest, row: CapabilityRow): Wish[] {
  const wishes: Wish[] = []
  if (stream) wishes.push({ param: 'stream', words: "'stream'", offered: row.streaming !== false, wayOut: 'leave stream out' })
  if (background === 'transparent' && !retouch.keyTransparency) {
    const wayOut = 'send x-darkroom-transparency: key'
    wishes.push({ param: 'background', words: "'background' transparent", offered: row.transparency !== false, wayOut })
  }
  return wishes
}
