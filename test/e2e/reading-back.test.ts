import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type GenerationRecord,
  type LedgerEntriesReply,
  type LedgerReply,
  ledgerEntriesReplySchema,
  ledgerReplySchema,
} from '../../src/contract/record.ts'
import { systemClock } from '../../src/primitives/clock.ts'
import { newId } from '../../src/primitives/ids.ts'
import { postGeneration, promptWith, readRecord, seeReply } from '../support/generation-calls.ts'
import { movedClock } from '../support/moved-clock.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

/** Makes a call and gives its record. */
async function made(change: object = {}, headers: Record<string, string> = {}): Promise<GenerationRecord> {
  const seen = await seeReply(postGeneration(gateway, change, { headers }))
  return readRecord(gateway, seen.generationId!)
}

/** A call with another credential than the gateway's key. */
const fetchAs = (key: string, path: string, init: RequestInit = {}) =>
  gateway.fetch(path, { ...init, headers: { ...init.headers, authorization: `Bearer ${key}` } })

describe('GET /v2/images/{id}', () => {
  let path: string
  let bytes: Buffer
  let etag: string

  beforeAll(async () => {
    const { images } = await made({ prompt: 'a fox to read', output_format: 'webp' })
    path = `/v2/images/${images[0]!.id}`
    bytes = Buffer.from(await (await gateway.fetch(path)).arrayBuffer())
    etag = `"${images[0]!.sha256}"`
  })

  const get = (headers: Record<string, string>, method = 'GET') => gateway.fetch(path, { method, headers })
  const bodyOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer())

  it('gives the bytes whose hash is their tag, as a picture and nothing else', async () => {
    const answer = await get({})
    expect(etag).toBe(`"${sha256(bytes)}"`)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      etag,
      'content-type': 'image/webp',
      'content-length': String(bytes.length),
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'content-disposition': expect.stringMatching(/^inline; filename="img_[0-9a-f]+\.webp"$/),
    })
    await answer.arrayBuffer()
  })

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=100-', 100, undefined],
    ['bytes=-16', -16, undefined],
    ['bytes=5-99999999', 5, undefined],
  ] as const)('gives the range %s', async (range, from, to) => {
    const answer = await get({ range })
    const expected = bytes.subarray(from, to)
    expect(answer.status).toBe(206)
    const start = from < 0 ? bytes.length + from : from
    expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${start + expected.length - 1}/${bytes.length}`)
    expect(await bodyOf(answer)).toEqual(expected)
  })

  it.each([
    ['B130 several ranges', 'bytes=0-1,3-4'],
    ['B130 a thousand ranges', `bytes=${Array.from({ length: 1000 }, (_, at) => `${at}-${at}`).join(',')}`],
    ['B130 a range backwards', 'bytes=9-3'],
    ['B130 another unit', 'items=0-1'],
    ['B130 nonsense', 'bytes=-'],
  ])('%s: gives the whole', async (_what, range) => {
    const answer = await get({ range })
    expect(answer.status).toBe(200)
    expect(await bodyOf(answer)).toEqual(bytes)
  })

  it.each(['bytes=99999999-', 'bytes=-0'])('B130 refuses %s, which lies outside', async (range) => {
    expect(await seeReply(get({ range }))).toMatchObject({ status: 416, error: { code: 'range_not_satisfiable', outcome: 'not_charged' } })
  })

  it('does not send again what the reader has', async () => {
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await get({ 'if-none-match': tag })
      expect([answer.status, answer.headers.get('etag'), await answer.text()]).toEqual([304, etag, ''])
    }
    const other = await get({ 'if-none-match': '"other"' })
    expect(other.status).toBe(200)
    await other.arrayBuffer()
  })

  it('continues a download only of the same bytes', async () => {
    const same = await get({ range: 'bytes=5-', 'if-range': etag })
    expect([same.status, await bodyOf(same)]).toEqual([206, bytes.subarray(5)])
    const changed = await get({ range: 'bytes=5-', 'if-range': '"other"' })
    expect([changed.status, await bodyOf(changed)]).toEqual([200, bytes])
  })

  it('answers HEAD with the length and no bytes', async () => {
    const answer = await get({}, 'HEAD')
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, String(bytes.length), ''])
  })
})

describe('what belongs to a project', () => {
  let stranger: string
  let mine: GenerationRecord

  beforeAll(async () => {
    stranger = await keyOfAnotherProject()
    mine = await made({ prompt: 'a private fox' })
  })

  it('is not there for the key of another project: record, picture and money', async () => {
    for (const path of [`/v2/generations/${mine.id}`, `/v2/images/${mine.images[0]!.id}`]) {
      const seen = await seeReply(fetchAs(stranger, path))
      const nothing = await seeReply(fetchAs(stranger, path.replace(/.{6}$/, '000000')))
      expect(seen).toMatchObject({ status: 404, error: { code: 'not_found' } })
      expect({ ...seen.error, request_id: '' }).toEqual({ ...nothing.error, request_id: '' })
    }
    expect(await (await fetchAs(stranger, '/v2/ledger')).json()).toEqual({ rows: [], totals_by_owner: [], next_cursor: null })
    const entries = await fetchAs(stranger, `/v2/ledger/entries?generation_id=${mine.id}`)
    expect(await entries.json()).toEqual({ entries: [], next_cursor: null })
  })

  it('is seen by the administrator, whose own calls are booked to the default project', async () => {
    const record = (await (await fetchAs(gateway.adminToken, `/v2/generations/${mine.id}`)).json()) as GenerationRecord
    // Whether its caller had the whole answer is noted behind it.
    expect({ ...record, idempotency: null }).toEqual({ ...mine, idempotency: null })
    const seen = await seeReply(postGeneration(gateway, {}, { headers: { authorization: `Bearer ${gateway.adminToken}` } }))
    const own = await readRecord(gateway, seen.generationId!)
    expect(own.project_id).toBe(mine.project_id)
  })

  it('is opened by X-API-Key as by a bearer token', async () => {
    const answer = await fetch(`${gateway.url}/v2/generations/${mine.id}`, { headers: { 'x-api-key': gateway.key } })
    expect(((await answer.json()) as GenerationRecord).id).toBe(mine.id)
  })
})

/** A second project can be made in the database only; its key is made as any other. */
async function keyOfAnotherProject(): Promise<string> {
  const { database, access } = gateway.gateway.parts
  const id = newId('prj')
  const project = { id, name: 'another', auto_quality: null, created_at_ms: systemClock.nowMs() }
  await database.transact([{ query: database.sql.insertInto('projects').values(project) }])
  return (await access.createKey({ projectId: id, name: 'stranger' })).key.reveal()
}

describe('GET /v2/ledger', () => {
  let ledger: TestGateway
  const today = '2026-11-20'

  const callOn = async (change: object, tag: string) => {
    const seen = await seeReply(postGeneration(ledger, change, { headers: { 'x-darkroom-project-tag': tag } }))
    return readRecord(ledger, seen.generationId!)
  }
  const read = async (query: string) => ledgerReplySchema.parse(await (await ledger.fetch(`/v2/ledger?${query}`)).json())
  const nanos = (money: { nanos: string }) => BigInt(money.nanos)
  const addUp = (rows: LedgerReply['rows'], member: 'charged' | 'lost' | 'held_unknown') =>
    rows.reduce((sum, row) => sum + nanos(row[member]), 0n)

  beforeAll(async () => {
    ledger = await startTestGateway({ clock: movedClock(`${today}T12:00:00Z`) })
    await callOn({ n: 2 }, 'spring')
    await callOn({ model: 'gpt-image-2.5-flare' }, 'spring')
    await callOn({}, 'autumn')
    await callOn({ prompt: promptWith('no-data') }, 'autumn')
    await callOn({ prompt: promptWith('reset-before-headers') }, 'autumn')
    await callOn({ prompt: promptWith('moderation') }, 'autumn')
  })
  afterAll(() => ledger.close())

  it('sums by owner, and says apart what gave no picture and what nobody knows', async () => {
    const { rows, totals_by_owner } = await read('')
    const { invoice } = ledger.gateway.sandbox!
    expect(rows).toMatchObject([{ route_owner: 'darkroom-sandbox', book: 'sandbox', calls: 6, images: 4, reserved: { nanos: '0' } }])
    expect(totals_by_owner).toEqual(rows)
    const [total] = rows
    expect(nanos(total!.lost)).toBeGreaterThan(0n)
    expect(nanos(total!.charged) + nanos(total!.held_unknown)).toBe(invoice.totals().nanos)
  })

  it.each([
    ['model', ['gpt-image-2', 'gpt-image-2.5-flare']],
    ['tag', ['autumn', 'spring']],
    ['route', ['sandbox']],
    ['day', [today]],
  ] as const)('groups by %s, and the groups add up to the whole', async (group, names) => {
    const { rows, totals_by_owner } = await read(`group=owner,${group}`)
    expect(rows.map((row) => row[group])).toEqual(names)
    for (const member of ['charged', 'lost', 'held_unknown'] as const) expect(addUp(rows, member)).toBe(addUp(totals_by_owner, member))
  })

  it('groups by project and key, naming both by id', async () => {
    const { rows } = await read('group=project,key')
    expect(rows).toMatchObject([{ project: expect.stringMatching(/^prj_/), key: expect.stringMatching(/^key_/) }])
  })

  it('gives its rows a page at a time, with the totals of the whole on each', async () => {
    const whole = await read('group=model,tag')
    const pages: LedgerReply['rows'] = []
    let cursor: string | null = null
    do {
      const page: LedgerReply = await read(`group=model,tag&limit=1${cursor ? `&cursor=${cursor}` : ''}`)
      expect(page.totals_by_owner).toEqual(whole.totals_by_owner)
      pages.push(...page.rows)
      cursor = page.next_cursor
    } while (cursor !== null)
    expect(whole.rows.length).toBe(3)
    expect(pages).toEqual(whole.rows)
  })

  it('keeps to the days it is asked for, both ends included', async () => {
    expect((await read(`from=${today}&to=${today}`)).rows).toHaveLength(1)
    expect((await read('from=2020-01-01&to=2020-12-31')).rows).toEqual([])
    expect((await read('from=2999-01-01')).rows).toEqual([])
  })

  it('shows every line in the order it was booked', async () => {
    const answer = await ledger.fetch('/v2/ledger/entries?limit=1000')
    const { entries } = ledgerEntriesReplySchema.parse(await answer.json()) as LedgerEntriesReply
    const kinds = Map.groupBy(entries, (entry) => entry.generation_id)
    expect([...kinds.values()].map((lines) => [...new Set(lines.map(({ kind }) => kind))].join(' '))).toEqual([
      'reserve release settle',
      'reserve release settle',
      'reserve release settle',
      'reserve release loss',
      'reserve release hold_unknown',
      'reserve release',
    ])
    expect(entries.every((entry) => entry.actor.startsWith('key_') && entry.price_card.startsWith('sandbox-'))).toBe(true)
  })

  it.each([
    ['group=colour', 'group'],
    ['limit=0', 'limit'],
    ['limit=many', 'limit'],
    ['from=yesterday', 'from'],
    ['to=2026-13-45', 'to'],
    ['sort=password', 'sort'],
  ])('refuses ?%s by naming it', async (query, param) => {
    expect(await seeReply(ledger.fetch(`/v2/ledger?${query}`))).toMatchObject({ status: 400, error: { param, outcome: 'not_charged' } })
  })

  it.each(['forged', 'eyJvd25lciI6Im9wZW5haSJ9', 'a'.repeat(2001), '%00', "'%20OR%201=1"])('B123 refuses the cursor %s', async (cursor) => {
    for (const path of ['/v2/ledger', '/v2/ledger/entries', '/v2/unknowns'])
      expect(await seeReply(ledger.fetch(`${path}?cursor=${cursor}`))).toMatchObject({
        status: 400,
        error: { param: 'cursor', outcome: 'not_charged' },
      })
  })

  it('B123 refuses the cursor of another report', async () => {
    const { next_cursor } = await read('group=model&limit=1')
    expect(await seeReply(ledger.fetch(`/v2/ledger?group=tag&cursor=${next_cursor}`))).toMatchObject({
      status: 400,
      error: { param: 'cursor' },
    })
  })
})
