import { type Failure, failure } from '../../contract/failure.ts'
import type { ImageRequest } from '../../contract/image-request.ts'
import type { BatchCalls, BatchOperation, ProviderInput, SentContent } from '../../providers/index.ts'
import type { RouteChoice } from '../../routes/index.ts'
import { asSent } from '../as-sent.ts'
import { providerInput, upstreamRequestId } from '../call-upstream.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { GenerationRun } from '../generation-run.ts'
import type { PreparedInput } from '../prepare-inputs.ts'

/** Batches of the protocol that a route speaks; undefined where it has none. */
export function batchesOf(parts: Pick<GatewayParts, 'providers'>, protocol: string): BatchCalls | undefined {
  return parts.providers.get(protocol)?.batches
}

/**
 * The line of a call that was decided on. The same call gives the same bytes each time.
 * @throws Error for one that no line can carry: it was not to be accepted
 */
export function lineOf(
  parts: Pick<GatewayParts, 'providers' | 'store'>,
  run: Pick<GenerationRun, 'attemptId' | 'choice' | 'request' | 'inputs'>,
): SentContent {
  const inputs = run.inputs.map((input) => providerInput(parts, input))
  const line = write(parts, run.choice, run.request, { customId: upstreamRequestId(run), inputs })
  if (line === null) throw new Error(`the call of attempt ${run.attemptId} cannot be a line of a batch`)
  return line
}

/** Why a call cannot be a line of a batch, once its pictures are known. None of these is charged. */
export function lineRefusals(
  parts: Pick<GatewayParts, 'providers'>,
  choice: RouteChoice,
  served: ImageRequest,
  inputs: readonly PreparedInput[],
): Failure[] {
  const { request } = asSent(served)
  const line = write(parts, choice, request, { customId: LONGEST_ID, inputs: inputs.map(unopened) })
  const most = batchesOf(parts, choice.route.protocol)?.limits.bytes ?? 0
  if (line !== null && line.byteLength <= most) return []
  const isMarkup = inputs.some(({ picture }) => picture.role === 'markup')
  return [refuse(isMarkup ? 'a call with a markup' : 'pictures as large as these')]
}

/** A batch is no connection over which events could come. */
export function streamRefusals({ stream }: Pick<ImageRequest, 'stream'>): Failure[] {
  return stream ? [refuse("'stream', with or without previews")] : []
}

function refuse(what: string): Failure {
  return failure('unsupported_on_route', {
    param: 'lane',
    message: `The economy lane does not take ${what}. Nothing was sent or charged; use the standard lane, or leave it out.`,
  })
}

/** As long as the ids of attempts on the wire are. */
const LONGEST_ID = `dk-att_${'0'.repeat(44)}`

function write(
  parts: Pick<GatewayParts, 'providers'>,
  { route, modelSent }: RouteChoice,
  { operation, wire }: ImageRequest,
  { customId, inputs }: { customId: string; inputs: readonly ProviderInput[] },
): SentContent | null {
  const batches = batchesOf(parts, route.protocol)
  const body = { ...wire, model: modelSent }
  return batches?.writeBatchLine({ customId, operation: operation as BatchOperation, body, inputs }) ?? null
}

function unopened({ picture, sent }: PreparedInput): ProviderInput {
  const { role, format } = picture
  return {
    role,
    format,
    byteLength: sent.bytes,
    sha256: sent.sha256,
    open: () => {
      throw new Error('the bytes of a picture that was only measured are not read')
    },
  }
}
