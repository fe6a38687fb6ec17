import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backup } from '../../src/db/index.ts'
import { systemClock } from '../../src/primitives/clock.ts'
import type { ImageProvider } from '../../src/providers/index.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { callAs } from '../support/admin-calls.ts'
import { type Canaries, canariesIn, canariesInFiles, startParrot } from '../support/canaries.ts'
import { tablesIn, valuesIn } from '../support/database-values.ts'
import { promptWith, type SeenReply, seeReply, settledRecord, smallCall } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { nothingToLookAt } from './data-folder-state.ts'
import { withChunk } from './odd-pictures.ts'
import { room } from './raw-edits.ts'

const mark = (what: string) => `canary-${what}-${randomBytes(9).toString('hex')}`

/** Secrets of the operator: nowhere but in the files that keep them. */
const secrets = {
  'upstream key': mark('upstream'),
  'usage key': mark('usage'),
  'stored key': mark('stored'),
  'admin token': mark('admin-token'),
  'master key': randomBytes(32).toString('base64'),
  'webhook secret': mark('webhook'),
}
/** What callers say and send: in the sealed documents and in the store, nowhere in the open. */
const said = { prompt: mark('prompt'), 'input file': mark('bytes') }
/** Labels of a call: in its record, and nowhere that others read. */
const labels = { user: mark('user'), metadata: mark('metadata'), tag: mark('tag') }

/** One route for each, so that none is closed because of another. */
const faultsOfParrot = [
  'status=400',
  'status=401',
  'status=429',
  'status=500',
  'html status=500',
  'html status=502',
  'halfway',
  'nonsense',
  'events',
]

const yaml = (sandbox: string, parrot: string) => `version: 1
outbound: { allow: ['${parrot}'] }
routes:
  - id: good
    owner: darkroom-sandbox
    kind: provider
    base_url: ${sandbox}/v1
    key: { env: UPSTREAM_KEY }
    usage_api: { key: { env: USAGE_KEY }, exclusive: true }
${faultsOfParrot.map((_, at) => `  - { id: parrot-${at}, owner: darkroom-sandbox, kind: provider, base_url: '${parrot}/v1', key: { ${at === 1 ? 'secret: stored' : 'env: UPSTREAM_KEY'} } }`).join('\n')}
  - { id: nowhere, owner: darkroom-sandbox, kind: provider, base_url: 'https://nowhere.invalid/v1', key: { env: UPSTREAM_KEY } }
`

let darkroom: TestGateway
let parrot: Awaited<ReturnType<typeof startParrot>>
let sandbox: Sandbox
/** What was logged, at the level that says most, and what was answered other than pictures. */
const log: string[] = []
const answers: string[] = []
let all: Canaries

const picture = () => withChunk(room, 'tEXt', Buffer.from(`Comment\0${said['input file']}${'x'.repeat(3000)}`))
const prompt = (faults: string) => promptWith(faults, `a fox ${said.prompt}`)

async function post(path: string, body: object | FormData, headers: Record<string, string> = {}): Promise<SeenReply> {
  const isForm = body instanceof FormData
  const seen = await seeReply(
    darkroom.fetch(path, {
      method: 'POST',
      body: isForm ? body : JSON.stringify(body),
      headers: { ...(isForm ? {} : { 'content-type': 'application/json' }), 'x-darkroom-project-tag': labels.tag, ...headers },
    }),
  )
  answers.push(JSON.stringify([...seen.headers]), seen.status === 200 ? '' : seen.text, JSON.stringify(seen.error))
  return seen
}

const generate = (route: string, faults: string, change: object = {}) =>
  post(
    '/v1/images/generations',
    { ...smallCall, prompt: prompt(faults), user: labels.user, darkroom: { metadata: { label: labels.metadata } }, ...change },
    { 'x-darkroom-route': route },
  )

const dataUrl = () => `data:image/png;base64,${picture().toString('base64')}`
const editJson = (route: string, image: string, faults = '') =>
  post('/v1/images/edits', { ...smallCall, prompt: prompt(faults), images: [{ image_url: image }] }, { 'x-darkroom-route': route })
function editForm(route: string, change: Record<string, string> = {}) {
  const form = new FormData()
  for (const [name, value] of Object.entries({ ...smallCall, prompt: prompt(''), ...change })) form.append(name, value)
  form.append('image', new Blob([new Uint8Array(picture())]), 'room.png')
  return post('/v1/images/edits', form, { 'x-darkroom-route': route })
}
const respond = (route: string, faults: string, change: object = {}) =>
  post(
    '/v1/responses',
    {
      model: 'gpt-5.4',
      instructions: said.prompt,
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: prompt(faults) },
            { type: 'input_image', image_url: dataUrl() },
          ],
        },
      ],
      tools: [{ type: 'image_generation', size: '1024x640', quality: 'low' }],
      ...change,
    },
    { 'x-darkroom-route': route },
  )

/** A receiver that repeats what it is sent, and a secret that its owner brought along. */
async function tellReceiver(): Promise<void> {
  const secret = `whsec_${Buffer.from(secrets['webhook secret']).toString('base64')}`
  const send = (path: string, body: object) => callAs<{ id: string }>(darkroom, darkroom.adminToken, 'POST', `/v2/webhooks${path}`, body)
  const { id } = (await send('', { url: `${parrot.url}/hook`, secret, style: 'unified' })).json
  const said = [
    await send(`/${id}/test`, {}),
    await send(`/${id}/rotate`, {}),
    await send('', { url: parrot.url, secret: secret.slice(0, 20) }),
  ]
  answers.push(...said.map(({ text }) => text))
}

/** A fault of ours that holds all that it can get hold of. */
async function failInside(): Promise<void> {
  const providers = darkroom.gateway.parts.providers as Map<string, ImageProvider>
  const whole = providers.get('openai')!
  const broken = { ...whole }
  broken.dispatch = (call: unknown) => {
    const error = new Error(`cannot read ${JSON.stringify(call, (_name, value) => (typeof value === 'bigint' ? String(value) : value))}`)
    throw Object.assign(error, { call, body: dataUrl() })
  }
  providers.set('openai', broken)
  await generate('good', '')
  await respond('good', '')
  providers.set('openai', whole)
}

beforeAll(async () => {
  parrot = await startParrot()
  sandbox = await startSandbox({ flat: true, latencyMs: 0 })
  const logger = createLogger({ level: 'trace', destination: { write: (line: string) => void log.push(line) } })
  darkroom = await startTestGateway({
    leavesJudging: false,
    logger,
    mayLackSecrets: true,
    yaml: yaml(sandbox.url, parrot.url),
    environment: {
      UPSTREAM_KEY: secrets['upstream key'],
      USAGE_KEY: secrets['usage key'],
      DARKROOM_ADMIN_TOKEN: secrets['admin token'],
      DARKROOM_MASTER_KEY: secrets['master key'],
    },
  })
  darkroom.adminToken = secrets['admin token']
  await callAs(darkroom, darkroom.adminToken, 'POST', '/v2/secrets', { name: 'stored', value: secrets['stored key'] })
  const pepper = (await readFile(join(darkroom.dataFolder, 'pepper'), 'utf8')).trim()
  all = { ...secrets, pepper, 'client key': darkroom.key, ...said, ...labels }
  await makeCalls()
  await darkroom.gateway.parts.running.drain(5000)
})
afterAll(async () => {
  await darkroom.close()
  await sandbox.close()
  await parrot[Symbol.asyncDispose]()
})

async function makeCalls(): Promise<void> {
  await Promise.all([
    generate('good', ''),
    generate('good', '', { stream: true, partial_images: 1 }),
    editForm('good'),
    editJson('good', dataUrl()),
  ])
  const first = await respond('good', '')
  await respond('good', '', { previous_response_id: (JSON.parse(first.text) as { id: string }).id })
  for (const faults of ['reset-before-headers charged', 'moderation', 'html status=504', 'rate-limit', 'moderation=output'])
    await generate('good', faults)
  for (const [at, faults] of faultsOfParrot.entries()) {
    const route = `parrot-${at}`
    const calls = [
      () => generate(route, faults),
      () => respond(route, faults),
      () => generate(route, faults, { stream: true }),
      () => respond(route, faults, { stream: true }),
      () => editJson(route, dataUrl(), faults),
    ]
    for (const call of calls) {
      await call()
      await callAs(darkroom, darkroom.adminToken, 'POST', `/v2/routes/${route}/enable`, {})
    }
  }
  await generate('nowhere', '')
  await editJson('good', `https://nowhere.invalid/room.png?token=${said['input file']}`)
  await editJson('good', `https://user:${said['input file']}@example.com/`)
  await editForm('good', { size: said.prompt, quality: said.prompt })
  await generate('good', '', { size: said.prompt, n: said.prompt, foo: said.prompt })
  await post('/v1/images/generations', { ...smallCall, prompt: { text: said.prompt, image: dataUrl() } })
  await failInside()
  await tellReceiver()
  await callAs(darkroom, darkroom.adminToken, 'GET', '/v2/doctor?live=true')
  await callAs(darkroom, darkroom.adminToken, 'POST', '/v2/unknowns/check', {})
  for (const credential of [secrets['upstream key'], `${darkroom.key.slice(0, -1)}?`, said.prompt])
    answers.push(
      (await seeReply(fetch(`${darkroom.url}/v1/models?key=${credential}`, { headers: { authorization: `Bearer ${credential}` } }))).text,
    )
}

describe('secrets', () => {
  it('were really there: the upstream got the key, the callers their answers, the log its lines', () => {
    // As a receiver of events it gets no key.
    expect(new Set(parrot.heard)).toEqual(new Set([`Bearer ${secrets['upstream key']}`, `Bearer ${secrets['stored key']}`, '']))
    expect(answers.join()).toContain('upstream_auth_failed')
    expect(answers.join()).toContain('internal_error')
    expect(log.length).toBeGreaterThan(20)
    expect(canariesIn(`x${Buffer.from(`..${said.prompt}`).toString('base64')}`, all)).toEqual(['prompt'])
    expect(canariesIn(dataUrl(), {})).toEqual(['a long run of base64'])
  })

  it('stand in no line of the log, at its most talkative', () => {
    expect(log.flatMap((line) => canariesIn(line, all).map((name) => `${name}: ${line.slice(0, 500)}`))).toEqual([])
  })

  it('stand in no error and no header that a caller gets', () => {
    const own = { ...all, prompt: 'not looked for: the caller said it' }
    expect(answers.flatMap((text) => canariesIn(text, own).map((name) => `${name}: ${text.slice(0, 500)}`))).toEqual([])
  })

  it('stand in no file of the data folder but those that keep them, free pages of the database included', async () => {
    const { user: _user, metadata: _metadata, tag: _tag, ...closed } = all
    await nothingToLookAt(darkroom)
    const keepers = /^(?:objects\/|default-key$|pepper$|sandbox-invoice)/
    expect(await canariesInFiles(darkroom.dataFolder, closed, (path) => keepers.test(path))).toEqual([])
  })

  it('stand in no column of the database, and no picture does', async () => {
    const { database } = darkroom.gateway.parts
    const { user: _user, metadata: _metadata, tag: _tag, ...closed } = all
    expect((await tablesIn(database)).length).toBeGreaterThan(20)
    const values = await valuesIn(database)
    expect(values.flatMap(({ column, text }) => canariesIn(text, closed).map((what) => `${column}: ${what}`))).toEqual([])
  })

  it('stand in no backup but in the files that keep them', async () => {
    const target = join(darkroom.dataFolder, '..', `backup-${randomBytes(4).toString('hex')}`)
    await backup(darkroom.dataFolder, target, systemClock)
    const { user: _user, metadata: _metadata, tag: _tag, ...closed } = all
    expect(await canariesInFiles(target, closed, (path) => /^(?:objects\/|default-key$|pepper$)/.test(path))).toEqual([])
  })

  it('stand in nothing that is read back but labels in the records they belong to', async () => {
    const { parts } = darkroom.gateway
    const rows = await parts.database.read(parts.database.sql.selectFrom('generations').select('id'))
    expect(rows.length).toBeGreaterThan(30)
    const { user: _user, metadata: _metadata, tag: _tag, ...closed } = all
    for (const { id } of rows) expect(canariesIn(JSON.stringify(await settledRecord(darkroom, id)), closed)).toEqual([])
    const pages = [
      '/metrics',
      '/v2/doctor?live=true',
      '/v2/routes',
      '/v2/keys',
      '/v2/secrets',
      '/v2/projects',
      '/v2/gate',
      '/v2/unknowns',
      '/v2/webhooks',
      '/v2/ledger?group=project,key,route',
      '/',
      '/openapi.json',
    ]
    for (const page of pages) {
      const { text } = await seeReply(fetch(darkroom.url + page, { headers: { authorization: `Bearer ${darkroom.adminToken}` } }))
      expect([page, canariesIn(text, all)]).toEqual([page, []])
    }
  })
})
