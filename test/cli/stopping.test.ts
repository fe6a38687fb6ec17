import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { LedgerReply } from '../../src/contract/record.ts'
import { decodePicture } from '../support/picture-bytes.ts'
import { answers, launcher, makeFolder, run, serve, until } from './darkroom-program.ts'

const folder = await makeFolder()
const cwd = folder.path
const at = (...path: string[]) => join(cwd, ...path)
afterAll(() => folder[Symbol.asyncDispose]())

/** Long enough for a signal to arrive while the picture is drawn. */
const SLOW = { DARKROOM_SANDBOX_LATENCY_MS: '1500' }
const BODY = '{"model":"gpt-image-2","prompt":"A boat","size":"1024x640","quality":"low"}'

/** The sums of the gateway that owns a data folder now. */
async function ledgerOf(data: string): Promise<LedgerReply['rows']> {
  const { url } = JSON.parse(readFileSync(at(data, 'owner.json'), 'utf8'))
  const answer = await fetch(`${url}/v2/ledger`, {
    headers: { authorization: `Bearer ${readFileSync(at(data, 'admin-token'), 'utf8').trim()}` },
  })
  return ((await answer.json()) as LedgerReply).rows
}

/** Waits until a gateway on this data folder has one call under way. */
function callUnderWay(data: string): Promise<void> {
  return until(async () => existsSync(at(data, 'owner.json')) && (await ledgerOf(data)).some((row) => row.reserved.nanos !== '0'))
}

function leftovers(data: string): string[] {
  const names = readdirSync(at(data)).filter((name) => name === 'owner.json' || /-(wal|shm)$/.test(name))
  return [...names, ...readdirSync(at(data, 'spool'))]
}

describe('SIGTERM to a server', () => {
  it('lets the call under way end, however often it arrives at once, and leaves nothing behind', async () => {
    await using server = await serve(['--data', 'drained'], { cwd, environment: SLOW })
    const key = readFileSync(at('drained', 'default-key'), 'utf8').trim()
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const answer = fetch(`${server.url}/v1/images/generations`, { method: 'POST', headers, body: BODY })
    await callUnderWay('drained')
    server.child.kill('SIGTERM')
    server.child.kill('SIGINT')

    const { data } = (await (await answer).json()) as { data: { b64_json: string }[] }
    expect(await decodePicture(Buffer.from(data[0]!.b64_json, 'base64'))).toMatchObject({ width: 1024, height: 640 })
    expect(await server.ended).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Waiting for 1 call under way. A second signal ends at once, and the cost is then unknown.\n'),
    })
    expect(leftovers('drained')).toEqual([])
    expect(await answers(server.url)).toBe(false)
  })
})

describe('Ctrl-C during darkroom generate', () => {
  const generate = [launcher, 'generate', 'A boat', '-s', '1024x640', '-q', 'low', '-o']

  it('waits for the picture that is paid for and saves it, when the gateway is its own', async () => {
    await using program = run(process.execPath, [...generate, 'own.png', '--data', 'own'], { cwd, environment: SLOW })
    await callUnderWay('own')
    program.child.kill('SIGINT')
    expect(await program.ended).toEqual({
      code: 130,
      stdout: expect.stringMatching(/^own\.png {2}1024x640 png, .*\n.*USD of play money, generation gen_\w+\n$/),
      stderr: 'The call is under way and paid for, so its picture is waited for. Ctrl-C again leaves at once.\n',
    })
    expect(await decodePicture(readFileSync(at('own.png')))).toMatchObject({ width: 1024 })
    expect(leftovers('own')).toEqual([])
  })

  it('leaves the call to the server that has it, which keeps the picture', async () => {
    await using server = await serve(['--data', 'kept'], { cwd, environment: SLOW })
    await using program = run(process.execPath, [...generate, 'left.png', '--data', 'kept'], { cwd })
    await callUnderWay('kept')
    program.child.kill('SIGINT')
    expect(await program.ended).toEqual({
      code: 130,
      stdout: '',
      stderr: `The gateway at ${server.url} goes on with the call, if it took it, and keeps the picture and its cost.\nInterrupted.\n`,
    })
    expect(readdirSync(cwd).filter((name) => name.includes('left'))).toEqual([])

    await until(async () => (await ledgerOf('kept')).some((row) => row.images === 1))
    expect(await ledgerOf('kept')).toMatchObject([{ calls: 1, images: 1, reserved: { nanos: '0' }, held_unknown: { nanos: '0' } }])
  })
})
