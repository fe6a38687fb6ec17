import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDarkroom } from '../../sdk/src/index.ts'
import type { CheckReply, Prompt, PromptDiff, PromptVersion, RenderedPromptReply } from '../../src/contract/record.ts'
import { makeProject } from '../support/admin-calls.ts'
import { valuesIn } from '../support/database-values.ts'
import { readRecord, type SeenReply, seeReply, settledRecord, smallCall } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { fetchWith } from '../support/two-tenants.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const poster = {
  purpose: 'Poster for the spring market in {{town}}',
  requirements: ['A tray of strawberries'],
  texts: [{ text: '春の市 {{year}}', lang: 'ja' }],
  variables: [{ name: 'town' }, { name: 'year', default: '2027' }],
}
const snow = { kind: 'edit', purpose: 'Winter version', change: 'Snow on the roof', keep: ['The door', 'The sign'] }

/** A call without a prompt of its own. */
const { prompt: _, ...bare } = smallCall
const answered = <T>(seen: SeenReply) => JSON.parse(seen.text) as T

async function send(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
  fetch = gateway.fetch,
): Promise<SeenReply> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  return seeReply(fetch(path, { method, ...content, headers: { ...(body && { 'content-type': 'application/json' }), ...headers } }))
}

const make = async (document: object = poster) => answered<Prompt>(await send('POST', '/v2/prompts', { name: 'a prompt', document }))
const render = async (id: string, wish: object) => answered<RenderedPromptReply>(await send('POST', `/v2/prompts/${id}/render`, wish))
const refused = ({ status, error }: SeenReply) => `${status} ${error?.code} ${error?.param}`
const shapeOf = async ({ generationId }: SeenReply) => (await settledRecord(gateway, generationId!)).request_shape

describe('a stored prompt', () => {
  it('is refused by the name of what does not fit', async () => {
    const texts = Array.from({ length: 10_000 }, () => ({ text: 'a', lang: 'en' }))
    const documents: [object, string][] = [
      [{ ...poster, requirments: [] }, '400 unknown_parameter document.requirments'],
      [{ ...poster, texts: [{ text: 'a', lang: 'en', font: 'serif' }] }, '400 unknown_parameter document.texts.0.font'],
      [{ ...poster, texts }, '400 invalid_value document.texts'],
      [{ ...poster, texts: [{ text: 'a' }] }, '400 invalid_value document.texts.0.lang'],
      [{ ...snow, change: ['Snow', 'Night'] }, '400 invalid_value document.change'],
      [{ ...snow, change: undefined }, '400 missing_required_parameter document.change'],
      [{ ...poster, avoid: ['{{colour}}'] }, '400 unknown_prompt_variable document.avoid[0]'],
      [{ purpos: 'A poster' }, '400 unknown_parameter document.purpos'],
      [{}, '400 invalid_value document.purpose'],
    ]
    for (const [document, expected] of documents)
      expect(refused(await send('POST', '/v2/prompts', { name: 'wrong', document }))).toBe(expected)
  })

  it('has versions that stay as they are, each with its hash, and the same again is the same', async () => {
    const first = await make()
    expect(first).toMatchObject({ version: 1, archived_at: null, current: { version: 1, prompt_version: `${first.id}@1` }, warnings: [] })
    const versions = `/v2/prompts/${first.id}/versions`
    const again = await send('POST', versions, { document: { ...Object.fromEntries(Object.entries(poster).reverse()), avoid: [] } })
    expect([again.status, again.headers.get('etag'), answered<Prompt>(again).version]).toEqual([200, '"1"', 1])
    const changed = await send('POST', versions, { document: { ...poster, avoid: ['Rain'] } }, { 'if-match': '"1"' })
    expect([changed.status, changed.headers.get('etag')]).toEqual([201, '"2"'])
    const late = await send('POST', versions, { document: { ...poster, avoid: ['Fog'] } }, { 'if-match': '"1"' })
    expect(refused(late)).toBe('409 prompt_version_conflict If-Match')
    expect(refused(await send('POST', versions, { document: poster }, { 'if-match': 'latest' }))).toBe('400 invalid_value If-Match')
    const back = answered<Prompt>(await send('POST', versions, { document: poster }))
    expect([back.version, back.current.sha256]).toEqual([3, first.current.sha256])
    expect(answered<PromptVersion>(await send('GET', `${versions}/1`))).toEqual(first.current)
    expect(refused(await send('GET', `${versions}/9`))).toBe('404 not_found version')
    expect(answered<{ versions: PromptVersion[] }>(await send('GET', `${versions}?limit=2`))).toMatchObject({
      versions: [{ version: 3 }, { version: 2 }],
      next_cursor: '2',
    })
    const diff = answered<PromptDiff>(await send('GET', `/v2/prompts/${first.id}/diff?from=1&to=2`))
    expect(diff).toMatchObject({ from: { version: 1 }, to: { version: 2 }, changes: [{ member: 'avoid', op: 'added', value: 'Rain' }] })
    expect(answered<PromptDiff>(await send('GET', `/v2/prompts/${first.id}/diff?from=1&to=3`)).changes).toEqual([])
  })

  it('takes what several send at once without a condition one after the other', async () => {
    const { id } = await make()
    const sent = Array.from({ length: 5 }, (_, place) => ({ document: { ...poster, avoid: [`Thing ${place}`] } }))
    const answers = await Promise.all(sent.map((body) => send('POST', `/v2/prompts/${id}/versions`, body)))
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(201))
    expect((await answered<Prompt>(await send('GET', `/v2/prompts/${id}`))).version).toBe(6)
  })

  it('belongs to its project, and is no secret that the database could tell', async () => {
    const { id } = await make({ purpose: 'A canary named Zwitschermeister' })
    const stranger = await makeProject(gateway, 'stranger')
    const theirs = fetchWith(gateway, stranger.key)
    expect(refused(await send('GET', `/v2/prompts/${id}`, undefined, {}, theirs))).toBe('404 not_found id')
    const call = { ...bare, darkroom: { prompt: { id } } }
    expect(refused(await send('POST', '/v1/images/generations', call, {}, theirs))).toBe('404 not_found darkroom.prompt.id')
    expect(answered<{ prompts: object[] }>(await send('GET', '/v2/prompts', undefined, {}, theirs)).prompts).toEqual([])
    await send('POST', '/v1/images/generations', call)
    const values = await valuesIn(gateway.gateway.parts.database)
    expect(values.some(({ text }) => text.includes(id))).toBe(true)
    expect(values.filter(({ text }) => text.includes('Zwitschermeister'))).toEqual([])
    // Free pages and the log, where the database is the folder's own.
    const files = (await readdir(gateway.dataFolder)).filter((name) => name.startsWith('darkroom.db'))
    const contents = await Promise.all(files.map((name) => readFile(join(gateway.dataFolder, name), 'latin1')))
    expect(contents.some((content) => content.includes(id))).toBe(gateway.gateway.parts.database.dialect === 'sqlite')
    expect(contents.some((content) => content.includes('Zwitschermeister'))).toBe(false)
  })

  it('takes part in nothing new while it is archived', async () => {
    const { id } = await make({ purpose: 'A fox' })
    expect(answered<Prompt>(await send('POST', `/v2/prompts/${id}/archive`)).archived_at).not.toBeNull()
    const call = { ...bare, darkroom: { prompt: { id } } }
    expect(refused(await send('POST', '/v1/images/generations', call))).toBe('409 prompt_archived darkroom.prompt.id')
    expect(refused(await send('POST', `/v2/prompts/${id}/versions`, { document: poster }))).toBe('409 prompt_archived id')
    expect((await send('GET', `/v2/prompts/${id}/versions/1`)).status).toBe(200)
    const archived = answered<{ prompts: { id: string }[] }>(await send('GET', '/v2/prompts?archived=true')).prompts
    expect(archived.map((prompt) => prompt.id)).toEqual([id])
    expect(answered<Prompt>(await send('POST', `/v2/prompts/${id}/restore`)).archived_at).toBeNull()
    expect((await send('POST', '/v1/images/generations', call)).status).toBe(200)
  })
})

describe('a call that names a stored prompt', () => {
  const variables = { town: 'Uji' }

  it('sends what the prompt renders to, by any door, and its record says which version that was', async () => {
    const { id } = await make()
    const { text, prompt_sha256, prompt_version, texts } = await render(id, { variables })
    expect(text).toContain('Poster for the spring market in Uji')
    expect(texts).toEqual([{ text: '春の市 2027', lang: 'ja' }])
    const darkroom = { prompt: { id, variables } }
    const expected = { prompt_sha256, prompt_version: `${id}@1` }
    expect(prompt_version).toBe(`${id}@1`)

    const generated = await send('POST', '/v1/images/generations', { ...bare, darkroom })
    expect(await shapeOf(generated)).toMatchObject(expected)

    const job = answered<{ jobId: string }>(await send('POST', '/v2/images/generate', { request: { ...bare, darkroom } }))
    expect((await settledRecord(gateway, await ended(job.jobId))).request_shape).toMatchObject(expected)

    const tools = [{ type: 'image_generation', size: '1024x640', quality: 'low' }]
    const response = await send('POST', '/v1/responses', { model: 'gpt-5.4', tools, darkroom })
    expect(await shapeOf(response)).toMatchObject(expected)
    const dataUrl = `data:image/png;base64,${(await picture()).toString('base64')}`
    const input = [{ role: 'user', content: [{ type: 'input_image', image_url: dataUrl }] }]
    const seeing = await send('POST', '/v1/responses', { model: 'gpt-5.4', tools, input, darkroom })
    expect([seeing.status, seeing.error]).toEqual([200, null])
    expect(await shapeOf(seeing)).toMatchObject({ ...expected, input_image_count: 1 })

    const bulk = answered<{ id: string }>(await send('POST', '/v2/jobs/bulk', { items: [{ ...bare, darkroom }] }))
    const made = await bulkChild(bulk.id)
    expect((await settledRecord(gateway, made)).request_shape).toMatchObject(expected)
  })

  it('edits by a document of kind edit, as JSON and as a form', async () => {
    const { id } = await make(snow)
    const { prompt_sha256 } = await render(id, {})
    const expected = { prompt_sha256, prompt_version: `${id}@1` }
    const pixels = await picture()
    const asJson = { ...bare, images: [{ image_url: `data:image/png;base64,${pixels.toString('base64')}` }], darkroom: { prompt: { id } } }
    expect(await shapeOf(await send('POST', '/v1/images/edits', asJson))).toMatchObject(expected)
    const form = new FormData()
    for (const [name, value] of Object.entries(bare)) form.append(name, value)
    form.append('image', new Blob([new Uint8Array(pixels)], { type: 'image/png' }), 'source.png')
    const asForm = seeReply(gateway.fetch('/v1/images/edits', { method: 'POST', body: form, headers: { 'x-darkroom-prompt': `${id}@1` } }))
    expect(await shapeOf(await asForm)).toMatchObject(expected)
    const drawn = await send('POST', '/v1/images/generations', { ...bare, darkroom: { prompt: { id } } })
    expect(refused(drawn)).toBe('400 invalid_value darkroom.prompt.id')
  })

  it('uses the newest version of the moment unless it names one, and goes on with that', async () => {
    const { id } = await make({ purpose: 'A fox' })
    await send('POST', `/v2/prompts/${id}/versions`, { document: { purpose: 'A red fox' } })
    const call = (prompt: object) => send('POST', '/v1/images/generations', { ...bare, darkroom: { prompt: { id, ...prompt } } })
    expect(await shapeOf(await call({}))).toMatchObject({ prompt_version: `${id}@2` })
    expect(await shapeOf(await call({ version: 1 }))).toMatchObject({ prompt_version: `${id}@1` })
    expect(refused(await call({ version: 3 }))).toBe('404 not_found darkroom.prompt.version')
    const start_at = new Date(Date.now() + 3_600_000).toISOString()
    const waiting = await send('POST', '/v2/images/generate', { request: { ...bare, darkroom: { prompt: { id } } }, start_at })
    await send('POST', `/v2/prompts/${id}/versions`, { document: { purpose: 'A blue fox' } })
    const job = answered<{ jobId: string }>(waiting).jobId
    expect((await readRecord(gateway, job)).request_shape).toMatchObject({ prompt_version: `${id}@2` })
    await send('POST', `/v2/jobs/${job}/cancel`)
    const retried = answered<{ jobId: string }>(await send('POST', `/v2/jobs/${job}/retry`, {})).jobId
    expect((await settledRecord(gateway, await ended(retried))).request_shape).toMatchObject({ prompt_version: `${id}@2` })
  })

  it('is the same call whichever way it names the prompt, and another one with other values', async () => {
    const { id } = await make()
    const key = { 'idempotency-key': 'one-poster' }
    const document = { ...poster, variables: [{ name: 'town', default: 'Uji' }, ...poster.variables.slice(1)] }
    await send('POST', `/v2/prompts/${id}/versions`, { document })
    const first = await send('POST', '/v1/images/generations', { ...bare, darkroom: { prompt: { id } } }, key)
    const again = await send('POST', '/v1/images/generations', bare, { ...key, 'x-darkroom-prompt': `${id}@2` })
    expect([again.generationId, again.headers.get('idempotent-replayed')]).toEqual([first.generationId, 'true'])
    const other = await send('POST', '/v1/images/generations', { ...bare, darkroom: { prompt: { id, variables: { town: 'Kyoto' } } } }, key)
    expect(refused(other)).toBe('422 idempotency_key_reused Idempotency-Key')
  })

  it.each<[string, object, Record<string, string>, string]>([
    ['a prompt of its own', { prompt: 'a fox' }, {}, '400 invalid_value prompt'],
    ['a variable too few', { darkroom: { prompt: { variables: {} } } }, {}, '400 missing_prompt_variable darkroom.prompt.variables.town'],
    [
      'a variable too many',
      { darkroom: { prompt: { variables: { ...variables, tone: 'x' } } } },
      {},
      '400 unknown_prompt_variable darkroom.prompt.variables.tone',
    ],
    ['another prompt in the header', {}, { 'x-darkroom-prompt': 'prm_other@1' }, '400 both_spellings x-darkroom-prompt'],
    [
      'values beyond what a prompt may be',
      { darkroom: { prompt: { variables: { town: 'x'.repeat(2001) } } } },
      {},
      '400 invalid_value darkroom.prompt.variables.town',
    ],
    ['an id of nothing', { darkroom: { prompt: { id: 'hero', variables } } }, {}, '404 not_found darkroom.prompt.id'],
  ])('is refused with %s, as the check says beforehand', async (_what, change, headers, expected) => {
    const { id } = await make()
    const wish = change as { darkroom?: { prompt: object } }
    const body = { ...bare, ...change, darkroom: { prompt: { id, variables, ...wish.darkroom?.prompt } } }
    const answer = await send('POST', '/v1/images/generations', body, headers)
    expect(refused(answer)).toBe(expected)
    const { refusals } = answered<CheckReply>(await send('POST', '/v2/check?operation=generate', body, headers))
    expect(`${refusals[0]!.status} ${refusals[0]!.error.code} ${refusals[0]!.error.param}`).toBe(expected)
  })

  it('is refused by an assistant whose input says something itself', async () => {
    const { id } = await make({ purpose: 'A fox' })
    const tools = [{ type: 'image_generation' }]
    const answer = await send('POST', '/v1/responses', { model: 'gpt-5.4', input: 'Draw', tools, darkroom: { prompt: { id } } })
    expect(refused(answer)).toBe('400 invalid_value input')
  })

  it('costs what the same words cost', async () => {
    const { id } = await make()
    const { text } = await render(id, { variables })
    const price = async (request: object) => answered<{ expected: object }>(await send('POST', '/v2/estimate', { request })).expected
    expect(await price({ ...bare, darkroom: { prompt: { id, variables } } })).toEqual(await price({ ...bare, prompt: text }))
  })

  it('keeps a bulk from being taken where one of its items names a prompt that cannot be used', async () => {
    const { id } = await make({ purpose: 'A fox' })
    const items = [
      { ...bare, darkroom: { prompt: { id } } },
      { ...bare, darkroom: { prompt: { id, version: 7 } } },
    ]
    expect(refused(await send('POST', '/v2/jobs/bulk', { items }))).toBe('400 invalid_bulk items[1].darkroom.prompt.version')
  })
})

describe('a document that is not kept', () => {
  it('is rendered as it would be once it is, and refused where it could not be kept', async () => {
    const draft = (document: object, variables = {}) => send('POST', '/v2/prompts/render', { document, variables })
    const { id } = await make(snow)
    const { prompt_version: _version, ...kept } = await render(id, {})
    expect(answered(await draft(snow))).toEqual(kept)
    expect(refused(await draft({ purpose: 'A {{colour}} fox' }))).toBe('400 unknown_prompt_variable document.purpose')
    expect(answered<{ text: string }>(await draft({ purpose: 'A {{c}} fox', variables: [{ name: 'c' }] }, { c: 'red' })).text).toBe(
      'A red fox',
    )
  })
})

describe('a look through', () => {
  const codes = (seen: SeenReply) => answered<CheckReply>(seen).warnings.map(({ code, param }) => `${code} ${param}`)

  it('remarks on a plain prompt and on a document, and refuses what is neither', async () => {
    const prompt = 'Change the sky to dusk and remove the car'
    const lint = (body: object) => send('POST', '/v2/prompts/lint', body)
    expect(codes(await lint({ prompt, operation: 'edit' }))).toEqual(['several_changes prompt', 'edit_without_keep prompt'])
    expect(codes(await lint({ prompt: 'A fox, 16:9', size: '1024x1024' }))).toEqual(['prompt_contradicts_size prompt'])
    expect(codes(await lint({ prompt: 'A logo on a transparent background' }))).toEqual(['transparency_in_prompt prompt'])
    expect(codes(await lint({ document: { ...snow, keep: [] } }))).toEqual(['edit_without_keep document.keep'])
    expect(refused(await lint({}))).toBe('400 invalid_value null')
    expect(refused(await lint({ document: { ...snow, colour: 'red' } }))).toBe('400 unknown_parameter document.colour')
  })

  it('is part of the check of a call, and never of the call', async () => {
    const call = { ...bare, prompt: 'A fox in portrait orientation' }
    expect(codes(await send('POST', '/v2/check?operation=generate', call))).toEqual(['prompt_contradicts_size prompt'])
    const { id } = await make({ purpose: 'A fox', constraints: ['In portrait orientation'] })
    const stored = await send('POST', '/v2/check?operation=generate', { ...bare, darkroom: { prompt: { id } } })
    expect(codes(stored)).toEqual(['prompt_contradicts_size darkroom.prompt.constraints[0]'])
    const strict = await send('POST', '/v1/images/generations', call, { 'x-darkroom-strict': 'true' })
    expect([strict.status, (await settledRecord(gateway, strict.generationId!)).warnings]).toEqual([200, []])
  })
})

describe('the client', () => {
  it('keeps, compares, renders, looks through and calls by stored prompts', async () => {
    const darkroom = createDarkroom({ baseUrl: gateway.url, key: gateway.key })
    const made = await darkroom.prompts.create({ name: 'fox', document: { purpose: 'A {{colour}} fox', variables: [{ name: 'colour' }] } })
    const document = { ...made.current.document, avoid: ['Snow'] }
    const next = await darkroom.prompts.addVersion(made.id, document, { ifMatch: made.version })
    expect(next.version).toBe(2)
    await expect(darkroom.prompts.addVersion(made.id, { purpose: 'x' }, { ifMatch: 1 })).rejects.toMatchObject({
      code: 'prompt_version_conflict',
    })
    expect((await darkroom.prompts.diff(made.id)).changes).toEqual([{ member: 'avoid', op: 'added', value: 'Snow' }])
    const rendered = await darkroom.prompts.render(made.id, { variables: { colour: 'red' } })
    expect(rendered.text).toContain('A red fox')
    const result = await darkroom.generate({ ...bare, darkroom: { prompt: { id: made.id, variables: { colour: 'red' } } } })
    expect((await result.record()).request_shape).toMatchObject({ prompt_version: `${made.id}@2`, prompt_sha256: rendered.prompt_sha256 })
    expect((await darkroom.prompts.lint({ prompt: 'A transparent background' })).warnings).toHaveLength(1)
    expect((await darkroom.prompts.archive(made.id)).archived_at).not.toBeNull()
    expect((await darkroom.prompts.list({ archived: 'true' })).prompts.map(({ id }) => id)).toContain(made.id)
    expect((await darkroom.prompts.restore(made.id)).archived_at).toBeNull()
  })
})

/** A small picture of the gateway's own making. */
async function picture(): Promise<Buffer> {
  const reply = answered<{ data: { b64_json: string }[] }>(await send('POST', '/v1/images/generations', smallCall))
  return Buffer.from(reply.data[0]!.b64_json, 'base64')
}

/** Waits for the events of a job to end. */
async function ended(jobId: string): Promise<string> {
  await (await gateway.fetch(`/v2/jobs/${jobId}/events`)).text()
  return jobId
}

/** The generation that a bulk of one item came to. */
async function bulkChild(id: string): Promise<string> {
  for (;;) {
    const { items } = answered<{ items: { job_id: string | null }[] }>(await send('GET', `/v2/jobs/bulk/${id}/items`))
    const jobId = items[0]!.job_id
    if (jobId !== null) return ended(jobId)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
