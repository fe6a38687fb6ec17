import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodePicture } from '../support/picture-bytes.ts'
import { answers, darkroom, makeFolder, type RunningServer, run, serve } from './darkroom-program.ts'

const folder = await makeFolder()
const cwd = folder.path
const at = (...path: string[]) => join(cwd, ...path)
const command = (...args: string[]) => darkroom(args, { cwd })
const ADMIN_TOKEN = 'a-token-that-only-this-test-knows'
let server: RunningServer

beforeAll(async () => {
  server = await serve([], { cwd })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

describe('darkroom serve', () => {
  it('says which route serves and that it costs nothing', () => {
    expect(server.said()).toMatch(/^ {2}Serving +the built-in sandbox: calls cost nothing, every picture says SANDBOX$/m)
    expect(server.said()).toMatch(/^ {2}Data +data$/m)
    expect(server.said()).toMatch(/^ {2}Token +data\/admin-token is the administrator's, made now for you alone$/m)
  })

  it('fits a terminal of 100 columns', () => {
    const lines = server
      .said()
      .split('\n')
      .filter((line) => !line.startsWith('{'))
    expect(lines.filter((line) => line.length > 100)).toEqual([])
  })

  it('prints a curl line that makes a picture as pasted', async () => {
    const line = /^ +curl [\s\S]*? -o picture\.json$/m.exec(server.said())?.[0]
    expect(await run('bash', ['-c', line!], { cwd }).ended).toEqual({ code: 0, stdout: '', stderr: '' })
    const { data } = JSON.parse(readFileSync(at('picture.json'), 'utf8'))
    expect(await decodePicture(Buffer.from(data[0].b64_json, 'base64'))).toEqual({ format: 'png', width: 1024, height: 1536 })
  })

  it('answers the commands of its folder, and keeps answering after them', async () => {
    const drawn = await command('generate', 'A boat', '-o', 'boat.png', '-s', '1024x640', '-q', 'low')
    expect(drawn).toMatchObject({ code: 0, stderr: '' })
    const id = /gen_[0-9a-f]{44}/.exec(drawn.stdout)?.[0]
    const key = readFileSync(at('data', 'default-key'), 'utf8').trim()
    const record = await fetch(`${server.url}/v2/generations/${id}`, { headers: { authorization: `Bearer ${key}` } })
    expect(record.status).toBe(200)
  })

  it('lists calls whose outcome nobody knows, and takes the word of an operator for one, once', async () => {
    const drawn = await command(
      'generate',
      'A boat [[sandbox: reset-before-headers free]]',
      '-o',
      'lost.png',
      '-s',
      '1024x640',
      '-q',
      'low',
    )
    const id = /gen_[0-9a-f]{44}/.exec(drawn.stdout + drawn.stderr)![0]
    const list = await command('unknowns')
    expect(list).toMatchObject({ code: 0, stderr: '' })
    expect(list.stdout).toMatch(new RegExp(`^${id} +darkroom-sandbox +[0-9.]+ +0 min +lost: reset +none$`, 'm'))
    expect(await command('unknowns', 'resolve', id, 'not_charged')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--evidence'),
    })
    const word = ['unknowns', 'resolve', id, 'not_charged', '--evidence', 'ticket 4711']
    expect(await command(...word)).toMatchObject({ code: 0, stdout: `${id} was not charged, what was held is released.\n` })
    expect(await command(...word)).toMatchObject({ code: 1, stderr: expect.stringContaining('was decided before') })
    expect((await command('unknowns', 'check')).stdout).toContain('Still unknown: 0.')
    expect((await command('unknowns', 'list')).stdout).toMatch(/^Nothing is unknown/)
  })

  it('is not joined by a second one on the same folder, which is told who owns it', async () => {
    const { code, stdout, stderr } = await command('serve', '--port', '0')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`is owned by process ${server.child.pid} at ${server.url}`)
    expect(await answers(server.url)).toBe(true)
  })

  it('says which port is taken', async () => {
    const port = new URL(server.url).port
    const { code, stderr } = await command('serve', '--port', port, '--data', 'other')
    expect(code).toBe(1)
    expect(stderr).toContain(`Port ${port} of 127.0.0.1 is taken by another program. Choose another one:`)
  })

  it('is not turned into a paid one by --live of a command', async () => {
    const { code, stderr } = await darkroom(['generate', 'A boat', '--live'], { cwd, environment: { OPENAI_API_KEY: 'sk-x' } })
    expect(code).toBe(1)
    expect(stderr).toBe(
      `--live changes nothing here: the gateway at ${server.url} owns this data folder, and its own start decided which route serves. Stop it first.\n`,
    )
  })

  it('tells a command with another token what to set', async () => {
    const { code, stderr } = await darkroom(['ledger'], { cwd, environment: { DARKROOM_ADMIN_TOKEN: ADMIN_TOKEN } })
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^The gateway at \S+ was started with an administrator's token of its own\. Set the same DARKROOM_ADMIN_TOKEN here\.\n$/,
    )
  })
})

describe('darkroom prompt', () => {
  const poster = {
    purpose: 'Poster for the market in {{town}}',
    texts: [{ text: '春の市', lang: 'ja' }],
    constraints: ['Landscape format'],
    variables: [{ name: 'town' }],
  }
  const file = (name: string, document: object) => writeFileSync(at(name), JSON.stringify(document))

  it('keeps a document, compares it with its next version, and writes the prompt alone to standard output', async () => {
    file('poster.json', poster)
    const made = await command('prompt', 'new', 'poster.json', '--name', 'Spring')
    expect(made).toMatchObject({ code: 0, stderr: '' })
    const id = /^(prm_[0-9a-f]{44})@1\n$/.exec(made.stdout)![1]!
    file('next.json', { ...poster, constraints: ['Portrait format'], avoid: ['Rain'] })
    expect(await command('prompt', 'new', 'next.json', '--id', id, '--if-match', '1')).toMatchObject({ code: 0, stdout: `${id}@2\n` })
    expect((await command('prompt', 'new', 'next.json', '--id', id)).stdout).toContain(`${id}@2\nThat is what it says already`)
    expect(await command('prompt', 'new', 'poster.json', '--id', id, '--if-match', '1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The newest version is 2'),
    })
    expect((await command('prompt', 'diff', id)).stdout).toBe(
      `${id}@1 to @2\nconstraints\n  - Landscape format\n  + Portrait format\navoid\n  + Rain\n`,
    )
    const rendered = await command('prompt', 'render', `${id}@1`, '--var', 'town=Uji')
    expect(rendered).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('- "春の市" (language: ja)') })
    expect(await command('prompt', 'render', id)).toMatchObject({ code: 1, stderr: expect.stringContaining("its variable 'town'") })
    const checked = await command('check', `${id}@1`, '--var', 'town=Uji', '-s', '1024x1536', '--json')
    expect(JSON.parse(checked.stdout).warnings).toMatchObject([{ param: 'darkroom.prompt.constraints[0]' }])
    expect((await command('prompt')).stdout).toMatch(new RegExp(`^${id} +2 +\\S+ +Spring$`, 'm'))
    expect((await command('prompt', 'show', `${id}@1`)).stdout).toContain('How it is made:\n  Landscape format')
  })

  it('remarks on a file or on a prompt, and ends with 1 then', async () => {
    file('wide.json', poster)
    expect(await command('prompt', 'lint', 'wide.json', '-s', '1024x1536')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining("document.constraints[0]: It says 'Landscape format', and the size is 1024x1536."),
    })
    expect(await command('prompt', 'lint', 'Change only the sky to dusk', '--edit')).toEqual({
      code: 0,
      stdout: 'Nothing to remark.\n',
      stderr: '',
    })
    file('wrong.json', { ...poster, colour: 'red' })
    expect(await command('prompt', 'lint', 'wrong.json')).toMatchObject({ code: 1, stderr: expect.stringContaining('document.colour') })
    expect(await command('prompt', 'new', 'poster.json')).toMatchObject({ code: 2, stderr: expect.stringContaining('--name') })
    expect(await command('prompt', 'new', 'none.json', '--name', 'x')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'There is no file none.json.\n',
    })
  })
})

describe('asking before paying', () => {
  it('check accepts, with the price', async () => {
    expect(await command('check', 'A boat', '-s', '1024x1024', '-q', 'low')).toEqual({
      code: 0,
      stderr: '',
      stdout: `Accepted: gpt-image-2, 1 picture, size 1024x1024, quality low, png.
It would cost about 0.00592 USD on sandbox, at most 0.00592.
`,
    })
  })

  it('check names every refusal and exits with 1', async () => {
    const { code, stdout } = await command('check', 'A boat', '-s', '1920x1080', '--compression', '5')
    expect(code).toBe(1)
    expect(stdout.match(/^Refused: /gm)).toHaveLength(2)
  })

  it('check prices on the route that is named', async () => {
    const { code, stdout } = await command('check', 'A boat', '--route', 'acme')
    expect(code).toBe(1)
    expect(stdout).toContain("Refused: There is no route 'acme'. Nothing was sent or charged. Configured routes: sandbox.")
  })

  it('estimate prices each quality', async () => {
    const { code, stdout } = await command('estimate', 'A boat', '-s', '1024x1024', '-q', 'low')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^gpt-image-2 on sandbox \(darkroom-sandbox\), price card sandbox-gpt-image-2 of 2026-04-21\n/)
    expect(stdout).toMatch(/^this call +0\.00592 +0\.00592 +0\.00592 +0\.00592$/m)
    expect(stdout).toMatch(/^at high +0\.\d+$/m)
  })
})

describe('looking after an installation', () => {
  it('ledger sums what the sandbox charged, and calls it play money', async () => {
    const { code, stdout } = await command('ledger', '--group', 'model,day')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^owner +book +model +day +calls +images +charged +reserved +held unknown\n/)
    expect(stdout).toMatch(/^darkroom-sandbox +sandbox +gpt-image-2 +\d{4}-\d\d-\d\d +3 +2 +0\.\d+ +0 +0$/m)
    expect(stdout).toContain('The sandbox book is play money.')
  })

  it('search finds pictures by words of their prompts and by their hash, and says when it finds none', async () => {
    const { code, stdout } = await command('search', 'boat', '--size', '1024x640')
    expect(code).toBe(0)
    const [, picture] = /^\S+ \S+ +(img_\w+) +1024x640 +gpt-image-2 +darkroom-sandbox +\S+ +[0-9a-f]{12}$/m.exec(stdout)!
    const { images } = JSON.parse((await command('search', 'boat', '--size', '1024x640', '--json')).stdout)
    expect(images[0].id).toBe(picture)
    expect((await command('search', '--hash', images[0].sha256.slice(0, 16))).stdout).toContain(picture)
    expect((await command('search', 'submarine')).stdout).toBe('No picture is found by that.\n')
    expect(await command('search', 'boat', '--project', 'nobody')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no project nobody'),
    })
    expect(await command('search', '--hash', 'xyz')).toMatchObject({ code: 1, stderr: expect.stringContaining('hash') })
  })

  it('ledger passes on why a question cannot be answered', async () => {
    expect(await command('ledger', '--group', 'colour')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('Refused: '),
    })
  })

  it('projects makes a project with limits, for which keys makes and replaces a key; archived, it opens nothing', async () => {
    const created = await command('projects', 'create', 'print shop', '--sizes', 'auto,1024x1024', '--price-ceiling-usd', '0.5')
    const id = /prj_[0-9a-f]{44}/.exec(created.stdout)?.[0]
    expect(created).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^sizes +auto,1024x1024$/m) })
    const key = (await command('keys', 'create', 'press', '--project', id!, '--json')).stdout
    const rotated = await command('keys', 'rotate', JSON.parse(key).id, '--overlap', '2')
    expect(rotated.stdout).toMatch(/^dk_live_\S+\nThis is the only time .* works for 2 more hours\.\n$/)
    expect((await command('keys', '--project', id!)).stdout).toMatch(/until \d{4}-\d\d-\d\dT\d\d:\d\d +press/)
    const set = await command('projects', 'set', id!, '--sizes', 'none', '--images-per-minute', '30')
    expect(set.stdout).toMatch(/^sizes +no limit$[\s\S]*^images_per_minute +30$/m)
    expect((await command('projects', 'set', id!, '--review', '{"edits": true}', '--publish', 'never')).stdout).toMatch(
      /^review +\{"edits":true/m,
    )
    expect(await command('projects', 'set', id!, '--review', 'edits')).toMatchObject({ code: 2 })
    const alone = await command('review', 'allow-own', id!, '--reviewer', 'Ann')
    expect(alone.stdout).toContain('each such approval says so')
    expect((await command('projects', 'show', id!)).stdout).toMatch(/"edits":true.*"own_approval":\{"allowed_by":"Ann","at":"/)
    expect((await command('review', 'refuse-own', id!)).stdout).toContain('nobody approves what they asked for')
    expect(await command('review', 'allow-own', id!)).toMatchObject({ code: 2 })
    expect((await command('projects', 'archive', id!)).stdout).toContain('print shop is archived')
    const call = await fetch(`${server.url}/v2/projects`, { headers: { authorization: `Bearer ${JSON.parse(key).key}` } })
    expect(call.status).toBe(401)
    expect((await command('projects', 'restore', id!)).stdout).toContain('print shop is restored')
    expect((await command('projects')).stdout).toMatch(/live +4 +print shop$/m)
    expect(await command('projects', 'archive', id!, '--sizes', 'auto')).toMatchObject({ code: 2 })
  })

  it('budgets makes a budget that holds, shows what is left, changes and ends it', async () => {
    const key = JSON.parse((await command('keys', 'create', 'thrifty', '--json')).stdout) as { id: string; key: string }
    const create = ['budgets', 'create', 'pocket money', '--key', key.id, '--period', 'day', '--book', 'sandbox']
    expect(await command(...create)).toMatchObject({ code: 2, stderr: expect.stringContaining('--limit') })
    const created = await command(...create, '--limit', '0.000000001')
    const id = /bud_[0-9a-f]{44}/.exec(created.stdout)?.[0]
    expect(created).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^left +\$0\.000000001$/m) })

    const call = () =>
      fetch(`${server.url}/v1/images/generations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-image-2', prompt: 'a fox', size: '1024x640', quality: 'low' }),
      })
    expect((await call()).status).toBe(402)
    expect((await command('budgets', 'set', id!, '--limit', '5')).stdout).toMatch(/^limit +\$5$/m)
    const drawn = await call()
    expect(drawn.status).toBe(200)
    // The end of the answer leaves only when its cost is booked.
    await drawn.arrayBuffer()
    expect((await command('budgets')).stdout).toMatch(
      new RegExp(`^${id} +${key.id} +\\d{4}-\\d\\d-\\d\\d +sandbox +5 +0\\.\\d+ +0 +0 +4\\.\\d+ +pocket money$`, 'm'),
    )
    expect((await command('budgets', 'end', id!)).stdout).toBe(`${id} has ended and refuses nothing any more.\n`)
    expect((await command('budgets')).stdout).toMatch(/ ended +sandbox /)
    expect(await command('budgets', 'create', 'x', '--limit', 'much', '--key', key.id)).toMatchObject({ code: 1, stdout: '' })
  })

  it('webhooks adds a receiver, tests it, lists what it was told, replays, rotates, switches and removes', async () => {
    const added = await command('webhooks', 'add', 'https://receiver.invalid/hook', '--events', 'job.completed,job.failed')
    expect(added).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^whsec_\S{44}\n/) })
    const id = /whk_[0-9a-f]{44}/.exec(added.stdout)![0]
    expect((await command('webhooks')).stdout).toMatch(
      new RegExp(`^${id} +well +job.completed job.failed +https://receiver.invalid/hook$`, 'm'),
    )
    expect((await command('webhooks', 'test', id)).stdout).toMatch(/^It was not taken: unreachable in \d+ ms\.$/m)
    const told = await command('webhooks', 'deliveries', id, '--state', 'exhausted')
    expect(told.stdout).toMatch(/^msg_[0-9a-f]{44} +exhausted +1 +unreachable +webhook\.test$/m)
    const range = ['--from', '2026-11-01T00:00:00Z', '--to', '2026-11-02T00:00:00Z']
    expect((await command('webhooks', 'replay', id, ...range)).stdout).toBe('0 messages on the way.\n')
    expect(await command('webhooks', 'replay', id)).toMatchObject({ code: 2, stderr: expect.stringContaining('--message') })
    expect((await command('webhooks', 'rotate', id, '--overlap', '0')).stdout).toMatch(/^whsec_\S{44}\n.*Every earlier one ends now\.$/m)
    expect((await command('webhooks', 'disable', id)).stdout).toBe(`${id} is disabled.\n`)
    expect((await command('webhooks', 'enable', id)).stdout).toContain(`${id} is enabled.`)
    expect((await command('webhooks', 'rm', id)).stdout).toContain(`${id} is gone`)
    expect((await command('webhooks', 'list')).stdout).toBe('There are no webhooks.\n')
  })

  it('keys makes a key that works and is shown once, lists it without the key, and revokes it', async () => {
    const created = await command('keys', 'create', 'ci')
    const [key, sentence] = created.stdout.trim().split('\n')
    const id = /key_[0-9a-f]{44}/.exec(sentence!)?.[0]
    const models = () => fetch(`${server.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
    expect((await models()).status).toBe(200)

    expect((await command('keys', 'revoke', id!)).stdout).toBe(`${id} is revoked and opens nothing from now on.\n`)
    expect((await models()).status).toBe(401)

    const { stdout } = await command('keys')
    expect(stdout).toMatch(new RegExp(`^${id} +…${key!.slice(-4)} +\\d{4}-\\d\\d-\\d\\d +revoked +ci$`, 'm'))
    expect(stdout).not.toContain(key)
  })

  it('doctor finds everything in order, on the Node it should run on', async () => {
    const { code, stdout } = await command('doctor')
    expect(code).toBe(0)
    expect(stdout).toContain(`ok      runtime: Node ${process.version}`)
    expect(stdout).toContain('ok      storage:')
    expect(stdout).not.toMatch(/ERROR|WARNING/)
  })

  it('doctor --verify reads every kept picture, names one whose bytes changed, and ends with an error then', async () => {
    const sound = await command('doctor', '--verify')
    expect(sound).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ok {6}kept bytes: 3 kept objects read, \d+ MiB, all as they were/),
    })
    const objects = readdirSync(at('data', 'objects'), { recursive: true, encoding: 'utf8' })
    const name = objects.find((path) => path.endsWith('.png'))!
    const bytes = readFileSync(at('data', 'objects', name))
    const flipped = Buffer.from(bytes)
    flipped[1000]! ^= 1
    writeFileSync(at('data', 'objects', name), flipped)
    const damaged = await command('doctor', '--verify')
    expect(damaged.code).toBe(1)
    expect(damaged.stdout.replace(/\s+/g, ' ')).toContain(`${name.split('/').at(-1)!.slice(0, -4)} is damaged`)
    writeFileSync(at('data', 'objects', name), bytes)
  })

  it('backup copies the folder of a running server', async () => {
    expect(await command('backup', 'copy')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^copy: 4 generations, 3 pictures\n/) })
  })

  it('shows what waits for a decision, takes it, and gives the picture a public address', async () => {
    const key = readFileSync(at('data', 'default-key'), 'utf8').trim()
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-darkroom-review': 'required' }
    const call = { model: 'gpt-image-2', prompt: 'a fox', size: '1024x640', quality: 'low' }
    const made = await fetch(`${server.url}/v1/images/generations`, { method: 'POST', headers, body: JSON.stringify(call) })
    await made.arrayBuffer()
    let id: string | undefined
    while (id === undefined) id = /rev_[0-9a-f]{44}/.exec((await command('review')).stdout)?.[0]
    expect((await command('review', 'show', id)).stdout).toMatch(/^why +required$/m)
    const unnamed = await command('review', 'approve', id, '--why', 'fine', '--yes')
    expect([unnamed.code, unnamed.stderr]).toEqual([1, expect.stringContaining("'reviewer'")])
    expect(await command('review', 'claim', id, '--reviewer', 'Ann')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is yours until'),
    })
    expect(await command('review', 'open', id, '--reviewer', 'Ann', '-o', 'full.png')).toMatchObject({ code: 0 })
    expect(await decodePicture(readFileSync(at('full.png')))).toMatchObject({ width: 1024, height: 640 })
    const approved = await command('review', 'approve', id, '--reviewer', 'Ann', '--why', 'fine', '--yes')
    expect(approved).toMatchObject({ code: 0, stdout: `${id}: approved.\n` })
    const image = /img_[0-9a-f]{44}/.exec((await command('review', 'show', id)).stdout)![0]
    const published = await command('review', 'publish', image, '--reviewer', 'Ann')
    expect((await fetch(published.stdout.trim())).status).toBe(200)
    expect((await command('review', 'export', '--format', 'csv')).stdout).toContain(',approved,admin,Ann,')
    const misused = await command('review', 'approve', id)
    expect([misused.code, misused.stderr]).toEqual([2, expect.stringContaining('review approve expects --why')])
  })
})

describe('what a data folder gives away', () => {
  const tree = (path: string): string[] => [
    path,
    ...(lstatSync(path).isDirectory() ? readdirSync(path).flatMap((name) => tree(join(path, name))) : []),
  ]

  it.each(['data', 'copy'])('nothing of %s can be read by other users', (name) => {
    const open = tree(at(name)).filter((path) => (lstatSync(path).mode & 0o777) !== (lstatSync(path).isDirectory() ? 0o700 : 0o600))
    expect(open.map((path) => path.slice(cwd.length))).toEqual([])
    expect(existsSync(at(name, 'darkroom.db'))).toBe(true)
  })

  it('no secret of it was ever said', () => {
    const secrets = ['admin-token', 'default-key', 'pepper'].map((name) => readFileSync(at('data', name), 'utf8').trim())
    expect(secrets.filter((secret) => secret.length < 20)).toEqual([])
    expect(secrets.filter((secret) => server.said().includes(secret))).toEqual([])
  })
})
