import type { ProjectSettings } from '../access/index.ts'
import { type Failure, failure } from '../contract/failure.ts'
import type { ImageRequest, Surface } from '../contract/image-request.ts'
import type { ResponseRequest } from '../contract/response-request.ts'
import { noReview } from '../contract/review-policy.ts'
import { formatSize } from '../contract/size-rules.ts'
import { readProjectTraffic } from '../generations/index.ts'
import { type BudgetedCall, budgetExceeded, budgetsOfCall } from '../ledger/index.ts'
import { formatUsd, moneyJson, type Nanos } from '../primitives/money.ts'
import { isWaivedInVain, type ReviewFacts } from '../review/index.ts'
import type { RouteChoice } from '../routes/index.ts'
import type { CallAsk } from './call-ask.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { reviewFacts } from './review/review-facts.ts'

/** What a project's limits are held against. */
export interface CallLimits extends BudgetedCall {
  surface: Surface
  /** Every model the call names, with the parameter that names it. */
  models: readonly { id: string; param: string }[]
  /** `auto` or `1024x1024`, with its parameter; null where nothing is drawn. */
  size: { value: string; param: string } | null
  quality: { value: string; param: string } | null
  /** Pictures asked for. */
  images: number
  /** What the call may cost at most. */
  reserve: Nanos
  review: ReviewFacts
}

/** A direct image call as its project's limits see it. */
export function imageCallLimits(
  { principal, headers }: Pick<CallAsk, 'principal' | 'headers'>,
  priced: { asked: ImageRequest; choice: RouteChoice; card: { book: BudgetedCall['book'] }; estimate: { reserve: Nanos } },
): CallLimits {
  const { asked, choice, card, estimate } = priced
  return {
    ...ownerOf(principal, choice),
    book: card.book,
    surface: 'images',
    models: [{ id: asked.model.id, param: 'model' }],
    size: { value: sizeOf(asked), param: 'size' },
    quality: { value: asked.quality, param: 'quality' },
    images: asked.n,
    reserve: estimate.reserve,
    review: reviewFacts(asked, headers),
  }
}

/** An assistant call as its project's limits see it: its main model and its image tool. */
export function responseCallLimits(
  { principal, headers }: Pick<CallAsk, 'principal' | 'headers'>,
  priced: { request: ResponseRequest; choice: RouteChoice; estimate: { reserve: Nanos } },
): CallLimits {
  const { request, choice, estimate } = priced
  const { imageTool, mainModel } = request
  const at = (name: string) => `tools[${imageTool?.index}].${name}`
  return {
    ...ownerOf(principal, choice),
    book: choice.route.kind === 'sandbox' ? 'sandbox' : 'provider',
    surface: 'responses',
    models: [{ id: mainModel.asked, param: 'model' }, ...(imageTool ? [{ id: imageTool.request.model.id, param: at('model') }] : [])],
    size: imageTool && { value: sizeOf(imageTool.request), param: at('size') },
    quality: imageTool && { value: imageTool.request.quality, param: at('quality') },
    images: imageTool ? 1 : 0,
    reserve: estimate.reserve,
    review: reviewFacts(request, headers),
  }
}

const ownerOf = ({ projectId, keyId }: CallAsk['principal'], { route }: RouteChoice) => ({ projectId, keyId, routeOwner: route.owner })
const sizeOf = ({ size }: ImageRequest) => (size === 'auto' ? 'auto' : formatSize(size))

/**
 * Which limits count: a call that begins now meets all of them; a job meets its budgets when it is queued, and the project's pace when it
 * begins, for which it can wait.
 */
export type CallStage = 'now' | 'queue' | 'start'

/** @throws Failure the first of what `refusalsOfProject` finds. */
export async function assertAllowed(parts: GatewayParts, call: CallLimits, stage: CallStage = 'now'): Promise<void> {
  const [first] = await refusalsOfProject(parts, call, stage)
  if (first) throw first
}

/**
 * Every reason why the call's project does not let it begin now: what it does not allow, its price ceiling, its rate, its budgets. Nothing
 * is counted or reserved; that is done, once more and race-free, in the transaction that accepts the call.
 */
export async function refusalsOfProject(parts: GatewayParts, call: CallLimits, stage: CallStage = 'now'): Promise<Failure[]> {
  const { settings } = await parts.access.projects.settingsOf(call.projectId)
  return [
    ...notAllowed(settings, call),
    ...aboveCeiling(settings, call),
    ...(stage === 'start' ? [] : waivedInVain(settings, call)),
    ...(stage === 'now' ? await aboveRate(parts, settings, call) : []),
    ...(stage === 'start' ? [] : await beyondBudgets(parts, call)),
  ]
}

function notAllowed({ surfaces, models, sizes, qualities }: ProjectSettings, call: CallLimits): Failure[] {
  const asked: { what: string; value: string; param: string | null; allowed: readonly string[] | null }[] = [
    { what: 'surface', value: call.surface, param: null, allowed: surfaces },
    ...call.models.map(({ id, param }) => ({ what: 'model', value: id, param, allowed: models })),
    ...(call.size ? [{ what: 'size', ...call.size, allowed: sizes }] : []),
    ...(call.quality ? [{ what: 'quality', ...call.quality, allowed: qualities }] : []),
  ]
  return asked.flatMap(({ what, value, param, allowed }) => {
    if (allowed === null || allowed.includes(value)) return []
    const message = `This project does not allow the ${what} '${value}'; it allows ${allowed.join(', ') || 'none'}. Nothing was sent or charged.`
    return [failure('not_allowed_by_project', { param, message })]
  })
}

/** Whether somebody looks at a picture is for the project to say, unless it leaves that to its calls. */
function waivedInVain({ review }: ProjectSettings, call: CallLimits): Failure[] {
  if (!isWaivedInVain(review ?? noReview, call.review)) return []
  const message =
    "This project wants pictures of such calls reviewed, and does not leave that to the call. Nothing was sent or charged; leave 'none' out."
  return [failure('not_allowed_by_project', { param: 'review', message })]
}

function aboveCeiling({ priceCeiling }: ProjectSettings, { reserve }: CallLimits): Failure[] {
  if (priceCeiling === null || reserve <= priceCeiling) return []
  const message =
    `The call may cost ${formatUsd(reserve)} USD, and this project allows ${formatUsd(priceCeiling)} for one call. ` +
    'Nothing was sent or charged; ask for a lower quality, a smaller size or fewer pictures.'
  return [failure('price_ceiling_exceeded', { message, extra: { estimate: moneyJson(reserve), ceiling: moneyJson(priceCeiling) } })]
}

/** How soon a place is free where calls end after seconds. */
const SOON_MS = 1000

async function aboveRate(parts: GatewayParts, settings: ProjectSettings, { projectId, images }: CallLimits): Promise<Failure[]> {
  const { concurrentCalls, imagesPerMinute } = settings
  if (concurrentCalls === null && imagesPerMinute === null) return []
  const traffic = await readProjectTraffic(parts.database, projectId, parts.clock.nowMs())
  if (concurrentCalls !== null && traffic.running >= concurrentCalls) return [noRoomNow('concurrent_calls', settings, SOON_MS)]
  if (imagesPerMinute === null || traffic.images + images <= imagesPerMinute) return []
  return [images > imagesPerMinute ? neverRoom(images, imagesPerMinute) : noRoomNow('images_per_minute', settings, traffic.freeInMs)]
}

/** The refusal of a call that its project has no room for now. */
export function noRoomNow(
  limit: 'concurrent_calls' | 'images_per_minute',
  { concurrentCalls, imagesPerMinute }: Pick<ProjectSettings, 'concurrentCalls' | 'imagesPerMinute'>,
  retryAfterMs: number,
): Failure {
  const reached = limit === 'concurrent_calls' ? `${concurrentCalls} calls at once` : `${imagesPerMinute} pictures a minute`
  return failure('project_rate_limited', {
    retryAfterMs: Math.max(1, retryAfterMs),
    message: `The project is at its limit of ${reached}. Nothing was sent or charged; wait for the time in Retry-After and try again.`,
  })
}

/** Waiting would not help: the call alone is more than a minute holds. */
function neverRoom(images: number, imagesPerMinute: number): Failure {
  return failure('not_allowed_by_project', {
    param: 'n',
    message: `The call asks for ${images} pictures, and this project allows ${imagesPerMinute} a minute. Nothing was sent or charged; ask for fewer.`,
  })
}

async function beyondBudgets(parts: GatewayParts, call: CallLimits): Promise<Failure[]> {
  const budgets = await budgetsOfCall(parts.database, call, parts.clock.nowMs())
  return budgets.filter(({ left }) => left < call.reserve).map((budget) => budgetExceeded(budget, call.reserve))
}
