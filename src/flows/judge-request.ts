import { checkEdit } from '../contract/check-edit.ts'
import { checkGeneration } from '../contract/check-generation.ts'
import { Failure, failure } from '../contract/failure.ts'
import type { ContractWarning, ImageRequest } from '../contract/image-request.ts'
import type { RequestCheckContext } from '../contract/request-check-context.ts'
import { checkBatches, checkCapabilities, checkOperation, type RouteChoice, type RouteContract } from '../routes/index.ts'
import { lineRefusals, streamRefusals } from './batches/line-of-call.ts'
import type { CallAsk } from './call-ask.ts'
import { type Downgraded, oneTierLower } from './downgrade.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { gatherInputs } from './gather-inputs.ts'
import { routingPolicy } from './plan-routes.ts'
import { type PreparedInput, prepareInputs } from './prepare-inputs.ts'
import { strictly } from './strictly.ts'

/** What the contract says of a call. `request` is null only when there are refusals. */
export interface Judgement {
  /** In the order the call would meet them. */
  refusals: Failure[]
  warnings: ContractWarning[]
  request: ImageRequest | null
  /** The request as it would be served: one tier of quality lower where no route takes what was asked and the project allows that. */
  served: ImageRequest | null
  /** Routes that can take it, in the order given; empty when there are refusals. */
  eligible: RouteChoice[]
  /** The pictures of an edit, decoded and fit to be sent; empty when there are refusals. */
  inputs: PreparedInput[]
}

/**
 * Judges a call by the contract and by what the routes declare that may serve it. What it names is fetched and decoded only when its fields
 * have passed: a misspelt quality must not download sixteen pictures first. Reserves, records and sends nothing.
 * @param candidates best first, at least one; where none can take the call, the first one's refusals are the answer
 * @param fields what was said of the fields already
 */
export async function judgeRequest(
  parts: GatewayParts,
  ask: CallAsk,
  candidates: readonly RouteChoice[],
  fields?: FieldJudgement,
): Promise<Judgement> {
  const found = fields ?? (await judgeFieldsOnly(parts, ask, candidates))
  if (found.eligible.length === 0) return { ...found, served: null, inputs: [] }
  const { request, served, eligible } = found
  const pictures = ask.brought ? await judgeInputs(parts, request!, ask) : nothingBrought
  const warnings = [...found.warnings, ...pictures.warnings]
  const strict = ask.headers.strict && pictures.refusals.length === 0 ? warnings.map(strictly) : []
  const judged = { warnings, request, served, inputs: pictures.inputs }
  if (ask.lane !== 'batch' || pictures.refusals.length > 0) return { ...judged, refusals: [...pictures.refusals, ...strict], eligible }
  const lines = eligible.map((choice) => ({ choice, refusals: lineRefusals(parts, choice, served!, pictures.inputs) }))
  const able = lines.filter(({ refusals }) => refusals.length === 0).map(({ choice }) => choice)
  return { ...judged, refusals: [...(able.length === 0 ? lines[0]!.refusals : []), ...strict], eligible: able }
}

/** What is said of a call before its pictures are looked at. `request` may be there beside refusals: the contract takes it, no route does. */
export type FieldJudgement = Omit<Judgement, 'inputs'>

/** Judges the fields of a call alone: nothing is fetched or decoded. */
export async function judgeFieldsOnly(parts: GatewayParts, ask: CallAsk, candidates: readonly RouteChoice[]): Promise<FieldJudgement> {
  const { downgrade } = await routingPolicy(parts, ask.principal.projectId)
  return judgeFields(parts, ask, candidates, downgrade.includes('quality'))
}

/** What the contract and each route say of the fields; a route may open what accounts do not have by default. */
function judgeFields(parts: GatewayParts, ask: CallAsk, candidates: readonly RouteChoice[], mayLower: boolean): FieldJudgement {
  const judged = candidates.map((choice) => ({ choice, ...judgeOn(parts, ask, choice.route) }))
  const able = judged.filter(({ refusals }) => refusals.length === 0)
  const [first] = able
  if (first) return { ...first, served: first.request, eligible: able.map(({ choice }) => choice) }
  const lowered = mayLower ? lowerOnRoutes(parts, ask, judged) : null
  return lowered ?? { ...judged[0]!, served: null, eligible: [] }
}

function judgeOn(parts: GatewayParts, ask: CallAsk, route: RouteContract): Pick<Judgement, 'refusals' | 'warnings' | 'request'> {
  const context = checkContext(parts, ask, route)
  const check = ask.brought ? checkEdit(ask.body, ask.brought.form, context) : checkGeneration(ask.body, context)
  if (!check.ok) return { refusals: check.refusals, warnings: check.warnings, request: null }
  return { refusals: beyondRoute(parts, ask, check.request, route), warnings: check.warnings, request: check.request }
}

/** What of a request a route does not take: by its protocol, by what it declares, by what the gate took from it. */
function beyondRoute(parts: GatewayParts, { lane }: Pick<CallAsk, 'lane'>, request: ImageRequest, route: RouteContract): Failure[] {
  const provider = parts.providers.get(route.protocol)
  const served = provider?.operations ?? []
  const nowMs = parts.clock.nowMs()
  const { restrictions } = parts.standings.of(route, nowMs)
  const withoutInputs = restrictions.includes('no_inputs') && request.operation !== 'generate' ? [noInputs(route)] : []
  const inBatches =
    lane === 'batch' ? [...checkBatches(request, route, provider?.batches !== undefined, nowMs), ...streamRefusals(request)] : []
  return [...checkOperation(request, route, served), ...inBatches, ...withoutInputs, ...checkCapabilities(request, route, nowMs)]
}

/** The gate keeps pictures of callers from a route of which nobody stated what may be done with them there. */
export function noInputs({ id }: RouteContract): Failure {
  return failure('unsupported_on_route', {
    param: 'image',
    message: `Route '${id}' takes no pictures: nobody stated what may be done with them there, so the gate keeps references and edits from it. Nothing was sent or charged; name another route in x-darkroom-route.`,
  })
}

type Judged = Pick<Judgement, 'refusals' | 'warnings' | 'request'> & { choice: RouteChoice }

/** The highest quality below the one asked that some route takes, where nothing but the quality keeps the call from every route. */
function lowerOnRoutes(parts: GatewayParts, ask: CallAsk, judged: readonly Judged[]): FieldJudgement | null {
  const held = judged.filter(({ request, refusals }) => request !== null && refusals.every(({ param }) => param === 'quality'))
  const [first] = held
  if (!first) return null
  for (let step: Downgraded | null = oneTierLower(first.request!); step; step = oneTierLower(step.request)) {
    const { request: served, warning } = step
    const able = held.filter(({ choice }) => beyondRoute(parts, ask, served, choice.route).length === 0)
    if (able.length === 0) continue
    const asked = { ...warning, message: warning.message.replace(/quality \w+,/, `quality ${first.request!.quality},`) }
    return {
      refusals: [],
      warnings: [...first.warnings, asked],
      request: first.request,
      served,
      eligible: able.map(({ choice }) => choice),
    }
  }
  return null
}

const nothingBrought: Awaited<ReturnType<typeof prepareInputs>> = { inputs: [], refusals: [], warnings: [] }

async function judgeInputs(parts: GatewayParts, request: ImageRequest, { brought }: CallAsk) {
  if (brought?.kept) return { ...nothingBrought, inputs: [...brought.kept] }
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
