import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckReply, LedgerReply, ProjectReply } from '../../src/contract/record.ts'
import { httpRoutes } from '../../src/http/routes/index.ts'
import { callAs, makeBudget, makeKey, makeProject } from '../support/admin-calls.ts'
import { postGeneration, promptWith, type SeenReply, seeReply, smallCall } from '../support/generation-calls.ts'
import { movedClock } from '../support/moved-clock.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway
const clock = movedClock()

beforeAll(async () => {
  gateway = await startTestGateway({ clock })
})
afterAll(() => gateway.close())

const asAdmin = <Answer>(method: string, path: string, body?: object) => callAs<Answer>(gateway, gateway.adminToken, method, path, body)
const call = (key: string, change: object = {}): Promise<SeenReply> =>
  seeReply(postGeneration(gateway, change, { headers: { authorization: `Bearer ${key}` } }))

/** What check and estimate say of a call, as statuses and codes. */
async function foretold(key: string, change: object = {}): Promise<(string | number | null)[]> {
  const request = { ...smallCall, ...change }
  const check = (await callAs<CheckReply>(gateway, key, 'POST', '/v2/check', request)).json
  const estimate = await callAs(gateway, key, 'POST', '/v2/estimate', { request })
  return [check.refusals[0]?.status ?? 200, check.refusals[0]?.error.code ?? null, estimate.status, estimate.error?.code ?? null]
}

describe('what a project allows', () => {
  it.each([
    ['a model', { models: ['gpt-image-1-mini'] }, {}, 'model'],
    ['a size', { sizes: ['auto', '1024x1024'] }, {}, 'size'],
    ['quality auto, which it does not list', { qualities: ['low', 'medium'] }, { quality: 'auto' }, 'quality'],
    ['more pictures at once than a minute has', { images_per_minute: 2 }, { n: 3 }, 'n'],
  ])('refuses %s before anything is reserved or sent, and check and estimate say the same', async (what, settings, change, param) => {
    const { key } = await makeProject(gateway, what, settings)
    expect(await foretold(key, change)).toEqual([403, 'not_allowed_by_project', 403, 'not_allowed_by_project'])
    const posts = gateway.gateway.sandbox!.calls.posts()
    const seen = await call(key, change)
    expect(seen).toMatchObject({
      status: 403,
      generationId: null,
      error: { code: 'not_allowed_by_project', param, outcome: 'not_charged' },
    })
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(posts)
  })

  it('shuts a surface, and reads the models of an assistant call one by one', async () => {
    const body = { model: 'gpt-5.6', input: 'a fox', tools: [{ type: 'image_generation', model: 'gpt-image-2' }] }
    const closed = await makeProject(gateway, 'images only', { surfaces: ['images'] })
    expect(await callAs(gateway, closed.key, 'POST', '/v1/responses', body)).toMatchObject({ status: 403, error: { param: null } })
    const oneModel = await makeProject(gateway, 'one model', { models: ['gpt-image-2'] })
    expect(await callAs(gateway, oneModel.key, 'POST', '/v1/responses', body)).toMatchObject({ status: 403, error: { param: 'model' } })
    const check = (await callAs<CheckReply>(gateway, oneModel.key, 'POST', '/v2/check?operation=respond', body)).json
    expect(check.refusals.map(({ status, error }) => [status, error.code])).toEqual([[403, 'not_allowed_by_project']])
  })

  it('ends at the price ceiling, with both amounts named', async () => {
    const { key } = await makeProject(gateway, 'thrifty', { price_ceiling_usd: '0.01' })
    expect((await call(key)).status).toBe(200)
    expect(await foretold(key, { quality: 'high' })).toEqual([402, 'price_ceiling_exceeded', 402, 'price_ceiling_exceeded'])
    expect((await call(key, { quality: 'high' })).error).toMatchObject({
      code: 'price_ceiling_exceeded',
      next_action: 'downgrade',
      ceiling: { usd: '0.01' },
      estimate: { usd: expect.stringMatching(/^0\.\d+$/) },
    })
  })

  it('reads quality auto as it was told to', async () => {
    const { key, project } = await makeProject(gateway, 'auto')
    const reserve = async () => {
      const { json } = await callAs<{ reserve: { nanos: string } }>(gateway, key, 'POST', '/v2/estimate', {
        request: { ...smallCall, quality: 'auto' },
      })
      return BigInt(json.reserve.nanos)
    }
    const dearest = await reserve()
    await asAdmin('PATCH', `/v2/projects/${project.id}`, { settings: { auto_quality: 'low' } })
    expect(await reserve()).toBeLessThan(dearest / 2n)
    const reply = await call(key, { quality: 'auto' })
    expect(reply.status).toBe(200)
  })

  it('counts a Responses call at its own ceiling', async () => {
    const { key } = await makeProject(gateway, 'small talk', { responses_ceiling_usd: '3' })
    const request = { model: 'gpt-5.6', input: 'a fox', tools: [{ type: 'image_generation' }] }
    const { json } = await callAs<{ reserve: { usd: string } }>(gateway, key, 'POST', '/v2/estimate', { operation: 'respond', request })
    // No card prices this main model: the ceiling stands for it, and the picture comes on top.
    expect(json.reserve.usd).toMatch(/^3\./)
  })
})

describe('the pace of a project', () => {
  it('B76 is so many pictures a minute, whoever asks at once, with the time to wait', async () => {
    const { key } = await makeProject(gateway, 'slow', { images_per_minute: 5 })
    const seen = await Promise.all(Array.from({ length: 12 }, () => call(key)))
    expect(seen.filter(({ status }) => status === 200)).toHaveLength(5)
    const refused = seen.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(7)
    for (const { error, headers } of refused) {
      expect(error).toMatchObject({ code: 'project_rate_limited', outcome: 'not_charged', next_action: 'retry' })
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60)
    }
    expect(await foretold(key)).toEqual([429, 'project_rate_limited', 429, 'project_rate_limited'])
    clock.move(61_000)
    expect((await call(key)).status).toBe(200)
  })

  it('B76 is so many calls at once, and a place is free when one has ended', async () => {
    const { key } = await makeProject(gateway, 'one by one', { concurrent_calls: 2 })
    const slow = () => call(key, { prompt: promptWith('latency=300') })
    const seen = await Promise.all(Array.from({ length: 8 }, slow))
    expect(seen.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429, 429, 429, 429])
    expect((await call(key)).status).toBe(200)
  })
})

describe('a project', () => {
  it('is made, shown, changed and listed; settings that are not named stay', async () => {
    const { project } = await makeProject(gateway, 'changing', { models: ['gpt-image-2'], price_ceiling_usd: '0.5' })
    expect(project.settings).toMatchObject({ models: ['gpt-image-2'], price_ceiling_usd: '0.5', images_per_minute: null })
    const changed = await asAdmin<ProjectReply>('PATCH', `/v2/projects/${project.id}`, {
      name: 'changed',
      settings: { models: null, images_per_minute: 7 },
    })
    expect(changed.json).toMatchObject({ name: 'changed', settings: { models: null, price_ceiling_usd: '0.5', images_per_minute: 7 } })
    expect((await asAdmin<ProjectReply>('GET', `/v2/projects/${project.id}`)).json).toEqual(changed.json)
    const { projects } = (await asAdmin<{ projects: ProjectReply[] }>('GET', '/v2/projects')).json
    expect(projects.map(({ name }) => name)).toEqual(expect.arrayContaining(['default', 'changed']))
  })

  it('opens nothing while it is archived, and again when it is taken back', async () => {
    const { project, key } = await makeProject(gateway, 'old work')
    expect((await call(key)).status).toBe(200)
    await asAdmin('PATCH', `/v2/projects/${project.id}`, { archived: true })
    expect(await call(key)).toMatchObject({ status: 401, error: { code: 'invalid_api_key' } })
    expect((await asAdmin('POST', '/v2/keys', { name: 'x', project_id: project.id })).status).toBe(404)
    await asAdmin('PATCH', `/v2/projects/${project.id}`, { archived: false })
    expect((await call(key)).status).toBe(200)
  })

  it.each([
    ['a name that is taken', 'POST', '', { name: 'default' }, 'name'],
    ['no name', 'POST', '', { name: ' ' }, 'name'],
    ['an unknown setting', 'POST', '', { name: 'x', settings: { model: [] } }, 'settings.model'],
    ['a limit of nothing', 'POST', '', { name: 'x', settings: { concurrent_calls: 0 } }, 'settings.concurrent_calls'],
    ['a price in numbers', 'POST', '', { name: 'x', settings: { price_ceiling_usd: 1 } }, 'settings.price_ceiling_usd'],
    ['the archiving of the default one', 'PATCH', 'default', { archived: true }, 'archived'],
    ['a change of none', 'PATCH', 'prj_0', { name: 'y' }, 'id'],
  ])('with %s is refused', async (_what, method, which, body, param) => {
    const id = which === 'default' ? gateway.gateway.parts.access.defaultProjectId : which
    const answer = await asAdmin(method, `/v2/projects${id && `/${id}`}`, body)
    expect([answer.status < 500, answer.error?.param]).toEqual([true, param])
  })
})

describe('a key that is replaced', () => {
  const rotate = (id: string, overlap_seconds: number) =>
    asAdmin<{ id: string; key: string }>('POST', `/v2/keys/${id}/rotate`, { overlap_seconds })

  it('works beside the new one for the overlap and no longer', async () => {
    const { key, keyId } = await makeProject(gateway, 'rotating')
    const { json: next } = await rotate(keyId, 60)
    expect([(await call(key)).status, (await call(next.key)).status]).toEqual([200, 200])
    clock.move(50_000)
    expect((await call(key)).status).toBe(200)
    clock.move(10_000)
    expect(await call(key)).toMatchObject({ status: 401 })
    expect((await call(next.key)).status).toBe(200)
  })

  it('is one of at most two of its chain that work', async () => {
    const { keyId } = await makeProject(gateway, 'chain')
    const second = (await rotate(keyId, 3600)).json
    for (const id of [keyId, second.id]) expect(await rotate(id, 3600)).toMatchObject({ status: 409, error: { code: 'key_rotation_open' } })
    await asAdmin('DELETE', `/v2/keys/${keyId}`)
    const third = await rotate(second.id, 0)
    expect(third.status).toBe(201)
    expect((await rotate(second.id, 0)).status).toBe(404)
    const { keys } = (await asAdmin<{ keys: { id: string; expires_at: string | null; project_id: string }[] }>('GET', '/v2/keys')).json
    expect(keys.find(({ id }) => id === second.id)!.expires_at).toMatch(/^\d{4}-/)
    expect(keys.find(({ id }) => id === third.json.id)!.expires_at).toBeNull()
  })

  it('twice at once is replaced once', async () => {
    const { keyId } = await makeProject(gateway, 'twice')
    const statuses = (await Promise.all([rotate(keyId, 60), rotate(keyId, 60), rotate(keyId, 60)])).map(({ status }) => status)
    expect(statuses.sort()).toEqual([201, 409, 409])
  })
})

describe('spend', () => {
  it('is grouped by project, key and tag; labels of the call stand in its record', async () => {
    const { project, key, keyId } = await makeProject(gateway, 'labelled')
    const metadata = { campaign: 'spring', shot: '12' }
    const headers = { authorization: `Bearer ${key}`, 'x-darkroom-project-tag': 'posters' }
    const seen = await seeReply(postGeneration(gateway, { user: 'u-7', darkroom: { metadata } }, { headers }))
    expect(seen.status).toBe(200)
    const record = await callAs(gateway, key, 'GET', `/v2/generations/${seen.generationId}`)
    expect(record.json).toMatchObject({ metadata, project_tag: 'posters' })
    const ledger = (await callAs<LedgerReply>(gateway, key, 'GET', '/v2/ledger?group=project,key,tag')).json
    expect(ledger.rows).toMatchObject([{ project: project.id, key: keyId, tag: 'posters', calls: 1 }])
    expect(gateway.gateway.sandbox!.calls.posts()).toBeGreaterThan(0)
    const flood = Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`k${at}`, 'v']))
    expect(await call(key, { darkroom: { metadata: flood } })).toMatchObject({ status: 400, error: { param: 'darkroom.metadata' } })
    expect(await call(key, { darkroom: { metadata: { nested: {} } } })).toMatchObject({
      status: 400,
      error: { param: 'darkroom.metadata.nested' },
    })
  })
})

describe('what belongs to a project', () => {
  it('is read by its own keys and does not exist for anybody else’s, on every route of projects, keys and budgets', async () => {
    const mine = await makeProject(gateway, 'mine')
    const stranger = await makeProject(gateway, 'stranger')
    const budget = await makeBudget(gateway, { project_id: mine.project.id, limit_usd: '1' })
    const ids = { projects: mine.project.id, budgets: budget.id, keys: mine.keyId }
    const routes = httpRoutes.filter(({ path }) => /^\/v2\/(?:projects|budgets|keys)/.test(path))
    expect(routes.length).toBeGreaterThanOrEqual(13)
    const body = (method: string) => (method === 'POST' || method === 'PATCH' ? { name: 'taken over' } : undefined)
    const answers: string[] = []
    for (const { method, path } of routes) {
      const place = path.replace('{id}', ids[path.split('/')[2] as keyof typeof ids])
      const theirs = await callAs(gateway, stranger.key, method, place, body(method))
      expect(theirs.text).not.toMatch(new RegExp(`${mine.project.id}|${budget.id}|${mine.keyId}`))
      const own = await callAs(gateway, mine.key, method, place, body(method))
      answers.push(`${method} ${path} ${theirs.status} ${own.status}`)
      expect((await fetch(gateway.url + place, { method })).status).toBe(401)
    }
    expect(answers.sort()).toEqual(
      [
        'GET /v2/budgets 200 200',
        'GET /v2/budgets/{id} 404 200',
        'GET /v2/projects 200 200',
        'GET /v2/projects/{id} 404 200',
        ...['POST /v2/budgets', 'PATCH /v2/budgets/{id}', 'DELETE /v2/budgets/{id}', 'POST /v2/projects', 'PATCH /v2/projects/{id}'].map(
          (route) => `${route} 404 404`,
        ),
        ...['GET /v2/keys', 'POST /v2/keys', 'POST /v2/keys/{id}/rotate', 'DELETE /v2/keys/{id}'].map((route) => `${route} 404 404`),
      ].sort(),
    )
    expect((await callAs(gateway, stranger.key, 'GET', `/v2/budgets?project_id=${mine.project.id}`)).json).toEqual({ budgets: [] })
    expect((await callAs<ProjectReply>(gateway, gateway.adminToken, 'GET', `/v2/projects/${mine.project.id}`)).json.name).toBe('mine')
  })

  it('counts the calls of all its keys against one limit', async () => {
    const { project, key } = await makeProject(gateway, 'shared', { images_per_minute: 2 })
    const other = await makeKey(gateway, project.id)
    expect([(await call(key)).status, (await call(other.key)).status, (await call(key)).status]).toEqual([200, 200, 429])
  })
})
