import { parse } from 'csv-parse/sync'
import { unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import type { Bulk, BulkCheck, BulkItemReply } from '../../src/contract/bulk-replies.ts'
import { makeBudget, makeProject } from '../support/admin-calls.ts'
import { ledgerLines, promptWith, seeReply, sumOf } from '../support/generation-calls.ts'
import type { Callable } from '../support/job-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { startTestGateway } from '../support/test-gateway.ts'
import { fetchWith } from '../support/two-tenants.ts'

const small = { model: 'gpt-image-2', size: '1024x640', quality: 'low' }

async function postBulk(
  gateway: Callable,
  body: NonNullable<RequestInit['body']>,
  type: string | null,
  query = '',
  headers: Record<string, string> = {},
) {
  const seen = await seeReply(
    gateway.fetch(`/v2/jobs/bulk${query}`, { method: 'POST', body, headers: { ...(type && { 'content-type': type }), ...headers } }),
  )
  return { ...seen, json: JSON.parse(seen.text) as Bulk }
}
const asJson = (gateway: Callable, body: object, headers = {}) => postBulk(gateway, JSON.stringify(body), 'application/json', '', headers)
const readBulk = async (gateway: Callable, id: string) => (await (await gateway.fetch(`/v2/jobs/bulk/${id}`)).json()) as Bulk
const steer = async (gateway: Callable, id: string, what: string) => {
  const response = await gateway.fetch(`/v2/jobs/bulk/${id}/${what}`, { method: 'POST' })
  return { status: response.status, json: (await response.json()) as Bulk }
}
const itemsOf = async (gateway: Callable, id: string, query = '') =>
  (await (await gateway.fetch(`/v2/jobs/bulk/${id}/items${query}`)).json()) as { items: BulkItemReply[]; next_cursor: string | null }
const ofKey = async (gateway: Callable, key: string) => {
  const { bulks } = (await (await gateway.fetch(`/v2/jobs/bulk?idempotency_key=${key}`)).json()) as { bulks: Bulk[] }
  return bulks.map(({ id }) => id)
}

async function bulkWhen(gateway: Callable, id: string, holds: (bulk: Bulk) => boolean): Promise<Bulk> {
  for (;;) {
    const bulk = await readBulk(gateway, id)
    if (holds(bulk)) return bulk
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
const ended = ({ state }: Bulk) => state === 'ended' || state === 'cancelled'

describe('a bulk', () => {
  it('is checked item by item before anything is queued: what would be refused, and what the rest costs', async () => {
    await using gateway = await startTestGateway()
    const check = async (items: object[]) => {
      const init = { method: 'POST', body: JSON.stringify({ items }), headers: { 'content-type': 'application/json' } }
      return (await (await gateway.fetch('/v2/jobs/bulk/check', init)).json()) as BulkCheck
    }
    const fox = { request: { ...small, prompt: 'a fox' } }
    const one = await check([fox])
    const edit = { request: { ...small, prompt: 'a lamp', images: [{ image_url: 'https://pictures.example/a.png' }] } }
    const found = await check([fox, { request: { ...small, prompt: 'x', size: '17x17' } }, { webhook_url: 'x' }, edit, fox])
    expect(found).toMatchObject({ total: 5, judged: 5, not_priced: 1, unusable: 1, refused: 2, route_owners: ['darkroom-sandbox'] })
    expect(found.refusals).toMatchObject([
      { item: 2, code: 'invalid_value', param: 'size' },
      { item: 3, param: 'webhook_url' },
    ])
    expect(BigInt(found.estimate.expected.nanos)).toBe(2n * BigInt(one.estimate.expected.nanos))
    expect((await (await gateway.fetch('/v2/jobs')).json()) as object).toMatchObject({ jobs: [] })
  })

  it('is made item by item; its manifest and its archive hold every picture under its name', async () => {
    await using gateway = await startTestGateway()
    const items = [
      ...Array.from({ length: 6 }, (_, index) => ({ custom_id: `fox/${index}`, request: { ...small, prompt: `fox ${index}` } })),
      { custom_id: '=cmd()', request: { ...small, prompt: promptWith('moderation') } },
      { custom_id: 'two', request: { ...small, prompt: 'two', n: 2 } },
      { custom_id: 'bad', request: { ...small, prompt: 'x', size: '17x17' } },
    ]
    const accepted = await asJson(gateway, { items, name: 'foxes' })
    expect([accepted.status, accepted.json.total, accepted.headers.get('location')]).toEqual([202, 9, `/v2/jobs/bulk/${accepted.json.id}`])
    const bulk = await bulkWhen(gateway, accepted.json.id, ended)
    expect(bulk).toMatchObject({ state: 'ended', done: 1, name: 'foxes', eta: null })
    expect(bulk.counts).toMatchObject({ completed: 7, failed: 1, refused: 1, waiting: 0 })
    expect(BigInt(bulk.cost.settled.nanos)).toBe(sumOf(await ledgerLines(gateway), 'settle'))

    const listed = (await itemsOf(gateway, bulk.id)).items
    expect(listed.map(({ custom_id }) => custom_id)).toEqual(items.map(({ custom_id }) => custom_id))
    expect(listed[8]).toMatchObject({
      state: 'refused',
      job_id: null,
      error: { code: 'invalid_value', param: 'size', outcome: 'not_charged' },
    })
    expect((await itemsOf(gateway, bulk.id, '?state=failed')).items.map(({ item }) => item)).toEqual([7])
    const page = await itemsOf(gateway, bulk.id, '?limit=5')
    expect([page.items.length, page.next_cursor]).toEqual([5, '5'])
    expect((await itemsOf(gateway, bulk.id, '?limit=5&cursor=5')).items.map(({ item }) => item)).toEqual([6, 7, 8, 9])

    const archive = await gateway.fetch(`/v2/jobs/bulk/${bulk.id}/archive`)
    expect(archive.headers.get('content-type')).toBe('application/zip')
    const { 'manifest.csv': table, ...files } = unzipSync(new Uint8Array(await archive.arrayBuffer()))
    const manifest = Buffer.from(table!).toString()
    expect(manifest).toBe(await (await gateway.fetch(`/v2/jobs/bulk/${bulk.id}/manifest`)).text())
    const lines = parse(manifest, { columns: true }) as Record<string, string>[]
    expect(lines).toHaveLength(10)
    expect(lines.find(({ item }) => item === '7')).toMatchObject({
      custom_id: "'=cmd()",
      state: 'failed',
      error_code: 'moderation_blocked',
    })
    expect(Object.keys(files).sort()).toEqual(lines.flatMap(({ file }) => file || []).sort())
    expect(Object.keys(files)).toContain('1-fox-0.png')
    for (const { file, sha256: hash } of lines.filter(({ file }) => file !== '')) expect(sha256(Buffer.from(files[file!]!))).toBe(hash)
  })

  it('comes as lines, as a table, and as a form with a template', async () => {
    await using gateway = await startTestGateway()
    const lines = [
      '{"custom_id": "a", "prompt": "a fox", "quality": "low", "size": "1024x640"}',
      '',
      '{"prompt": "a hen", "quality": "low"}',
    ].join('\n')
    const table = '\ufeffcustom_id,prompt,quality,size,campaign\r\na,"a fox, red",low,1024x640,winter\r\nb,a hen,low,1024x640,\r\n'
    const form = new FormData()
    form.append('template', JSON.stringify({ request: { ...small, prompt: 'A {{animal}} in the {{place}}' } }))
    form.append('name', 'by template')
    form.append('file', new Blob(['animal,place\nfox,snow\nhen,yard\ncat,sun\n'], { type: 'text/csv' }), 'rows.csv')
    const sent = [
      await postBulk(gateway, lines, 'application/x-ndjson', '?name=by%20lines&priority=high'),
      await postBulk(gateway, table, 'text/csv'),
      await postBulk(gateway, form, null),
    ]
    expect(sent.map(({ status, json: { total, name, priority } }) => [status, total, name, priority])).toEqual([
      [202, 2, 'by lines', 'high'],
      [202, 2, null, 'low'],
      [202, 3, 'by template', 'low'],
    ])
    for (const { json } of sent) expect((await bulkWhen(gateway, json.id, ended)).counts.completed).toBe(json.total)
    const [first] = (await itemsOf(gateway, sent[1]!.json.id)).items
    const record = (await (await gateway.fetch(`/v2/generations/${first!.job_id}`)).json()) as { metadata: object }
    expect(record.metadata).toEqual({ campaign: 'winter' })
  })

  it('is paused, resumed and cancelled; what it is named by its key, it stays', async () => {
    await using gateway = await startTestGateway({ yaml: 'version: 1\njobs: { concurrency: 1 }' })
    const items = Array.from({ length: 12 }, (_, index) => ({ ...small, prompt: promptWith('latency=60', `fox ${index}`) }))
    const headers = { 'idempotency-key': 'bulk-1' }
    const { json } = await asJson(gateway, { items }, headers)
    const again = await asJson(gateway, { items }, headers)
    expect([again.json.id, again.headers.get('idempotent-replayed')]).toEqual([json.id, 'true'])
    expect((await asJson(gateway, { items: items.slice(1) }, headers)).status).toBe(422)
    expect(await ofKey(gateway, 'bulk-1')).toEqual([json.id])
    expect(await ofKey(gateway, 'bulk-2')).toEqual([])
    const { key: another } = await makeProject(gateway, 'another')
    expect(await ofKey({ fetch: fetchWith(gateway, another) }, 'bulk-1')).toEqual([])
    expect((await steer(gateway, json.id, 'pause')).json.state).toBe('paused')
    expect((await steer(gateway, json.id, 'pause')).status).toBe(200)
    expect((await steer(gateway, json.id, 'resume')).json.state).toBe('running')
    await bulkWhen(gateway, json.id, ({ counts }) => counts.completed > 1)
    expect((await readBulk(gateway, json.id)).per_minute).toBeGreaterThan(0)
    const cancelled = await steer(gateway, json.id, 'cancel')
    expect(cancelled.json.state).toBe('cancelled')
    const bulk = await bulkWhen(gateway, json.id, ({ counts }) => counts.running === 0)
    expect(bulk.counts.queued + bulk.counts.waiting).toBe(0)
    expect(bulk.counts.cancelled + bulk.counts.completed).toBe(12)
    expect((await steer(gateway, json.id, 'resume')).status).toBe(409)
    const lines = await ledgerLines(gateway)
    expect(sumOf(lines, 'reserve')).toBe(sumOf(lines, 'release'))
  })

  it('pauses by itself where a budget has no room, and goes on when there is some', async () => {
    await using gateway = await startTestGateway()
    const { project, key } = await makeProject(gateway, 'thrifty')
    const thrifty = { fetch: fetchWith(gateway, key) }
    const budget = await makeBudget(gateway, { project_id: project.id, book: 'sandbox', limit_usd: '0.02' })
    const items = Array.from({ length: 12 }, () => ({ ...small, prompt: 'a fox' }))
    const { json } = await asJson(thrifty, { items })
    const paused = await bulkWhen(thrifty, json.id, ({ state, counts }) => state === 'paused' && counts.running + counts.queued === 0)
    expect(paused.pause_reason).toBe('budget_exceeded')
    expect(paused.counts.waiting).toBeGreaterThan(0)
    expect(paused.counts.refused + paused.counts.failed).toBe(0)
    await gateway.fetch(`/v2/budgets/${budget.id}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${gateway.adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ limit_usd: '1' }),
    })
    await steer(thrifty, json.id, 'resume')
    expect((await bulkWhen(thrifty, json.id, ended)).counts.completed).toBe(12)
  })

  it('goes on at the next start, and no item is made twice', async () => {
    const first = await startTestGateway({ yaml: 'version: 1\njobs: { concurrency: 2 }' })
    const { dataFolder } = first
    const items = Array.from({ length: 20 }, (_, index) => ({ ...small, prompt: promptWith('latency=30', `fox ${index}`) }))
    const { json } = await asJson(first, { items })
    await bulkWhen(first, json.id, ({ counts }) => counts.completed > 2)
    await first.gateway.close()
    await using next = await startTestGateway({ dataFolder })
    const bulk = await bulkWhen(next, json.id, ended)
    expect(bulk.counts.completed).toBe(20)
    const jobs = (await itemsOf(next, json.id)).items.map(({ job_id }) => job_id)
    expect(new Set(jobs).size).toBe(20)
    const lines = await ledgerLines(next)
    expect(new Set(lines.filter(({ kind }) => kind === 'settle').map(({ generation_id }) => generation_id)).size).toBe(20)
  })

  it.each<[string, NonNullable<RequestInit['body']>, string, string]>([
    ['no items', '{"items": []}', 'application/json', 'invalid_bulk'],
    ['items that are no list', '{"items": {}}', 'application/json', 'invalid_bulk'],
    ['a setting nobody knows', '{"items": [{"prompt": "x"}], "speed": 9}', 'application/json', 'unknown_parameter'],
    ['a line that is no JSON', '{"prompt": "x"}\n{"prompt"', 'application/x-ndjson', 'invalid_bulk'],
    ['a line with a doubled key', '{"prompt": "x", "prompt": "y"}', 'application/x-ndjson', 'invalid_bulk'],
    ['a table with a torn quote', 'prompt\n"a fox', 'text/csv', 'invalid_bulk'],
    ['a table with a row too long', 'prompt\na,b\n', 'text/csv', 'invalid_bulk'],
    ['text that is no UTF-8', Buffer.from([0x70, 0x0a, 0xff]), 'text/csv', 'invalid_encoding'],
    ['an empty body', '', 'text/csv', 'invalid_bulk'],
    ['XML', '<a/>', 'application/xml', 'unsupported_media_type'],
    [
      'a deadline that has passed',
      '{"items": [{"prompt": "x"}], "deadline": "2020-01-01T00:00:00Z"}',
      'application/json',
      'invalid_deadline',
    ],
  ])('is refused whole for %s', async (_, body, type, code) => {
    await using gateway = await startTestGateway()
    const seen = await postBulk(gateway, body, type)
    expect(seen.error).toMatchObject({ code, outcome: 'not_charged' })
    expect(((await (await gateway.fetch('/v2/jobs/bulk')).json()) as { bulks: Bulk[] }).bulks).toEqual([])
  })
})
