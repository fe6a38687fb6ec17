import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAtMost } from '../support/generation-calls.ts'
import { seededChance } from '../support/seeded-chance.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { rehash, tidy, untidiness } from './data-folder-state.ts'
import { type MixedEdit, mixedEdits } from './mixed-edits.ts'
import { attemptsInBooks, itEqualsTheInvoice } from './two-books.ts'

const SEED = Number(process.env['E2E_SEED'] ?? 20_261_122)
const EDITS = 250
const AT_ONCE = 16

let gateway: TestGateway
/** What each accepted call gave, by its generation. */
const given = new Map<string, string[]>()
const seen = { refused: 0, wrongRefusals: [] as string[], left: 0, calls: 0 }

beforeAll(async () => {
  gateway = await startTestGateway()
  const waiting = mixedEdits(seededChance(SEED), EDITS)
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let edit = waiting.pop(); edit; edit = waiting.pop()) await make(edit)
    }),
  )
  while (gateway.gateway.parts.running.size > 0 || (await driftStates()).has('pending')) await wait(20)
}, 600_000)
afterAll(() => gateway.close())

/** Makes one call as its client would: reads to the end, or leaves. */
async function make({ path, contentType, body, headers, isRefused, leavesAfterBytes, ...edit }: MixedEdit): Promise<void> {
  const leaving = new AbortController()
  const init = { method: 'POST', body, headers: { 'content-type': contentType, ...headers }, signal: leaving.signal }
  const response = await gateway.fetch(path, init)
  seen.calls += 1
  const generationId = response.headers.get('x-darkroom-generation')
  if (generationId !== null) given.set(generationId, edit.given)
  if (isRefused) seen.refused += 1
  if (isRefused !== (generationId === null)) seen.wrongRefusals.push(`${response.status} ${await response.clone().text()}`.slice(0, 500))
  await readAtMost(response, leavesAfterBytes)
  if (leavesAfterBytes === null) return
  seen.left += 1
  leaving.abort()
}

async function driftStates(): Promise<Set<string>> {
  const { database } = gateway.gateway.parts
  const rows = await database.read(database.sql.selectFrom('drift_reports').select('state').distinct())
  return new Set(rows.map((row) => row.state))
}

/** The inputs on record, in the order they went upstream. */
async function keptInputs() {
  const { database } = gateway.gateway.parts
  const inputs = database.sql
    .selectFrom('generation_inputs')
    .innerJoin('attempts', 'attempts.generation_id', 'generation_inputs.generation_id')
  const rows = await database.read(
    inputs
      .select(['generation_inputs.generation_id', 'attempts.client_request_id', 'role', 'sha256', 'sent_sha256', 'conversion'])
      .orderBy('role')
      .orderBy('idx'),
  )
  return Map.groupBy(rows, (row) => row.generation_id)
}

describe(`the ledger after ${EDITS} mixed edits (seed ${SEED})`, () => {
  it('was filled by edits of every kind', async () => {
    expect(seen.calls).toBe(EDITS)
    expect(seen.wrongRefusals).toEqual([])
    expect(seen.refused).toBeGreaterThan(EDITS / 20)
    expect(seen.left).toBeGreaterThan(EDITS / 50)
    const kinds = new Set((await attemptsInBooks(gateway)).map((attempt) => attempt.kinds))
    expect([...kinds].sort()).toEqual(['reserve release', 'reserve release hold_unknown', 'reserve release loss', 'reserve release settle'])
  })

  itEqualsTheInvoice(() => gateway)
})

describe(`the inputs of ${EDITS} mixed edits (seed ${SEED})`, () => {
  it('are on record as they were given: every call, every picture', async () => {
    const kept = await keptInputs()
    const wrong = [...given].filter(([id, hashes]) => {
      const own = (kept.get(id) ?? []).filter(({ conversion }) => conversion === null)
      return own.map((input) => input.sha256).join() !== hashes.join()
    })
    expect(wrong).toEqual([])
    const converted = [...kept.values()].flat().filter(({ conversion }) => conversion !== null)
    expect(new Set(converted.map((input) => input.conversion))).toEqual(new Set(['mask_from_luminance']))
  })

  it('reached upstream byte for byte', async () => {
    const arrived = new Map(gateway.gateway.sandbox!.calls.list().map(({ client_request_id: id, inputs }) => [id, inputs ?? null]))
    const sent = [...(await keptInputs()).values()]
    const whole = sent.filter(([first]) => arrived.get(first!.client_request_id))
    const wrong = whole.filter((inputs) => {
      const hashes = arrived.get(inputs[0]!.client_request_id)!.map((input) => input.sha256)
      return hashes.join() !== inputs.map((input) => input.sent_sha256).join()
    })
    expect(wrong).toEqual([])
    expect(whole.length).toBe(sent.length)
  })
})

describe(`the data folder after ${EDITS} mixed edits (seed ${SEED})`, () => {
  it('holds each picture, input and heat map under the hash of its bytes, and nothing that nobody refers to', async () => {
    const { files, wrong } = await rehash(gateway.dataFolder)
    expect(wrong).toEqual([])
    expect(files).toBeGreaterThan(50)
    expect(await untidiness(gateway)).toEqual(tidy)
  })

  it('has a finished report of drift for every result; only a picture that came truncated cannot be measured', async () => {
    const { database } = gateway.gateway.parts
    const reports = await database.read(database.sql.selectFrom('drift_reports').select(['image_id', 'state', 'error']))
    const results = database.sql.selectFrom('images').innerJoin('generations', 'generations.id', 'images.generation_id')
    const incomplete = await database.read(results.select('images.id').where('warnings_json', 'like', '%image_incomplete%'))
    const truncated = new Set(incomplete.map((image) => image.id))
    const expected = await database.read(
      results.select('images.id').where('operation', '=', 'edit').where('is_preview', '=', 0).where('storage', '=', 'stored'),
    )
    const failed = reports.filter(({ state }) => state !== 'measured' && state !== 'not_comparable')
    expect(failed.filter(({ error, image_id }) => error !== 'unreadable' || !truncated.has(image_id))).toEqual([])
    expect(reports.map((report) => report.image_id).sort()).toEqual(expected.map((image) => image.id).sort())
    expect(reports.filter(({ state }) => state === 'measured').length).toBeGreaterThan(100)
  })

  it('has no generation that still runs, and one record for each call that was accepted', async () => {
    const { database } = gateway.gateway.parts
    const rows = await database.read(database.sql.selectFrom('generations').select(['id', 'status']))
    expect(rows.filter((row) => row.status === 'running')).toEqual([])
    expect(rows).toHaveLength(EDITS - seen.refused)
  })
})
