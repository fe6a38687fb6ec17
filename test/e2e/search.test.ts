import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PicturesReply } from '../../src/contract/record.ts'
import { callAs, makeProject } from '../support/admin-calls.ts'
import { postGeneration, promptWith, seeReply, smallCall } from '../support/generation-calls.ts'
import { jobWhen, submitSmall } from '../support/job-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { fetchWith } from '../support/two-tenants.ts'

let gateway: TestGateway
/** Generations of the default project, the oldest first. */
const made: Record<'harbour' | 'fox' | 'poster' | 'job', string> = { harbour: '', fox: '', poster: '', job: '' }
beforeAll(async () => {
  gateway = await startTestGateway()
  made.harbour = await make({ prompt: '夜明けの港、カメラは低く', darkroom: { metadata: { campaign: 'winter: one' } } })
  made.fox = await make({ prompt: 'A red fox in the Café', n: 2 }, { 'x-darkroom-project-tag': 'spring' })
  made.poster = await make({ prompt: 'a poster', size: '1024x1024', output_format: 'webp' })
  made.job = await submitSmall(gateway, { prompt: 'a fox that nobody waits for' })
  await jobWhen(gateway, made.job)
})
afterAll(() => gateway.close())

async function make(change: object, headers: Record<string, string> = {}, on = gateway): Promise<string> {
  const seen = await seeReply(postGeneration(on, change, { headers }))
  expect(seen.status).toBe(200)
  return seen.generationId!
}

async function search(query: Record<string, string>, on: Pick<TestGateway, 'fetch'> = gateway): Promise<PicturesReply> {
  const seen = await seeReply(on.fetch(`/v2/images?${new URLSearchParams(query)}`))
  expect(seen.status).toBe(200)
  return JSON.parse(seen.text)
}
const found = async (query: Record<string, string>, on: Pick<TestGateway, 'fetch'> = gateway) => {
  const generations = (await search(query, on)).images.map(({ generation_id }) => generation_id)
  return [...new Set(generations)]
}
const codeOf = async (query: string, on: Pick<TestGateway, 'fetch'> = gateway) => {
  const { status, error } = await seeReply(on.fetch(`/v2/images?${query}`))
  return [status, error?.code, error?.param]
}

describe('pictures', () => {
  it('are found by whole words of their prompts, in any order, form and script, those of jobs too', async () => {
    expect(await found({ q: 'FOX' })).toEqual([made.job, made.fox])
    expect(await found({ q: 'cafe red' })).toEqual([made.fox])
    expect(await found({ q: '港' })).toEqual([made.harbour])
    expect(await found({ q: '明け ｶﾒﾗ' })).toEqual([made.harbour])
    expect(await found({ q: 'fo' })).toEqual([])
  })

  it('are found by hash, owner, model, size, format, cost, date, tag and labels, and shown with what is known of them', async () => {
    const [image] = (await search({ q: 'poster' })).images
    expect(image).toMatchObject({
      generation_id: made.poster,
      width: 1024,
      height: 1024,
      format: 'webp',
      operation: 'generate',
      surface: 'images',
      model: 'gpt-image-2',
      route_owner: 'darkroom-sandbox',
      quality: 'low',
      book: 'sandbox',
      tag: null,
    })
    expect((await gateway.fetch(new URL(image!.url).pathname)).status).toBe(200)
    const { sha256, cost } = image!
    const queries: Record<string, string>[] = [
      { hash: sha256 },
      { hash: sha256.slice(0, 8).toUpperCase() },
      { size: '1024x1024', owner: 'darkroom-sandbox', model: 'gpt-image-2', route: image!.route_id },
      { format: 'webp', surface: 'images', operation: 'generate' },
      { cost_min: cost.settled.usd, cost_max: cost.settled.usd, size: '1024x1024' },
    ]
    for (const query of queries) expect(await found(query)).toEqual([made.poster])
    expect(await found({ tag: 'spring' })).toEqual([made.fox])
    expect(await found({ metadata: 'campaign:winter: one' })).toEqual([made.harbour])
    expect(await found({ metadata: 'campaign:winter' })).toEqual([])
    expect(await found({ to: '2020-01-01' })).toEqual([])
    expect(await found({ from: new Date(Date.now() - 3_600_000).toISOString() })).toHaveLength(4)
  })

  it('come in pages, the newest first, each once; a cursor of another search is refused', async () => {
    const all = (await search({})).images.map(({ id }) => id)
    expect(all).toHaveLength(5)
    const paged: string[] = []
    let cursor: string | null = null
    do {
      const page: PicturesReply = await search({ limit: '2', ...(cursor === null ? {} : { cursor }) })
      paged.push(...page.images.map(({ id }) => id))
      cursor = page.next_cursor
    } while (cursor !== null)
    expect(paged).toEqual(all)
    const { next_cursor } = await search({ limit: '1' })
    expect(await codeOf(`q=fox&cursor=${next_cursor}`)).toEqual([400, 'invalid_value', 'cursor'])
    expect(await codeOf('cursor=bm9uZQ')).toEqual([400, 'invalid_value', 'cursor'])
  })

  it('of another project are found by nobody else; the admin names the project whose words are looked for', async () => {
    const other = await makeProject(gateway, 'other')
    const asOther = { ...gateway, key: other.key, fetch: fetchWith(gateway, other.key) }
    const theirs = await make({ prompt: 'a fox of others' }, {}, asOther)
    expect([await found({ q: 'fox' }, asOther), await found({}, asOther)]).toEqual([[theirs], [theirs]])
    expect(await found({ q: 'fox' })).not.toContain(theirs)
    const asAdmin = { fetch: fetchWith(gateway, gateway.adminToken) }
    expect(await found({ q: 'others', project: other.project.id }, asAdmin)).toEqual([theirs])
    expect(await found({}, asAdmin)).toEqual([theirs, made.job, made.poster, made.fox, made.harbour])
    expect(await codeOf('q=fox', asAdmin)).toEqual([400, 'invalid_value', 'project'])
    expect(await codeOf(`q=fox&project=${other.project.id}`)).toEqual([404, 'not_found', 'project'])
  })

  it.each([
    ['hash=abc', 'hash'],
    ['hash=zzzz', 'hash'],
    ['size=big', 'size'],
    ['cost_min=-1', 'cost_min'],
    ['from=yesterday', 'from'],
    ['metadata=campaign', 'metadata'],
    ['limit=0', 'limit'],
    ['review=maybe', 'review'],
    ['q=%21%21', 'q'],
    ['owner=a%00b', 'owner'],
    ['q=', 'q'],
  ])('are not looked for by %s', async (query, param) => {
    expect(await codeOf(query)).toEqual([400, 'invalid_value', param])
  })

  it('are found by the state of their review, and by having none', async () => {
    const own = await makeProject(gateway, 'reviewed')
    const asOwn = { ...gateway, key: own.key, fetch: fetchWith(gateway, own.key) }
    const plain = await make({ prompt: 'a plain heron' }, {}, asOwn)
    const looked = await make({ prompt: 'a heron to look at' }, { 'x-darkroom-review': 'required' }, asOwn)
    const reviewOf = async () =>
      ((await (await asOwn.fetch('/v2/reviews')).json()) as { reviews: { id: string; generation_id: string }[] }).reviews
    await expect.poll(reviewOf, { timeout: 20_000 }).toMatchObject([{ generation_id: looked }])
    expect(await found({ review: 'open' }, asOwn)).toEqual([looked])
    expect(await found({ review: 'none' }, asOwn)).toEqual([plain])
    const [review] = await reviewOf()
    const decided = await callAs(gateway, own.key, 'POST', `/v2/reviews/${review!.id}/decision`, { decision: 'rejected', why: 'six toes' })
    expect(decided).toMatchObject({ status: 200 })
    expect([await found({ review: 'rejected', q: 'heron' }, asOwn), await found({ review: 'approved' }, asOwn)]).toEqual([[looked], []])
  })

  it('that failed, were deleted, or whose words were to be kept for a time that is over, are found no more', async () => {
    await seeReply(postGeneration(gateway, { prompt: promptWith('status=400', 'a lynx') }))
    expect(await found({ q: 'lynx' })).toEqual([])
    const own = await makeProject(gateway, 'short')
    await callAs(gateway, gateway.adminToken, 'PATCH', `/v2/projects/${own.project.id}`, { settings: { retention: { prompts_days: 1 } } })
    const asOwn = { ...gateway, key: own.key, fetch: fetchWith(gateway, own.key) }
    const [kept, gone] = [await make({ ...smallCall, prompt: 'a badger' }, {}, asOwn), await make({ prompt: 'a badger' }, {}, asOwn)]
    expect(await found({ q: 'badger' }, asOwn)).toEqual([gone, kept])
    await asOwn.fetch(`/v2/generations/${gone}/images`, { method: 'DELETE' })
    expect(await found({ q: 'badger' }, asOwn)).toEqual([kept])
    const { sql } = gateway.gateway.parts.database
    const words = await gateway.gateway.parts.database.read(
      sql.selectFrom('prompt_words').selectAll().where('generation_id', 'in', [kept, gone]),
    )
    expect(words.map(({ generation_id, delete_after_ms }) => [generation_id, delete_after_ms !== null])).toEqual([
      [kept, true],
      [kept, true],
    ])
  })
})
