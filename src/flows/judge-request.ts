import { checkEdit } from '../contract/check-edit.ts'
import { checkGeneration } from '../contract/check-generation.ts'
import { Failure } from '../contract/failure.ts'
import type { ContractWarning, ImageRequest } from '../contract/image-request.ts'
import type { RequestCheckContext } from '../contract/request-check-context.ts'
import { checkCapabilities, checkOperation, type RouteContract } from '../routes/index.ts'
import type { CallAsk } from './call-ask.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { gatherInputs } from './gather-inputs.ts'
import { type PreparedInput, prepareInputs } from './prepare-inputs.ts'
import { strictly } from './strictly.ts'

/** What the contract says of a call. `request` is null only when there are refusals. */
export interface Judgement {
  /** In the order the call would meet them. */
  refusals: Failure[]
  warnings: ContractWarning[]
  request: ImageRequest | null
  /** The pictures of an edit, decoded and fit to be sent; empty when there are refusals. */
  inputs: PreparedInput[]
}

/**
 * Judges a call by the contract and by what its route declares. What it names is fetched and decoded only when its fields have passed:
 * a misspelt quality must not download sixteen pictures first. Reserves, records and sends nothing.
 */
export async function judgeRequest(parts: GatewayParts, ask: CallAsk, route: RouteContract): Promise<Judgement> {
  const context = checkContext(parts, ask, route)
  const check = ask.brought ? checkEdit(ask.body, ask.brought.form, context) : checkGeneration(ask.body, context)
  if (!check.ok) return { refusals: check.refusals, warnings: check.warnings, request: null, inputs: [] }
  const { request } = check
  const served = parts.providers.get(route.protocol)?.operations ?? []
  const beyond = [...checkOperation(request, route, served), ...checkCapabilities(request, route, context.atMs)]
  if (beyond.length > 0) return { refusals: beyond, warnings: check.warnings, request: null, inputs: [] }
  const pictures = ask.brought ? await judgeInputs(parts, request, ask) : nothingBrought
  const warnings = [...check.warnings, ...pictures.warnings]
  const strict = ask.headers.strict && pictures.refusals.length === 0 ? warnings.map(strictly) : []
  return { refusals: [...pictures.refusals, ...strict], warnings, request, inputs: pictures.inputs }
}

const nothingBrought: Awaited<ReturnType<typeof prepareInputs>> = { inputs: [], refusals: [], warnings: [] }

async function judgeInputs(parts: GatewayParts, request: ImageRequest, { brought }: CallAsk) {
  try {
    return await prepareInputs(parts, request, await gatherInputs(parts, request.references, brought!))
  } catch (error) {
    if (error instanceof Failure && error.outcome === 'not_charged') return { ...nothingBrought, refusals: [error] }
    throw error
  }
}

function checkContext(parts: GatewayParts, { headers }: CallAsk, route: RouteContract): RequestCheckContext {
  return {
    catalogue: parts.catalogue,
    atMs: parts.clock.nowMs(),
    transparentPreview: route.transparentPreview,
    strictMaskByDefault: parts.policy.strictMasks,
    headers,
  }
}
