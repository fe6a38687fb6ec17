import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Bulk } from '../../src/contract/bulk-replies.ts'
import type { LedgerReply } from '../../src/contract/record.ts'
import { sandboxRoute } from '../../src/routes/index.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { commandLine } from '../support/command-line.ts'
import { postGeneration, promptWith } from '../support/generation-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { startTestGateway } from '../support/test-gateway.ts'
import { launcher, makeFolder, run, until } from './darkroom-program.ts'

const folder = await makeFolder()
const at = (...path: string[]) => join(folder.path, ...path)
const small = { size: '1024x640', quality: 'low' }
const idIn = (text: string) => /set_[0-9a-f]{44}/.exec(text)![0]
const oneAtATime = 'version: 1\njobs: { concurrency: 1 }\n'
type Line = ReturnType<typeof commandLine>

/** A file of items, each a small picture. */
function itemsFile(name: string, prompts: readonly string[]): string {
  writeFileSync(at(name), prompts.map((prompt, index) => `${JSON.stringify({ custom_id: `${index}`, prompt, ...small })}\n`).join(''))
  return at(name)
}
const numbered = (word: string, count: number, faults = '') =>
  Array.from({ length: count }, (_, index) => promptWith(faults, `${word} ${index}`))

/** The command line on a data folder of its own that nobody owns yet. */
function onFolder(name: string, yaml?: string): Line & { data: string } {
  mkdirSync(at(name), { recursive: true })
  if (yaml !== undefined) writeFileSync(at(name, 'darkroom.yaml'), yaml)
  return { data: at(name), ...commandLine(at(name)) }
}
/** The same beside a gateway that runs on it. */
async function beside(options: Parameters<typeof startTestGateway>[0] = {}) {
  const gateway = await startTestGateway(options)
  return { gateway, ...commandLine(gateway.dataFolder, { DARKROOM_ADMIN_TOKEN: gateway.adminToken }), [Symbol.asyncDispose]: gateway.close }
}

const bulksOf = async (line: Line) => JSON.parse((await line.run('bulk', '--json')).stdout).bulks as Bulk[]
async function callsOf(line: Line): Promise<number> {
  const { rows } = JSON.parse((await line.run('ledger', '--json')).stdout) as LedgerReply
  return rows.reduce((sum, { calls }) => sum + calls, 0)
}

afterAll(() => folder[Symbol.asyncDispose]())

describe('darkroom bulk without a server', () => {
  it('makes every item, says what it cost, saves the pictures as an archive; the same command again makes none', async () => {
    const line = onFolder('own')
    const submit = ['bulk', 'submit', itemsFile('foxes.jsonl', numbered('fox', 5)), '--name', 'foxes', '-o', at('foxes.zip')]
    const made = await line.run(...submit)
    const id = idIn(made.stdout)
    expect(made).toMatchObject({ code: 0, stdout: `${id} (foxes) has ended: 5 completed.\n0.016275 USD of play money.\n` })
    expect(made.stderr).toMatch(/^5 items for about 0\.02 USD of play money on sandbox, if all cost what the first does\.\n/)
    expect(made.stderr).toMatch(new RegExp(`^Submitted as ${id}, once under the key bulk-[0-9a-f]{32}\\.$`, 'm'))
    expect(made.stderr).toMatch(new RegExp(`^${id}: 0 of 5 done$`, 'm'))
    const files = unzipSync(new Uint8Array(readFileSync(at('foxes.zip'))))
    expect(Object.keys(files).sort()).toEqual(['1-0.png', '2-1.png', '3-2.png', '4-3.png', '5-4.png', 'manifest.csv'])

    expect(await line.run(...submit)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('exists already. Nothing was submitted.'),
    })
    const again = await line.run(...submit, '--replace', '--json')
    expect(again.stderr).toContain(`This was submitted before as ${id} (over), so it is not submitted again.`)
    expect([again.code, JSON.parse(again.stdout).id, await callsOf(line)]).toEqual([0, id, 5])
    const anew = await line.run('bulk', 'submit', at('foxes.jsonl'), '--again')
    expect([anew.code, await callsOf(line)]).toEqual([0, 10])
    expect(idIn(anew.stdout)).not.toBe(id)
  })

  it('waits after Ctrl-C, which says how to go on: pasted, that makes the rest, and nothing twice', async () => {
    const line = onFolder('my data', oneAtATime)
    const file = itemsFile('left.jsonl', numbered('left', 4))
    const environment = { DARKROOM_SANDBOX_LATENCY_MS: '300', DARKROOM_CONFIG: at('my data', 'darkroom.yaml') }
    const place = { cwd: folder.path, environment }
    await using program = run(process.execPath, [launcher, 'bulk', 'submit', file, '--data', 'my data'], place)
    await until(() => /: 0 of 4 done/.test(program.said()) && readdirSync(at('my data', 'spool')).length > 0)
    program.child.kill('SIGINT')
    const { code, stdout, stderr } = await program.ended
    expect([code, stdout]).toEqual([130, ''])
    const id = idIn(stderr)
    const last = stderr.trim().split('\n').at(-1)!
    expect(last).toMatch(/^The bulk waits in \S.*my data( once the calls under way, which are paid for, are finished)?; go on with it: /)
    const [pasted] = /darkroom bulk follow .*$/.exec(last)!
    expect(pasted).toBe(`darkroom bulk follow ${id} --data 'my data'`)

    const [waiting] = await bulksOf(line)
    expect(waiting).toMatchObject({ id, state: 'running', counts: { failed: 0, outcome_unknown: 0, running: 0 } })
    expect(waiting!.counts.completed).toBeLessThan(4)
    const followed = await run('bash', ['-c', pasted.replace('darkroom', `"${process.execPath}" "${launcher}"`)], place).ended
    expect(followed).toMatchObject({ code: 0, stdout: expect.stringContaining(`${id} has ended: 4 completed.`) })
    expect(await callsOf(line)).toBe(4)
  })

  it('makes nothing while somebody only looks at it or steers it; cancelled, it cost nothing', async () => {
    const line = onFolder('unwanted')
    const submitted = await line.run('bulk', 'submit', itemsFile('unwanted.jsonl', numbered('unwanted', 3)), '--detach')
    const id = idIn(submitted.stdout)
    expect(submitted).toMatchObject({ code: 0, stdout: `${id}\n` })
    expect(submitted.stderr).toContain(`It waits until a gateway runs on this data folder; make it with: darkroom bulk follow ${id}\n`)
    expect((await line.run('bulk', 'pause', id)).stdout).toBe(`${id} is paused; what was queued before goes on: 3 waiting.\n`)
    const resumed = await line.run('bulk', 'resume', id)
    expect(resumed.stderr).toBe(`No gateway runs on this data folder; make it with: darkroom bulk follow ${id}\n`)
    expect((await line.run('bulk', 'items', id)).stdout).toMatch(/^ {3}3 +2 +waiting/m)
    expect((await line.run('bulk', 'cancel', id)).stdout).toMatch(/ is cancelled; .*: 3 cancelled\.\n$/)
    expect(await callsOf(line)).toBe(0)
    const again = await line.run('bulk', 'submit', at('unwanted.jsonl'))
    expect(again).toMatchObject({ code: 1, stdout: expect.stringContaining('was cancelled: 3 cancelled.') })
    expect(again.stderr).toContain('(cancelled), so it is not submitted again. To pay for it once more: --again.')
  })

  it('shows each mistake of a file in a table; nothing is queued, charged or even opened', async () => {
    const line = onFolder('wrong')
    writeFileSync(at('wrong.jsonl'), '{"prompt": "a"}\n{"prompt": "b", "lane": "economy"}\n{"prompt": "c", "custom_id": []}\n')
    expect(await line.run('bulk', 'submit', at('wrong.jsonl'))).toEqual({
      code: 1,
      stdout: '',
      stderr: `Refused: Item 2: 'lane' belongs to the bulk, not to an item. One other item cannot be used either. Nothing was queued or charged; correct them and send the bulk again.
Not charged. Change it before you send it again. (invalid_bulk items[1].lane; docs/errors.md#invalid_bulk)
item  param      message
   2  lane       'lane' belongs to the bulk, not to an item.
   3  custom_id  custom_id must be a text of at most 200 characters.
`,
    })
    const asJson = JSON.parse((await line.run('bulk', 'submit', at('wrong.jsonl'), '--json')).stderr)
    expect(asJson.error).toMatchObject({
      code: 'invalid_bulk',
      items: [
        { item: 2, param: 'lane' },
        { item: 3, param: 'custom_id' },
      ],
    })
    expect(readdirSync(line.data)).toEqual([])
    writeFileSync(at('all-refused.csv'), 'prompt,size\nx,17x17\n')
    const refused = await line.run('bulk', 'submit', at('all-refused.csv'))
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Refused: Item 1: Invalid size '17x17'/) })
    expect(await bulksOf(line)).toEqual([])
  })

  it('takes a table with a template, goes on past items that are refused or fail, lists them, and ends with 1', async () => {
    const line = onFolder('mixed')
    writeFileSync(at('mixed.csv'), `what,size\ngood,1024x640\n${promptWith('moderation')},1024x640\nbad,17x17\n`)
    const template = '{"request": {"model": "gpt-image-2", "prompt": "A {{what}}", "size": "{{size}}", "quality": "low"}}'
    const ended = await line.run('bulk', 'submit', at('mixed.csv'), '--template', template)
    const id = idIn(ended.stdout)
    expect(ended).toMatchObject({ code: 1, stdout: expect.stringContaining('has ended: 1 completed, 1 failed, 1 refused.') })
    expect(ended.stderr).toContain(`What failed: darkroom bulk items ${id} --state failed\n`)
    const failed = await line.run('bulk', 'items', id, '--state', 'failed')
    expect(failed.stdout).toMatch(/^item +custom_id +state .*\n +2 +failed +0 +\S+ +gen_\w+ +moderation_blocked: .+\n$/)
    const { items } = JSON.parse((await line.run('bulk', 'items', id, '--json')).stdout) as { items: { state: string }[] }
    expect(items.map(({ state }) => state)).toEqual(['completed', 'failed', 'refused'])
  })

  it('in the economy lane is accepted, waits, and is cancelled for nothing; generate --economy is the same', async () => {
    const line = onFolder('economy')
    const file = itemsFile('economy.jsonl', numbered('cheap', 3))
    const submitted = await line.run('generate', '--economy', file, '--detach', '--json')
    const bulk = JSON.parse(submitted.stdout) as Bulk
    expect(bulk).toMatchObject({ lane: 'economy', state: 'running', total: 3, counts: { waiting: 3 } })
    expect(submitted.stderr).toContain('at the price of the standard lane')
    expect(await line.run('bulk', 'submit', file, '--economy', '--detach')).toMatchObject({ code: 0, stdout: `${bulk.id}\n` })
    expect((await line.run('bulk', 'cancel', bulk.id)).stdout).toContain(': 3 cancelled.')
    expect(await callsOf(line)).toBe(0)
  })
})

describe('darkroom bulk fetch', () => {
  let line: Line
  let id: string
  const fetchTo = (place: string, ...more: string[]) => line.run('bulk', 'fetch', id, '-o', at(place), ...more)
  beforeAll(async () => {
    line = onFolder('fetched')
    id = idIn((await line.run('bulk', 'submit', itemsFile('fetched.jsonl', numbered('fetched', 4)))).stdout)
  })

  it('puts pictures and manifest into a folder, by hash: what is there is not fetched again, what is another file stays', async () => {
    const place = at('pictures')
    expect(await fetchTo('pictures')).toMatchObject({ code: 0, stderr: `${place}  4 pictures: 4 new, with the manifest\n` })
    const manifest = readFileSync(at('pictures', 'manifest.csv'), 'utf8')
    for (const name of ['1-0.png', '2-1.png', '3-2.png', '4-3.png'])
      expect(manifest).toContain(`${name},${sha256(readFileSync(at('pictures', name)))}`)

    const [first, second] = ['1-0.png', '2-1.png'].map((name) => readFileSync(at('pictures', name)))
    writeFileSync(at('pictures', '1-0.png'), first!.subarray(0, 100))
    writeFileSync(at('pictures', '2-1.png'), 'notes of mine')
    expect(await fetchTo('pictures')).toMatchObject({
      code: 1,
      stderr: `${place}/1-0.png is another file and stays as it is; --replace replaces it.
${place}/2-1.png is another file and stays as it is; --replace replaces it.
${place}  4 pictures: 0 new, 2 there already, 2 not saved, with the manifest\n`,
    })
    expect(readFileSync(at('pictures', '2-1.png'), 'utf8')).toBe('notes of mine')
    const replaced = await fetchTo('pictures', '--replace')
    expect(replaced).toMatchObject({ code: 0, stderr: `${place}  4 pictures: 2 new, 2 there already, with the manifest\n` })
    expect(readFileSync(at('pictures', '2-1.png')).equals(second!)).toBe(true)
    expect(readdirSync(place).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('writes an archive under its name once it is whole, and replaces none unsaid', async () => {
    const place = at('all.zip')
    expect(await fetchTo('all.zip')).toMatchObject({ code: 0, stderr: expect.stringMatching(/all\.zip {2}\d+ kB, with the manifest\n$/) })
    expect(Object.keys(unzipSync(new Uint8Array(readFileSync(place))))).toHaveLength(5)
    const refusals = {
      'all.zip': `${place} exists already. Nothing was fetched. Choose another name, or replace it with --replace.\n`,
      'nowhere/all.zip': `${at('nowhere/all.zip')} cannot be saved: the folder ${at('nowhere')} does not exist. Nothing was fetched.\n`,
      'fetched.jsonl': `${at('fetched.jsonl')} is a file, and neither an archive (.zip) nor a folder. Nothing was fetched.\n`,
    }
    for (const [name, stderr] of Object.entries(refusals)) expect(await fetchTo(name)).toEqual({ code: 1, stdout: '', stderr })
  })

  it('leaves nothing unfinished behind when it is interrupted or the bulk is not there', async () => {
    const before = readdirSync(folder.path)
    const leaving = line.start('bulk', 'fetch', id, '-o', at('late.zip'))
    leaving.interrupt()
    expect(await leaving.ended).toEqual({ code: 130, stdout: '', stderr: 'Interrupted.\n' })
    const missing = await line.run('bulk', 'fetch', 'set_1', '-o', at('none'))
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('404 not_found id') })
    expect(readdirSync(folder.path)).toEqual(before)
  })

  it('says how many items are not over yet', async () => {
    const waiting = onFolder('half')
    const half = idIn((await waiting.run('bulk', 'submit', itemsFile('half.jsonl', ['x']), '--detach')).stdout)
    const fetched = await waiting.run('bulk', 'fetch', half, '-o', at('half-pictures'))
    expect(fetched.stderr).toMatch(
      /0 pictures: 0 new, with the manifest\n1 item of the bulk is not over yet: fetch it again for the rest\.\n$/,
    )
    expect(existsSync(at('half-pictures', 'manifest.csv'))).toBe(true)
  })
})

describe('darkroom bulk beside a gateway that runs', () => {
  it('leaves the bulk to it after Ctrl-C, and says so; the same command goes on following it', async () => {
    await using line = await beside({ yaml: oneAtATime })
    const file = itemsFile('served.jsonl', numbered('served', 6, 'latency=100'))
    const program = line.start('bulk', 'submit', file)
    await program.says(/: 0 of 6 done/)
    program.interrupt()
    const left = await program.ended
    const id = idIn(left.stderr)
    expect(left).toMatchObject({ code: 130, stdout: '' })
    const sentence = `The gateway at ${line.gateway.url} goes on with the bulk; follow it again with: darkroom bulk follow ${id}\n`
    expect(left.stderr.endsWith(`\n${sentence}`)).toBe(true)
    const again = await line.run('bulk', 'submit', file, '-o', at('served'))
    expect(again.stderr).toContain(`This was submitted before as ${id} (`)
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining(`${id} has ended: 6 completed.`) })
    expect([readdirSync(at('served')).length, await callsOf(line)]).toEqual([7, 6])
    expect((await line.run('bulk')).stdout).toMatch(new RegExp(`^${id} +ended +6/6 +0 +0\\.\\d+ +\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d$`, 'm'))
  })

  it('ends with 1 where the bulk pauses by itself, and goes on with it when it is submitted again', async () => {
    await using line = await beside()
    const budget = ['budgets', 'create', 'small', '--project', line.gateway.gateway.parts.access.defaultProjectId, '--book', 'sandbox']
    const made = await line.run(...budget, '--limit', '0.02')
    const file = itemsFile('thrifty.jsonl', numbered('thrifty', 12))
    const paused = await line.run('bulk', 'submit', file)
    const id = idIn(paused.stdout)
    expect(paused).toMatchObject({ code: 1, stdout: expect.stringContaining(`${id} is paused: `) })
    expect(paused.stderr).toContain(
      `because its next item would be refused: budget_exceeded. When that is mended: darkroom bulk resume ${id}\n`,
    )
    await line.run('budgets', 'set', /bud_[0-9a-f]{44}/.exec(made.stdout)![0], '--limit', '5')
    const again = await line.run('bulk', 'submit', file)
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining(`${id} has ended: 12 completed.`) })
  })

  it('pays only where that was said, and by the route that was priced', async () => {
    await using upstream = await startSandbox({ latencyMs: 0, flat: true })
    const route = (id: string) =>
      `  - { id: ${id}, owner: ${id}, kind: self-hosted, base_url: '${upstream.url}/v1', key: { env: ACME_KEY } }\n`
    const card = (id: string, usd: string) =>
      `  - { id: ${id}, date: 2026-11-20, owner: ${id}, kind: per_call, per_call: "${usd}", per: call, models: [gpt-image-2], source: test }\n`
    const yaml = `version: 1\nroutes:\n${route('acme')}price_cards:\n${card('acme', '0.03')}`
    await using line = await beside({ yaml, environment: { ACME_KEY: 'sk-acme' } })
    const submit = ['bulk', 'submit', itemsFile('paid.jsonl', numbered('paid', 4)), '--route', 'acme']
    expect(await line.run(...submit)).toEqual({
      code: 1,
      stdout: '',
      stderr: `This would cost about 0.12 USD: the gateway at ${line.gateway.url} draws on acme (acme). Say --live to mean it.\n`,
    })
    expect([await bulksOf(line), upstream.calls.posts()]).toEqual([[], 0])
    const said = await line.run(...submit, '--live')
    expect(said.stderr).toContain('4 items for about 0.12 USD on acme')
    expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining('has ended: 4 completed.\n0.12 USD.\n') })
    await using free = await beside()
    const unpaid = await free.run('bulk', 'submit', at('paid.jsonl'), '--live')
    expect(unpaid).toMatchObject({ code: 1, stderr: expect.stringContaining('--live changes nothing here') })
  })

  it('keeps a bulk to the route that it was meant for, also when a gateway with another one goes on with it', async () => {
    const line = onFolder('pinned')
    const id = idIn((await line.run('bulk', 'submit', itemsFile('pinned.jsonl', ['pinned']), '--detach')).stdout)
    await using upstream = await startSandbox({ latencyMs: 0, flat: true })
    // It carries traffic at once, so that nothing but the bulk itself keeps its items away.
    const config = { routes: [{ ...sandboxRoute(upstream.url), id: 'other' }] }
    await using gateway = await startTestGateway({ dataFolder: line.data, config })
    expect((await postGeneration(gateway)).status).toBe(200)
    const followed = await commandLine(line.data, { DARKROOM_ADMIN_TOKEN: gateway.adminToken }).run('bulk', 'follow', id)
    expect(followed).toMatchObject({ code: 1, stdout: expect.stringContaining(`${id} is paused: 1 waiting.`) })
    expect([followed.stderr, upstream.calls.posts()]).toEqual([expect.stringContaining('no_route'), 1])
  })
})
