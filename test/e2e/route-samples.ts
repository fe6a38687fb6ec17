import { Secret } from '../../src/primitives/secret.ts'
import { callAs, makeProject } from '../support/admin-calls.ts'
import { readRecord, smallCall } from '../support/generation-calls.ts'
import {
  fetchWith,
  makeBulk,
  makeFile,
  makeHandoff,
  makeJob,
  makePrompt,
  makeResponse,
  makeReview,
  makeUnknown,
  makeWebhook,
  onePixel,
  type Role,
  type TwoTenants,
} from '../support/two-tenants.ts'

/** A request that a route takes from whoever may make it. */
export interface RouteSample {
  /** What it is answered then. */
  status: number
  query?: string
  body?: object | FormData
  /** The answer goes on and on: its beginning is enough. */
  endless?: boolean
  /** Asks about an object of its own, made for this one request: the route uses it up. */
  fresh?: (world: TwoTenants) => Promise<string>
}

const pixelForm = () => {
  const form = new FormData()
  form.append('purpose', 'vision')
  form.append('file', new Blob([new Uint8Array(onePixel)], { type: 'image/png' }), 'pixel.png')
  return form
}

const imageForm = () => {
  const form = new FormData()
  form.append('image', new Blob([new Uint8Array(onePixel)], { type: 'image/png' }), 'pixel.png')
  return form
}

const asOwner = ({ gateway, credentials }: TwoTenants) => ({
  ...gateway,
  key: credentials.owner!,
  fetch: fetchWith(gateway, credentials.owner),
})
const freshFile = (world: TwoTenants) => makeFile(asOwner(world))
const freshResponse = async (world: TwoTenants) => (await makeResponse(asOwner(world))).id
const freshImage = async (world: TwoTenants) => {
  const gateway = asOwner(world)
  return (await readRecord(gateway, (await makeResponse(gateway)).generationId)).images[0]!.id
}
const deletedImage = async (world: TwoTenants) => {
  const id = await freshImage(world)
  await asOwner(world).fetch(`/v2/images/${id}`, { method: 'DELETE' })
  return id
}
const reviewOfDeleted = async (world: TwoTenants) => {
  const [gateway, id] = [asOwner(world), await makeReview(asOwner(world))]
  const { image } = (await (await gateway.fetch(`/v2/reviews/${id}`)).json()) as { image: { id: string } }
  await gateway.fetch(`/v2/images/${image.id}`, { method: 'DELETE' })
  return id
}
const freshGeneration = async (world: TwoTenants) => (await makeResponse(asOwner(world))).generationId
/** Of a project that nobody deletes anything of. */
const freshHold = async ({ gateway }: TwoTenants) => {
  const { project } = await makeProject(gateway, `held ${heldProjects++}`)
  const seen = await callAs(gateway, gateway.adminToken, 'POST', '/v2/legal-holds', { subject_id: project.id, reason: 'a claim' })
  return (JSON.parse(seen.text) as { id: string }).id
}
let heldProjects = 0
const freshUnknown = (world: TwoTenants) => makeUnknown(asOwner(world))
const freshJob = (world: TwoTenants) => makeJob(asOwner(world))
/** Followed to its end: one that waits is followed until it begins. */
const endedJob = async (world: TwoTenants) => {
  const id = await freshJob(world)
  await asOwner(world).fetch(`/v2/jobs/${id}/cancel`, { method: 'POST' })
  return id
}
const freshBulk = (world: TwoTenants) => makeBulk(asOwner(world))
const freshPrompt = (world: TwoTenants) => makePrompt(asOwner(world))
const freshHandoff = (world: TwoTenants) => makeHandoff(asOwner(world))
const freshWebhook = (world: TwoTenants) => makeWebhook(asOwner(world))
const freshKey = async ({ gateway, ownerProjectId }: TwoTenants) =>
  (await gateway.gateway.parts.access.createKey({ projectId: ownerProjectId, name: 'fresh' })).id

const freshSecret = async ({ gateway }: TwoTenants) => (await gateway.gateway.parts.vault.set('short-lived', new Secret('sk-x'))).name

const assistantCall = { model: 'gpt-5.4', input: 'Draw', tools: [{ type: 'image_generation', size: '1024x640', quality: 'low' }] }

/** One sample for each route of the gateway. */
export const routeSamples: Readonly<Record<string, RouteSample>> = {
  'POST /v1/images/generations': { status: 200, body: smallCall },
  'POST /v1/images/edits': { status: 400, body: {} },
  'POST /v2/images/generate': { status: 202, body: { request: smallCall } },
  'GET /v2/jobs': { status: 200 },
  'GET /v2/jobs/events': { status: 200, endless: true },
  'GET /v2/jobs/{id}': { status: 200 },
  'POST /v2/jobs/{id}/cancel': { status: 200, fresh: freshJob },
  'POST /v2/jobs/{id}/retry': { status: 409, body: {} },
  'GET /v2/jobs/{id}/events': { status: 200, fresh: endedJob },
  'POST /v2/jobs/bulk': { status: 202, body: { items: [smallCall] } },
  'POST /v2/jobs/bulk/check': { status: 200, body: { items: [smallCall] } },
  'GET /v2/jobs/bulk': { status: 200 },
  'GET /v2/jobs/bulk/{id}': { status: 200 },
  'POST /v2/jobs/bulk/{id}/pause': { status: 200 },
  'POST /v2/jobs/bulk/{id}/resume': { status: 200 },
  'POST /v2/jobs/bulk/{id}/cancel': { status: 200, fresh: freshBulk },
  'GET /v2/jobs/bulk/{id}/items': { status: 200 },
  'GET /v2/jobs/bulk/{id}/manifest': { status: 200 },
  'GET /v2/jobs/bulk/{id}/archive': { status: 200 },
  'GET /v1/tasks/{id}': { status: 200 },
  'GET /v2/batches': { status: 200 },
  'GET /v2/batches/{id}': { status: 404 },
  'GET /v2/dead-letters': { status: 200 },
  'POST /v2/dead-letters/redrive': { status: 200, body: {} },
  'GET /v2/images/{id}/signed': { status: 403 },
  'POST /v1/responses': { status: 200, body: assistantCall },
  'GET /v1/responses/{id}': { status: 200 },
  'POST /v1/responses/{id}/cancel': { status: 200 },
  'DELETE /v1/responses/{id}': { status: 200, fresh: freshResponse },
  'DELETE /v2/images/{id}': { status: 200, fresh: freshImage },
  'DELETE /v2/generations/{id}/images': { status: 200, fresh: freshGeneration },
  'GET /v2/legal-holds': { status: 200 },
  'POST /v2/legal-holds': { status: 404, body: { subject_id: 'img_of_nobody', reason: 'a claim' } },
  'GET /v2/legal-holds/{id}': { status: 200, fresh: freshHold },
  'POST /v2/legal-holds/{id}/release': { status: 200, body: { reason: 'settled' }, fresh: freshHold },
  'POST /v1/files': { status: 200, body: pixelForm() },
  'POST /v2/files/fetch': { status: 400, body: { url: 'https://127.0.0.1:1/a.png' } },
  'GET /v1/files': { status: 200 },
  'GET /v1/files/{id}': { status: 200 },
  'GET /v1/files/{id}/content': { status: 200 },
  'DELETE /v1/files/{id}': { status: 200, fresh: freshFile },
  'GET /v1/models': { status: 200 },
  'GET /v1/models/{id}': { status: 200 },
  'GET /v2/models': { status: 200 },
  'GET /v2/routes': { status: 200 },
  'POST /v2/routes/{route}/enable': { status: 200 },
  'GET /v2/gate': { status: 200 },
  'GET /v2/gate/{route}': { status: 400, query: '?format=smoke' },
  'POST /v2/gate/{route}': { status: 200, body: { dry_run: true } },
  'POST /v2/rollouts': { status: 200, body: { route: 'sandbox', max_cost_usd: '1', dry_run: true } },
  'GET /v2/rollouts': { status: 200 },
  'GET /v2/rollouts/{id}': { status: 404 },
  'POST /v2/gate/{route}/grant': { status: 201, body: { reason: 'a look by hand' } },
  'DELETE /v2/gate/{route}/grant': { status: 200 },
  'POST /v2/check': { status: 200, query: '?operation=generate', body: smallCall },
  'POST /v2/estimate': { status: 200, body: { request: smallCall } },
  'POST /mcp': { status: 200, body: { jsonrpc: '2.0', id: 1, method: 'tools/list' } },
  'POST /v2/advise': { status: 200, body: {} },
  'GET /v2/prompts': { status: 200 },
  'POST /v2/prompts': { status: 201, body: { name: 'a fox', document: { purpose: 'A fox' } } },
  'POST /v2/prompts/lint': { status: 200, body: { prompt: 'A fox' } },
  'POST /v2/prompts/render': { status: 200, body: { document: { purpose: 'A fox' } } },
  'GET /v2/prompts/{id}': { status: 200 },
  'GET /v2/prompts/{id}/versions': { status: 200 },
  'POST /v2/prompts/{id}/versions': { status: 200, body: { document: { purpose: 'A fox' } } },
  'GET /v2/prompts/{id}/versions/{version}': { status: 200 },
  'GET /v2/prompts/{id}/diff': { status: 200 },
  'POST /v2/prompts/{id}/render': { status: 200, body: {} },
  'POST /v2/prompts/{id}/archive': { status: 200, fresh: freshPrompt },
  'POST /v2/prompts/{id}/restore': { status: 200 },
  'GET /v2/generations/{id}': { status: 200 },
  'GET /v2/generations/{id}/result': { status: 200 },
  'GET /v2/generations/by-key/{key}/result': { status: 404 },
  'GET /v2/generations/{id}/thread': { status: 200 },
  'GET /v2/generations/{id}/trace': { status: 200 },
  'POST /v2/handoffs': { status: 201, body: { prompt: 'a fox by hand' } },
  'GET /v2/handoffs': { status: 200 },
  'GET /v2/handoffs/{id}': { status: 200 },
  'POST /v2/handoffs/{id}/cancel': { status: 200, fresh: freshHandoff },
  'POST /v2/handoffs/{id}/result': { status: 201, body: imageForm(), fresh: freshHandoff },
  'GET /v2/images': { status: 200, query: '?hash=abcd' },
  'GET /v2/images/{id}': { status: 200 },
  'GET /v2/images/{id}/thumbnail': { status: 200 },
  'GET /v2/images/{id}/lineage': { status: 200 },
  'GET /v2/images/{id}/drift': { status: 200 },
  'GET /v2/images/{id}/drift/heat-map': { status: 200 },
  'POST /v2/images/{id}/publish': { status: 410, body: {}, fresh: deletedImage },
  'POST /v2/images/{id}/unpublish': { status: 409, body: { why: 'a mistake' } },
  'GET /p/{id}': { status: 404 },
  'GET /v2/reviews': { status: 200 },
  'GET /v2/reviews/export': { status: 200, query: '?format=csv' },
  'POST /v2/reviews/decisions': { status: 200, body: { decisions: [{ id: 'rev_of_nobody', decision: 'rejected', why: 'blurred' }] } },
  'GET /v2/reviews/{id}': { status: 200 },
  'GET /v2/reviews/{id}/image': { status: 410, fresh: reviewOfDeleted },
  'POST /v2/reviews/{id}/claim': { status: 410, body: {}, fresh: reviewOfDeleted },
  'POST /v2/reviews/{id}/release': { status: 410, body: {}, fresh: reviewOfDeleted },
  'POST /v2/reviews/{id}/decision': { status: 410, body: { decision: 'rejected', why: 'blurred' }, fresh: reviewOfDeleted },
  'POST /v2/reviews/{id}/edit': { status: 409, body: {} },
  'POST /v2/reviews/{id}/revoke': { status: 409, body: { why: 'a mistake' } },
  'GET /v2/images/{id}/guard': { status: 200 },
  'GET /v2/images/{id}/guard/side-by-side': { status: 200 },
  'GET /v2/ledger': { status: 200, query: '?group=project,key,tag' },
  'GET /v2/ledger/calls': { status: 200, query: '?group=day,quality' },
  'GET /v2/ledger/entries': { status: 200 },
  'POST /v2/migration/scan': {
    status: 200,
    body: { files: [{ path: 'a.sh', text: 'curl https://api.openai.com/v1/images/generations' }] },
  },
  'GET /v2/unknowns': { status: 200 },
  'POST /v2/unknowns/check': { status: 200 },
  'POST /v2/unknowns/{generation_id}/resolve': { status: 200, body: { outcome: 'charged', evidence: 'the bill' }, fresh: freshUnknown },
  'POST /v2/unknowns/{generation_id}/run-again': { status: 409, body: { accept_double_charge: false } },
  'POST /v2/provider-webhooks/{route}': { status: 401, body: {} },
  'POST /v2/objects/verify': { status: 200 },
  'GET /v2/quarantine': { status: 200 },
  'GET /v2/quarantine/{id}': { status: 404 },
  'GET /v2/session': { status: 200 },
  'POST /v2/session': { status: 403, body: {} },
  'DELETE /v2/session': { status: 200 },
  'GET /v2/webhooks': { status: 200 },
  'POST /v2/webhooks': { status: 201, body: { url: 'https://receiver.example/hook' } },
  'GET /v2/webhooks/{id}': { status: 200 },
  'PATCH /v2/webhooks/{id}': { status: 200, body: { description: 'renamed' } },
  'DELETE /v2/webhooks/{id}': { status: 200, fresh: freshWebhook },
  'POST /v2/webhooks/{id}/rotate': { status: 200, body: { overlap_seconds: 0 } },
  'POST /v2/webhooks/{id}/test': { status: 200 },
  'POST /v2/webhooks/{id}/replay': { status: 202, body: { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' } },
  'GET /v2/webhooks/{id}/deliveries': { status: 200 },
  'GET /v2/webhooks/deliveries/{message_id}': { status: 200 },
  'GET /v2/budgets': { status: 200 },
  'POST /v2/budgets': { status: 400, body: {} },
  'GET /v2/budgets/{id}': { status: 200 },
  'PATCH /v2/budgets/{id}': { status: 200, body: { name: 'renamed' } },
  'DELETE /v2/budgets/{id}': { status: 200 },
  'GET /v2/projects': { status: 200 },
  'POST /v2/projects': { status: 201, body: { name: 'one more' } },
  'GET /v2/projects/{id}': { status: 200 },
  'PATCH /v2/projects/{id}': { status: 200, body: { name: 'owner' } },
  'GET /v2/keys': { status: 200 },
  'POST /v2/keys': { status: 201, body: { name: 'one more' } },
  'POST /v2/keys/{id}/rotate': { status: 201, body: {}, fresh: freshKey },
  'DELETE /v2/keys/{id}': { status: 200, fresh: freshKey },
  'GET /v2/secrets': { status: 200 },
  'POST /v2/secrets': { status: 200, body: { name: 'another-upstream', value: 'sk-another' } },
  'DELETE /v2/secrets/{name}': { status: 200, fresh: freshSecret },
  'GET /v2/doctor': { status: 200 },
  'GET /v2/audit': { status: 200 },
  'GET /healthz': { status: 200 },
  'GET /readyz': { status: 200 },
  'GET /metrics': { status: 200 },
  'GET /': { status: 200 },
  'GET /docs/errors': { status: 200 },
  'GET /assets/page.css': { status: 200 },
}

/** Sends a sample with the credential of a role. `id` stands for whatever the address names. */
export async function ask(
  { gateway, credentials }: TwoTenants,
  route: { method: string; path: string },
  { query = '', body, endless = false }: Pick<RouteSample, 'query' | 'body' | 'endless'>,
  role: Role,
  id: string,
) {
  const path =
    route.path
      .replace('{route}', 'sandbox')
      .replace('{version}', '1')
      .replace(/\{\w+\}/, id) + query
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const content = body === undefined ? {} : body instanceof FormData ? { body } : json
  const answer = await fetchWith(gateway, credentials[role])(path, { method: route.method, ...content })
  const text = endless && answer.status === 200 ? await beginningOf(answer) : await answer.text()
  return { status: answer.status, headers: answer.headers, text }
}

async function beginningOf({ body }: Response): Promise<string> {
  const reader = body?.getReader()
  const piece = await reader?.read()
  await reader?.cancel()
  return new TextDecoder().decode(piece?.value)
}
