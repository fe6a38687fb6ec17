import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Bulk } from '../../src/contract/bulk-replies.ts'
import { maskWithHoles, scene } from '../support/edit-pictures.ts'
import type { GatewayProcess } from '../support/gateway-process.ts'
import { promptWith, smallCall } from '../support/generation-calls.ts'
import { jobWhen, postToJob, submitSmall } from '../support/job-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import type { SeededChance } from '../support/seeded-chance.ts'

/** An answer that a client read to its end: from then on its pictures must be there. */
export interface Acknowledged {
  /** Of a bulk, its id. */
  generationId: string
  /** Hashes of the pictures in the answer. */
  pictures: string[]
}

/** What can be asked of a gateway under chaos. */
export type ChaosCall = (gateway: GatewayProcess, chance: SeededChance) => Promise<Acknowledged | null>

/** An origin that callers may name, and where nobody listens: no program takes this port. */
export const NOBODY_THERE = 'http://127.0.0.1:9'

const prompts = ['a fox', '新茶入荷', 'a lighthouse at dusk']
const [WIDTH, HEIGHT] = [1024, 640]
const room = scene(WIDTH, HEIGHT)
const mask = maskWithHoles(WIDTH, HEIGHT, [{ x: 200, y: 150, width: 300, height: 200 }])

const generation =
  (change: object, script = '', headers: Record<string, string> = {}): ChaosCall =>
  (gateway, chance) =>
    post(gateway, '/v1/images/generations', { ...smallCall, prompt: promptWith(script, chance.pick(prompts)), ...change }, headers)

const edit =
  (headers: Record<string, string>): ChaosCall =>
  (gateway) => {
    const form = new FormData()
    const fields = { model: 'gpt-image-2', prompt: promptWith('ignoremask'), size: `${WIDTH}x${HEIGHT}`, quality: 'low' }
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('image', new Blob([new Uint8Array(room)]), 'room.png')
    form.append('mask', new Blob([new Uint8Array(mask)]), 'mask.png')
    return read(gateway.fetch('/v1/images/edits', { method: 'POST', body: form, headers }))
  }

const response =
  (change: object, script = ''): ChaosCall =>
  (gateway) => {
    const tools = [{ type: 'image_generation', size: '1024x640', quality: 'low' }]
    return post(gateway, '/v1/responses', { model: 'gpt-5.4', input: promptWith(script, 'Draw a fox'), tools, ...change })
  }

const administrator =
  (method: string, path: string, body: object): ChaosCall =>
  async (gateway, chance) => {
    const token = (await readFile(join(gateway.dataFolder, 'admin-token'), 'utf8')).trim()
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const named = 'name' in body ? { ...body, name: `chaos ${chance.whole(1e9)}` } : body
    await read(gateway.fetch(path, { method, headers, body: JSON.stringify(named) }))
    return null
  }

const file: ChaosCall = async (gateway, chance) => {
  const form = new FormData()
  form.append('purpose', 'vision')
  form.append('file', new Blob([new Uint8Array(scene(128, 80, chance.whole(360)))]), 'room.png')
  await read(gateway.fetch('/v1/files', { method: 'POST', body: form }))
  return null
}

/** A budget of the first project there is. */
const budget: ChaosCall = async (gateway, chance) => {
  const token = (await readFile(join(gateway.dataFolder, 'admin-token'), 'utf8')).trim()
  const { projects } = (await (await gateway.fetch('/v2/projects', { headers: { authorization: `Bearer ${token}` } })).json()) as {
    projects: { id: string }[]
  }
  const wish = { name: 'chaos', project_id: projects[0]!.id, period: 'total', limit_usd: '1000', book: 'sandbox' }
  return administrator('POST', '/v2/budgets', wish)(gateway, chance)
}

/** Ends the first unknown outcome there is by an operator's word. */
const resolution: ChaosCall = async (gateway, chance) => {
  await generation({}, 'reset-before-headers')(gateway, chance)
  const token = (await readFile(join(gateway.dataFolder, 'admin-token'), 'utf8')).trim()
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const { unknowns } = (await (await gateway.fetch('/v2/unknowns', { headers })).json()) as { unknowns: { generation_id: string }[] }
  const body = JSON.stringify({ outcome: 'charged', evidence: 'chaos' })
  const [first] = unknowns
  if (first) await read(gateway.fetch(`/v2/unknowns/${first.generation_id}/resolve`, { method: 'POST', headers, body }))
  return null
}

/** Submits a job and looks at it until it has ended, or until its gateway has: what was accepted must be there whatever came after. */
const job =
  (script = ''): ChaosCall =>
  async (gateway, chance) => {
    const prompt = promptWith(script, `lamp ${chance.whole(1e9)}`)
    const jobId = await submitSmall(gateway, { prompt })
    await jobWhen(gateway, jobId).catch(() => undefined)
    return { generationId: jobId, pictures: [] }
  }

/** A job that is cancelled while it waits; where the gateway dies first, it is made some seconds later. */
const cancelled: ChaosCall = async (gateway) => {
  const jobId = await submitSmall(gateway, {}, { start_at: new Date(Date.now() + 5_000).toISOString() })
  await postToJob(gateway, jobId, 'cancel').catch(() => undefined)
  return { generationId: jobId, pictures: [] }
}

/** A bulk, looked at until it has ended or its gateway has; whether each of its items became one job is read from the books. */
const bulk: ChaosCall = async (gateway, chance) => {
  const items = [1, 2, 3].map(() => ({ prompt: `lamp ${chance.whole(1e9)}` }))
  const body = JSON.stringify({ template: { request: { ...smallCall, prompt: '{{prompt}}' } }, items })
  const order = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  const { id } = (await (await gateway.fetch('/v2/jobs/bulk', order)).json()) as { id: string }
  for (;;) {
    const answer = await gateway.fetch(`/v2/jobs/bulk/${id}`).catch(() => null)
    if (answer === null || ((await answer.json()) as Bulk).ended_at !== null) return { generationId: id, pictures: [] }
    await wait(20)
  }
}

/** A picture that nobody else has, and that is deleted. */
const deletion: ChaosCall = async (gateway, chance) => {
  const made = await generation({ prompt: `lamp ${chance.whole(1e9)}` })(gateway, chance)
  if (made) await (await gateway.fetch(`/v2/generations/${made.generationId}/images`, { method: 'DELETE' })).json()
  return null
}

/** A picture that is held. */
const hold: ChaosCall = async (gateway, chance) => {
  const made = await generation({})(gateway, chance)
  if (made) await administrator('POST', '/v2/legal-holds', { subject_id: made.generationId, reason: 'chaos' })(gateway, chance)
  return made
}

/** A picture that the administrator approves, and that its caller makes public. */
const publication: ChaosCall = async (gateway, chance) => {
  const made = await generation({ darkroom: { review: 'required' } })(gateway, chance)
  if (!made) return made
  const { images } = (await (await gateway.fetch(`/v2/generations/${made.generationId}`)).json()) as { images: { id: string }[] }
  const answer = await gateway.fetch(`/v2/reviews?image_id=${images[0]!.id}`)
  const [review] = ((await answer.json()) as { reviews: { id: string; checklist: { id: string }[] }[] }).reviews
  if (review) {
    const answers = Object.fromEntries(review.checklist.map(({ id }) => [id, 'yes']))
    const body = { decision: 'approved', why: 'chaos', answers, reviewer: 'chaos' }
    await administrator('POST', `/v2/reviews/${review.id}/decision`, body)(gateway, chance)
  }
  await read(gateway.fetch(`/v2/images/${images[0]!.id}/publish`, { method: 'POST' }))
  return made
}

/** A receiver that nobody reaches: it is tested, sent the test again and disabled, which is an event that is handed out. */
const webhook: ChaosCall = async (gateway) => {
  const send = async <Answer>(method: string, path: string, body: object): Promise<Answer> => {
    const headers = { 'content-type': 'application/json' }
    return (await (await gateway.fetch(`/v2/webhooks${path}`, { method, headers, body: JSON.stringify(body) })).json()) as Answer
  }
  const { id } = await send<{ id: string }>('POST', '', { url: `${NOBODY_THERE}/hook` })
  const { message_id } = await send<{ message_id: string }>('POST', `/${id}/test`, {})
  await send('POST', `/${id}/replay`, { message_id })
  await send('PATCH', `/${id}`, { enabled: false })
  return null
}

/** Every kind of call, by name. */
export const chaosCalls = {
  json: generation({}),
  /** A picture that nobody has yet: the store must take it in. */
  fresh: (gateway, chance) => generation({ prompt: `lamp ${chance.whole(1e9)}` })(gateway, chance),
  two: generation({ n: 2 }, 'trickle=60000'),
  slow: generation({}, 'latency=150'),
  silent: generation({}, 'silence'),
  stream: generation({ stream: true }),
  keyed: generation({ background: 'transparent', output_format: 'png' }, '', { 'x-darkroom-transparency': 'key' }),
  refused: generation({}, 'moderation'),
  again: (gateway, chance) => generation({ prompt: promptWith('status=503,first=1', `fox ${chance.whole(1e9)}`) })(gateway, chance),
  signed: generation({}, '', { 'x-darkroom-route': 'signed' }),
  edit: edit({}),
  strict: edit({ 'x-darkroom-mask': 'strict' }),
  response: response({}),
  responseStream: response({ stream: true }),
  background: response({ background: true }, 'slowbackground=200'),
  job: job(),
  jobAgain: job('status=429,retry-after=0,first=1'),
  cancelled,
  bulk,
  key: administrator('POST', '/v2/keys', { name: 'chaos' }),
  budget,
  gate: administrator('POST', '/v2/gate/signed', { max_cost_usd: '1' }),
  file,
  deletion,
  hold,
  publication,
  resolution,
  webhook,
} satisfies Record<string, ChaosCall>

/** The name of a kind of call. */
export type ChaosCallName = keyof typeof chaosCalls

/** Kinds that make pictures, as a running load asks for them. */
export const loadNames: readonly ChaosCallName[] = [
  'json',
  'fresh',
  'two',
  'slow',
  'stream',
  'edit',
  'strict',
  'response',
  'responseStream',
  'background',
  'again',
  'job',
  'jobAgain',
  'bulk',
]

function post(gateway: GatewayProcess, path: string, body: object, headers: Record<string, string> = {}): Promise<Acknowledged | null> {
  return read(
    gateway.fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }),
  )
}

/** Null for a refusal, and for an answer that did not come whole. */
async function read(answer: Promise<Response>): Promise<Acknowledged | null> {
  try {
    const reply = await answer
    const text = await reply.text()
    const generationId = reply.headers.get('x-darkroom-generation')
    if (reply.status !== 200 || generationId === null || text.includes('event: error')) return null
    const found = [...text.matchAll(/"(?:b64_json|result)": ?"([^"]+)"/g)].map(([, base64]) => sha256(Buffer.from(base64!, 'base64')))
    return { generationId, pictures: [...new Set(found)] }
  } catch {
    return null
  }
}
