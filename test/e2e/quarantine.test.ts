import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Housekeeping } from '../../src/flows/index.ts'
import {
  httpAnswer,
  httpHead,
  type ScriptedUpstream,
  startScriptedUpstream,
  type UpstreamScript,
} from '../../src/providers/scripted-upstream.ts'
import { sandboxRoute } from '../../src/routes/index.ts'
import { postGeneration, seeReply, settledRecord } from '../support/generation-calls.ts'
import { movedClock } from '../support/moved-clock.ts'
import { noisePicture } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const json = { 'content-type': 'application/json', 'x-request-id': 'req_scripted' }
const DAY_MS = 24 * 3600 * 1000

let gateway: TestGateway
let upstream: ScriptedUpstream
let script: UpstreamScript = () => undefined
const clock = movedClock()

beforeAll(async () => {
  upstream = await startScriptedUpstream((socket, call) => script(socket, call))
  gateway = await startTestGateway({ clock, config: { routes: [sandboxRoute(upstream.origin)] } })
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

const asAdmin = (path: string) => gateway.fetch(path, { headers: { authorization: `Bearer ${gateway.adminToken}` } })
const folder = () => join(gateway.dataFolder, 'quarantine')

async function answeredBy(answer: UpstreamScript) {
  script = answer
  const seen = await seeReply(postGeneration(gateway))
  const record = await settledRecord(gateway, seen.generationId!)
  // It is put aside behind the answer.
  while (gateway.gateway.parts.running.size > 0) await new Promise((resolve) => setTimeout(resolve, 1))
  return { record, attemptId: record.attempts[0]!.id }
}

async function keptIds(): Promise<string[]> {
  const { answers } = (await (await asAdmin('/v2/quarantine')).json()) as { answers: { attempt_id: string }[] }
  return answers.map(({ attempt_id }) => attempt_id)
}

const canary = 'nobody may read this on the disk'

describe('a broken answer', () => {
  it('F11 is put aside as it came: encrypted, readable for the administrator alone, counted, and gone after a week', async () => {
    const body = `{"created": 1, "note": "${canary}", "data": oops}`
    const { record, attemptId } = await answeredBy((socket) => socket.write(httpAnswer(200, json, body)))
    expect(await keptIds()).toEqual([attemptId])
    const read = await asAdmin(`/v2/quarantine/${attemptId}`)
    expect(await read.text()).toBe(body)
    expect(
      Object.fromEntries(['generation', 'route', 'cause', 'omitted-bytes'].map((name) => [name, read.headers.get(`x-darkroom-${name}`)])),
    ).toEqual({ generation: record.id, route: 'sandbox', cause: 'not_json', 'omitted-bytes': '0' })
    expect((await gateway.fetch(`/v2/quarantine/${attemptId}`)).status).toBe(404)
    expect(await (await asAdmin('/metrics')).text()).toContain('darkroom_quarantined_answers_total{cause="not_json"} 1\n')

    const [file] = await readdir(folder())
    const onDisk = await readFile(join(folder(), file!), 'utf8')
    expect(onDisk).toMatch(/^v1\.[\w-]+\.[\w-]+$/)
    expect(Buffer.from(onDisk.split('.')[2]!, 'base64url').includes(canary)).toBe(false)

    clock.move(7 * DAY_MS - 60_000)
    await sweep()
    expect(await keptIds()).toEqual([attemptId])
    clock.move(120_000)
    await sweep()
    expect([await keptIds(), await readdir(folder())]).toEqual([[], []])
    expect((await asAdmin(`/v2/quarantine/${attemptId}`)).status).toBe(404)
  })

  it('F09 that is long is put aside by its beginning and its end', async () => {
    const picture = (await noisePicture(900, 600)).toString('base64')
    const body = `{"created": 1, "data": [{"b64_json": "${picture}`
    const { attemptId } = await answeredBy((socket) =>
      socket.end(Buffer.concat([httpHead(200, { ...json, 'content-length': '99999999' }), Buffer.from(body)])),
    )
    const read = await asAdmin(`/v2/quarantine/${attemptId}`)
    const omitted = Number(read.headers.get('x-darkroom-omitted-bytes'))
    const kept = await read.text()
    expect(kept).toBe(body.slice(0, 512 * 1024) + body.slice(-128 * 1024))
    expect(kept.length + omitted).toBe(body.length)
  })

  it('F12 without a picture is put aside; one with a picture, and one that was refused, are not', async () => {
    const before = await keptIds()
    const empty = await answeredBy((socket) => socket.write(httpAnswer(200, json, '{"created":1,"data":[]}')))
    const picture = { b64_json: (await noisePicture(64, 40)).toString('base64') }
    const usage = { input_tokens: 8, output_tokens: 100, total_tokens: 108 }
    await answeredBy((socket) => socket.write(httpAnswer(200, json, JSON.stringify({ created: 1, data: [picture], usage }))))
    await answeredBy((socket) => socket.write(httpAnswer(400, json, '{"error":{"message":"no","type":"invalid_request_error"}}')))
    expect(await keptIds()).toEqual([empty.attemptId, ...before])
  })
})

/** A round of housekeeping. */
async function sweep(): Promise<void> {
  const rounds = new Housekeeping()
  await rounds.start(gateway.gateway.parts)
  await rounds.close()
}
