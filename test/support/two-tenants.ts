import { makeApiKey } from '../../src/access/api-key.ts'
import type { OwnedObject } from '../../src/http/route-policy.ts'
import { type IdKind, newId } from '../../src/primitives/ids.ts'
import { callAs, makeBudget, makeKey, makeProject } from './admin-calls.ts'
import { editRoom, settledGuard } from './edit-calls.ts'
import { promptWith, seeReply, settledRecord, smallCall } from './generation-calls.ts'
import { startTestGateway, type TestGateway } from './test-gateway.ts'

/** Credentials that open nothing. */
export const refusedRoles = ['nobody', 'malformed', 'unknown', 'revoked', 'expired', 'archived'] as const
/** Everybody who may ask for something: `owner` made the objects, `stranger` is another project's key. */
export const roles = [...refusedRoles, 'owner', 'stranger', 'admin'] as const
export type Role = (typeof roles)[number]

/** A gateway with one object of each kind that belongs to one project, and a credential of every role. */
export interface TwoTenants {
  gateway: TestGateway
  /** Null for none at all. */
  credentials: Record<Role, string | null>
  /** Ids of the owner's objects. */
  objects: Record<OwnedObject, string>
  ownerProjectId: string
}

/** Makes each object by the call that makes it. */
export async function openTwoTenants(): Promise<TwoTenants> {
  const gateway = await startTestGateway({
    leavesJudging: false,
    yaml: `version: 1\ntrust_proxy: true\noutbound: { allow: ['${nobodyThere}'] }`,
  })
  const [owner, stranger] = [await makeProject(gateway, 'owner'), await makeProject(gateway, 'stranger')]
  const asOwner: TestGateway = { ...gateway, key: owner.key, fetch: fetchWith(gateway, owner.key) }
  const edit = await editRoom(asOwner, {})
  const image = edit.record!.images[0]!.id
  await settledGuard(asOwner, image)
  const response = await makeResponse(asOwner)
  const webhook = await makeWebhook(asOwner)
  return {
    gateway,
    credentials: { ...(await refusedCredentials(gateway)), owner: owner.key, stranger: stranger.key, admin: gateway.adminToken },
    objects: {
      generation: response.generationId,
      unknown: await makeUnknown(asOwner),
      image,
      file: await makeFile(asOwner),
      response: response.id,
      job: await makeJob(asOwner),
      bulk: await makeBulk(asOwner),
      budget: (await makeBudget(gateway, { project_id: owner.project.id, limit_usd: '100' })).id,
      project: owner.project.id,
      key: owner.keyId,
      webhook,
      webhook_message: await makeWebhookMessage(asOwner, webhook),
      prompt: await makePrompt(asOwner),
      handoff: await makeHandoff(asOwner),
      review: await makeReview(asOwner),
    },
    ownerProjectId: owner.project.id,
  }
}

/** An id of the right form that nothing has. */
export function unknownId(object: OwnedObject): string {
  if (object === 'response') return `resp_${'0'.repeat(50)}`
  return newId(idKinds[object])
}

const idKinds: Record<Exclude<OwnedObject, 'response'>, IdKind> = {
  generation: 'gen',
  unknown: 'gen',
  image: 'img',
  job: 'gen',
  bulk: 'set',
  file: 'file',
  budget: 'bud',
  project: 'prj',
  key: 'key',
  webhook: 'whk',
  webhook_message: 'msg',
  prompt: 'prm',
  handoff: 'hnd',
  review: 'rev',
}

/** A file of a project. */
export async function makeFile(gateway: Pick<TestGateway, 'fetch'>, bytes: Buffer = onePixel): Promise<string> {
  const form = new FormData()
  form.append('purpose', 'vision')
  form.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'pixel.png')
  const seen = await seeReply(gateway.fetch('/v1/files', { method: 'POST', body: form }))
  return (JSON.parse(seen.text) as { id: string }).id
}

/** A response with one picture. */
export async function makeResponse(gateway: TestGateway): Promise<{ id: string; generationId: string }> {
  const body = { model: 'gpt-5.4', input: 'Draw a fox', tools: [{ type: 'image_generation', size: '1024x640', quality: 'low' }] }
  const headers = { 'content-type': 'application/json' }
  const seen = await seeReply(gateway.fetch('/v1/responses', { method: 'POST', body: JSON.stringify(body), headers }))
  await settledRecord(gateway, seen.generationId!)
  return { id: (JSON.parse(seen.text) as { id: string }).id, generationId: seen.generationId! }
}

/** A job that does not begin before tomorrow. */
export async function makeJob(gateway: Pick<TestGateway, 'fetch'>): Promise<string> {
  const start_at = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString()
  const body = JSON.stringify({ request: smallCall, start_at })
  const answer = await gateway.fetch('/v2/images/generate', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  return ((await answer.json()) as { jobId: string }).jobId
}

/** A bulk of one job that does not begin before tomorrow. */
export async function makeBulk(gateway: Pick<TestGateway, 'fetch'>): Promise<string> {
  const start_at = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString()
  const body = JSON.stringify({ items: [smallCall], start_at })
  const answer = await gateway.fetch('/v2/jobs/bulk', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  return ((await answer.json()) as { id: string }).id
}

/** A call whose outcome nobody knows. */
export async function makeUnknown(gateway: TestGateway): Promise<string> {
  const body = JSON.stringify({ ...smallCall, prompt: promptWith('reset-before-headers charged') })
  const headers = { 'content-type': 'application/json' }
  const seen = await seeReply(gateway.fetch('/v1/images/generations', { method: 'POST', body, headers }))
  await settledRecord(gateway, seen.generationId!)
  return seen.generationId!
}

/** An origin that callers may name, and where nobody listens: the port is one that no program takes. */
const nobodyThere = 'http://127.0.0.1:9'

/** A picture that its call wants looked at. @returns the id of its review */
export async function makeReview(gateway: TestGateway): Promise<string> {
  const headers = { 'content-type': 'application/json', 'x-darkroom-review': 'required' }
  const seen = await seeReply(gateway.fetch('/v1/images/generations', { method: 'POST', body: JSON.stringify(smallCall), headers }))
  const { images } = await settledRecord(gateway, seen.generationId!)
  await gateway.gateway.parts.reviewRounds.run()
  const page = (await (await gateway.fetch(`/v2/reviews?image_id=${images[0]!.id}`)).json()) as { reviews: { id: string }[] }
  return page.reviews[0]!.id
}

/** A webhook of a project. */
export async function makeWebhook(gateway: Pick<TestGateway, 'fetch'>): Promise<string> {
  return (await posted<{ id: string }>(gateway, '/v2/webhooks', { url: `${nobodyThere}/hook` })).id
}

/** A ticket for work by hand. */
export async function makeHandoff(gateway: Pick<TestGateway, 'fetch'>): Promise<string> {
  return (await posted<{ id: string }>(gateway, '/v2/handoffs', { prompt: 'a fox by hand' })).id
}

/** A message to a webhook, which did not reach it. */
export async function makeWebhookMessage(gateway: Pick<TestGateway, 'fetch'>, id: string): Promise<string> {
  return (await posted<{ message_id: string }>(gateway, `/v2/webhooks/${id}/test`)).message_id
}

/** A prompt of a project. */
export async function makePrompt(gateway: Pick<TestGateway, 'fetch'>): Promise<string> {
  return (await posted<{ id: string }>(gateway, '/v2/prompts', { name: 'a fox', document: { purpose: 'A fox' } })).id
}

async function posted<Answer>(gateway: Pick<TestGateway, 'fetch'>, path: string, body?: object): Promise<Answer> {
  const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  return JSON.parse((await seeReply(gateway.fetch(path, { method: 'POST', ...content }))).text) as Answer
}

/** Calls with one credential. */
export function fetchWith({ url }: Pick<TestGateway, 'url'>, credential: string | null): TestGateway['fetch'] {
  const own: Record<string, string> = credential === null ? {} : { authorization: `Bearer ${credential}` }
  return (path, init = {}) =>
    fetch(url + path, { ...init, headers: { ...own, 'x-forwarded-for': nextAddress(), ...(init.headers as Record<string, string>) } })
}

let addresses = 0

/** Every request comes from an address of its own, so that no address tries too many wrong keys. */
function nextAddress(): string {
  addresses += 1
  return `198.18.${(addresses >> 8) & 255}.${addresses & 255}`
}

async function refusedCredentials(gateway: TestGateway): Promise<Record<(typeof refusedRoles)[number], string | null>> {
  const asAdmin = (method: string, path: string, body?: object) => callAs(gateway, gateway.adminToken, method, path, body)
  const { project, ...first } = await makeProject(gateway, 'with keys that were')
  const closed = await makeProject(gateway, 'closed')
  const revoked = await makeKey(gateway, project.id)
  await asAdmin('DELETE', `/v2/keys/${revoked.keyId}`)
  await asAdmin('POST', `/v2/keys/${first.keyId}/rotate`, { overlap_seconds: 0 })
  await asAdmin('PATCH', `/v2/projects/${closed.project.id}`, { archived: true })
  const last = gateway.key.at(-1)
  return {
    nobody: null,
    malformed: gateway.key.slice(0, -1) + (last === '0' ? '1' : '0'),
    unknown: makeApiKey(),
    revoked: revoked.key,
    expired: first.key,
    archived: closed.key,
  }
}

/** The smallest picture there is. */
export const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
