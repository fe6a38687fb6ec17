import type { DarkroomHeaders } from '../../contract/darkroom-headers.ts'
import type { ContractWarning } from '../../contract/image-request.ts'
import type { InputReference } from '../../contract/input-picture.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { openSealedText, sealText } from '../../primitives/sealed-text.ts'
import type { BroughtInputs } from '../brought-inputs.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { GenerationRun } from '../generation-run.ts'
import type { KeptInput } from '../keep-inputs.ts'
import type { PreparedInput } from '../prepare-inputs.ts'

/** What a job is to make: everything that is needed to make it once more, and nothing that belongs to one attempt. Data through and through. */
export interface JobOrder {
  operation: 'generate' | 'edit'
  /** The caller's body without its pictures. */
  body: JsonObject
  headers: DarkroomHeaders
  /** The pictures of an edit, in the store. */
  inputs: readonly KeptInput[]
  /** What was remarked when it came. */
  warnings: readonly ContractWarning[]
  requestId: string
  clientRequestId: string | null
}

/** What of a run is needed to make it again. */
export function orderOf(
  run: Pick<GenerationRun, 'asked' | 'inputs' | 'warnings' | 'requestId'>,
  { headers, clientRequestId }: Pick<JobOrder, 'headers' | 'clientRequestId'>,
): JobOrder {
  const { asked, inputs, warnings, requestId } = run
  const { wire, extension, operation } = asked
  const body = Object.keys(extension).length === 0 ? wire : { ...wire, darkroom: extension }
  return { operation: operation as JobOrder['operation'], body, headers, inputs, warnings, requestId, clientRequestId }
}

/** Encrypts an order for its job alone. */
export async function sealOrder(parts: Pick<GatewayParts, 'orderKey'>, jobId: string, order: JobOrder): Promise<string> {
  const sealed = await sealText(parts.orderKey, jobId, Buffer.from(JSON.stringify(order)))
  // Bodies are bounded far below what can be sealed.
  if (sealed === null) throw new Error('the order of a job is too large to be kept')
  return sealed
}

/** Opens what `sealOrder` made. @throws SealBroken */
export async function openOrder(parts: Pick<GatewayParts, 'orderKey'>, jobId: string, sealed: string): Promise<JobOrder> {
  return JSON.parse((await openSealedText(parts.orderKey, jobId, sealed)).toString())
}

/** The pictures of an order, as the contract reads them: each came along once and is kept now. Null where it has none. */
export function broughtBy(
  { operation, inputs }: { operation: JobOrder['operation']; inputs: readonly PreparedInput[] },
  projectId: string,
): BroughtInputs | null {
  if (operation !== 'edit') return null
  const form = { form: 'multipart' as const, references: inputs.map(keptReference) }
  return { form, uploads: [], folder: '', projectId, ownImageId: () => null, kept: inputs }
}

function keptReference({ reference, bytes }: PreparedInput): InputReference {
  const source = reference.from.kind === 'bytes' ? reference.from.source : 'upload'
  return { ...reference, from: { kind: 'bytes', source, byteLength: bytes } }
}
