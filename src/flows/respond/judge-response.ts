import type { Principal } from '../../access/index.ts'
import { checkResponse } from '../../contract/check-response.ts'
import type { DarkroomHeaders } from '../../contract/darkroom-headers.ts'
import { Failure, failure } from '../../contract/failure.ts'
import type { ContractWarning } from '../../contract/image-request.ts'
import type { InputReference } from '../../contract/input-picture.ts'
import type { ResponseCheck, ResponseRequest } from '../../contract/response-request.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { checkCapabilities, type RouteChoice } from '../../routes/index.ts'
import type { BroughtInputs } from '../brought-inputs.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { gatherInputs } from '../gather-inputs.ts'
import { noInputs } from '../judge-request.ts'
import { examineInputs, type PreparedInput } from '../prepare-inputs.ts'
import { strictly } from '../strictly.ts'
import { mainModelCard } from './main-model-card.ts'

/** A Responses call as it would be made, before anything is decided about it. */
export interface ResponseAsk {
  principal: Principal
  body: JsonObject
  headers: DarkroomHeaders
  brought: BroughtInputs
}

/** What the contract says of a Responses call. `request` is null only when there are refusals. */
export interface ResponseJudgement {
  refusals: Failure[]
  warnings: ContractWarning[]
  request: ResponseRequest | null
  inputs: PreparedInput[]
}

/** Checks the fields of a Responses call by the contract. */
export function checkResponseFields(parts: GatewayParts, ask: ResponseAsk, choice: RouteChoice): ResponseCheck {
  if (ask.headers.cache !== null) return { ok: false, refusals: [noCache()], warnings: [] }
  const { form } = ask.brought
  return checkResponse(ask.body, form.form === 'json' ? form : { dataUrls: [] }, {
    catalogue: parts.catalogue,
    mainModels: parts.mainModels,
    atMs: parts.clock.nowMs(),
    transparentPreview: choice.route.transparentPreview,
    headers: ask.headers,
    unknownModels: parts.policy.unknownModels,
    isPricedMainModel: () => mainModelCard(parts, choice) !== null,
  })
}

/** A conversation goes on from one of its turns: two callers cannot both have it. */
function noCache(): Failure {
  return failure('unsupported_combination', {
    param: 'x-darkroom-cache',
    message: 'x-darkroom-cache acts on image calls only, not on turns of a conversation. Nothing was sent or charged; leave it out.',
  })
}

/**
 * Judges a Responses call by the contract; its pictures are fetched and decoded only when its fields have passed.
 * @param known what was said of the fields already
 */
export async function judgeResponse(
  parts: GatewayParts,
  ask: ResponseAsk,
  choice: RouteChoice,
  known?: ResponseCheck,
): Promise<ResponseJudgement> {
  const check = known ?? checkResponseFields(parts, ask, choice)
  if (!check.ok) return { refusals: check.refusals, warnings: check.warnings, request: null, inputs: [] }
  const { request, warnings } = check
  if (!request.hasImageTool && parts.policy.surfaces === 'images-only') {
    return { refusals: [imagesOnly()], warnings, request: null, inputs: [] }
  }
  const tool = request.imageTool?.request
  const brings = picturesOf(request).length > 0 && parts.standings.of(choice.route, parts.clock.nowMs()).restrictions.includes('no_inputs')
  const unable = [...(brings ? [noInputs(choice.route)] : []), ...(tool ? checkCapabilities(tool, choice.route, parts.clock.nowMs()) : [])]
  if (unable.length > 0) return { refusals: unable, warnings, request: null, inputs: [] }
  const pictures = await judgePictures(parts, picturesOf(request), ask.brought)
  const strict = ask.headers.strict && pictures.refusals.length === 0 ? warnings.map(strictly) : []
  return { refusals: [...pictures.refusals, ...strict], warnings, request, inputs: pictures.inputs }
}

/** Every picture that a call brings: those of its input, then the mask of its tool. */
function picturesOf({ inputImages, mask }: ResponseRequest): InputReference[] {
  return mask === null ? [...inputImages] : [...inputImages, mask]
}

async function judgePictures(parts: GatewayParts, references: readonly InputReference[], brought: BroughtInputs) {
  try {
    return await examineInputs(parts, await gatherInputs(parts, references, brought))
  } catch (error) {
    if (error instanceof Failure && error.outcome === 'not_charged') return { inputs: [], refusals: [error] }
    throw error
  }
}

function imagesOnly(): Failure {
  return failure('unsupported_combination', {
    param: 'tools',
    message:
      'This gateway serves Responses calls with the image_generation tool only (policy.surfaces: images-only). Nothing was sent or charged; add the tool, or send the call elsewhere.',
  })
}
