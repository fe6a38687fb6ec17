import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GateList, GateReport } from '../../src/contract/record.ts'
import type { Sandbox } from '../../src/sandbox/index.ts'
import { everything, type FaceRoute, facesEnvironment, routesYaml, statedContract, upstream } from '../support/face-routes.ts'
import { postGeneration, seeReply } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const perCall = `
    capabilities:
      - { from: '2026-01-01', sizes: [], qualities: [], edits: true, source: test }${statedContract}`
const without = (...lines: string[]) =>
  statedContract
    .split('\n')
    .filter((line) => !lines.some((name) => line.trim().startsWith(`${name}:`)))
    .join('\n')

/** Every route, what stands behind it, what its row says, and what it deserves. */
const table: readonly (FaceRoute & { verdict: GateReport['verdict']; restriction?: string; signature?: string })[] = [
  { id: 'honest', face: 'honest', verdict: 'production' },
  { id: 'flat', face: 'laozhang-per-call', more: perCall, card: 'faces-per-call', verdict: 'production' },
  { id: 'official-tokens', face: 'laozhang-official', verdict: 'production' },
  {
    id: 'two-five',
    face: 'two-five-signed-two',
    more: `
    capabilities:
      - { from: '2026-01-01', models: [gpt-image-2.5-flare], sizes: model, qualities: model, formats: model, source: test }${statedContract}`,
    verdict: 'production',
  },
  {
    id: 'declared-cdn',
    face: 'cdn-reencoding',
    more: everything('content_credentials: stripped,') + statedContract,
    verdict: 'production',
  },
  { id: 're-encoding', face: 're-encoding', verdict: 'fallback' },
  { id: 'size-ignoring', face: 'size-ignoring', verdict: 'manual-test', restriction: 'unknown_wrapper', signature: 'auto_area_size' },
  { id: 'quality-ignoring', face: 'quality-ignoring', verdict: 'manual-test', restriction: 'unknown_wrapper' },
  { id: 'any-model', face: 'any-model', verdict: 'manual-test', restriction: 'unknown_wrapper', signature: 'any_model_accepted' },
  { id: 'usage-less', face: 'usage-less', verdict: 'manual-test', restriction: 'manual_only', signature: 'usage_missing' },
  { id: 'requestid-less', face: 'requestid-less', verdict: 'manual-test', restriction: 'manual_only', signature: 'request_id_missing' },
  {
    id: 'chatgpt-signed',
    face: 'chatgpt-signed',
    verdict: 'manual-test',
    restriction: 'unknown_wrapper',
    signature: 'chatgpt_claim_generator',
  },
  { id: 'auto-forcing', face: 'auto-forcing', verdict: 'refused', signature: 'forced_auto' },
  { id: 'session-relay', face: 'session-relay', verdict: 'refused', signature: 'chatgpt_claim_generator' },
  { id: 'no-rights', face: 'honest', more: everything() + without('rights'), verdict: 'fallback', restriction: 'no_inputs' },
  { id: 'no-billing', face: 'honest', more: everything() + without('failed_calls'), verdict: 'fallback', restriction: 'no_cost_promise' },
  {
    id: 'no-owner',
    face: 'honest',
    more: everything() + without('account_owner', 'abuse'),
    verdict: 'manual-test',
    restriction: 'no_production',
  },
]

let sandbox: Sandbox
let gateway: TestGateway
const reports = new Map<string, GateReport>()

async function gate(id: string, body: object = {}): Promise<GateReport> {
  const reply = await gateway.fetch(`/v2/gate/${id}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(reply.status).toBe(200)
  return (await reply.json()) as GateReport
}

const standings = async () => ((await (await gateway.fetch('/v2/gate')).json()) as GateList).routes

beforeAll(async () => {
  sandbox = await upstream()
  gateway = await startTestGateway({ yaml: routesYaml(sandbox, table), environment: facesEnvironment })
  for (const { id } of table) reports.set(id, await gate(id))
}, 120_000)
afterAll(async () => {
  await gateway.close()
  await sandbox.close()
})

describe('the gate judges what a route is by how it answers and what it promised', () => {
  it.each(table)('$id deserves $verdict', ({ id, verdict, restriction, signature }) => {
    const report = reports.get(id)!
    expect(report.verdict, JSON.stringify(report.probes, null, 1)).toBe(verdict)
    if (restriction) expect(report.restrictions).toContain(restriction)
    const names = report.signatures.map(({ name }) => name)
    if (signature) expect(names).toContain(signature)
    else expect(names).toEqual([])
  })

  it('never costs more than its ceiling', () => {
    for (const report of reports.values()) expect(BigInt(report.cost.nanos)).toBeLessThanOrEqual(BigInt(report.cost_ceiling.nanos))
  })

  it('books what upstream charged, and no less where upstream does not say what it used', () => {
    const silent = new Set(['usage-less', 'session-relay'])
    const sum = (amounts: readonly string[]) => amounts.reduce((total, nanos) => total + BigInt(nanos), 0n)
    const booked = (isSilent: boolean) =>
      sum(table.filter(({ face }) => silent.has(face) === isSilent).map(({ id }) => reports.get(id)!.cost.nanos))
    const charged = (isSilent: boolean) =>
      sum(sandbox.invoice.lines().flatMap(({ face, nanos }) => (silent.has(face ?? '') === isSilent ? [nanos] : [])))
    expect(booked(false)).toBe(charged(false))
    expect(booked(true)).toBeGreaterThanOrEqual(charged(true))
  })

  it('leaves the records of its probes to be read', async () => {
    const probe = reports.get('honest')!.probes.find(({ generation_id }) => generation_id !== null)!
    expect(await (await gateway.fetch(`/v2/generations/${probe.generation_id}`)).json()).toMatchObject({
      project_tag: 'gate',
      route_id: 'honest',
    })
  })
})

describe('a verdict holds for every call from then on', () => {
  it('opens a route to production traffic, and others only as far as they were found fit', async () => {
    const grades = new Map((await standings()).map(({ route_id, grade }) => [route_id, grade]))
    for (const { id, verdict } of table) expect([id, grades.get(id)]).toEqual([id, verdict])
    const seen = await seeReply(postGeneration(gateway))
    expect([seen.status, seen.headers.get('x-darkroom-route')]).toEqual([200, 'honest'])
  })

  it('refuses a refused route even by name, until manual tests of it are granted, which is on record', async () => {
    const named = { headers: { 'x-darkroom-route': 'session-relay' } }
    const refused = await seeReply(postGeneration(gateway, { size: 'auto' }, named))
    expect(refused).toMatchObject({ status: 403, error: { code: 'no_route', outcome: 'not_charged' } })
    const admin = { authorization: `Bearer ${gateway.adminToken}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ reason: 'comparing pictures', hours: 1 })
    expect((await gateway.fetch('/v2/gate/session-relay/grant', { method: 'POST', headers: admin, body })).status).toBe(201)
    const granted = await seeReply(postGeneration(gateway, { size: 'auto' }, named))
    expect(granted.status).toBe(200)
    const record = (await (await gateway.fetch(`/v2/generations/${granted.generationId}`)).json()) as { route_contract: object }
    expect(record.route_contract).toMatchObject({ grade: 'manual-test', gate: { verdict: 'refused', granted: true } })
    await gateway.fetch('/v2/gate/session-relay/grant', { method: 'DELETE', headers: { authorization: admin.authorization } })
    expect((await seeReply(postGeneration(gateway, { size: 'auto' }, named))).status).toBe(403)
  })

  it('keeps pictures of callers from a route without rights, and the promise of a cost from one without billing', async () => {
    const form = new FormData()
    form.set('model', 'gpt-image-2')
    form.set('prompt', 'a fox')
    form.set('image', new Blob([Buffer.from('not looked at')], { type: 'image/png' }), 'in.png')
    const edit = await gateway.fetch('/v1/images/edits', { method: 'POST', headers: { 'x-darkroom-route': 'no-rights' }, body: form })
    expect(await edit.json()).toMatchObject({ error: { code: 'unsupported_on_route', param: 'image' } })
    const estimate = await gateway.fetch('/v2/estimate', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ request: { model: 'gpt-image-2', prompt: 'a fox', size: '1024x640', quality: 'low' }, route: 'no-billing' }),
    })
    expect(await estimate.json()).toMatchObject({ promise: 'none' })
  })

  it('is read again after a restart, and not under another configuration', async () => {
    await gateway.gateway.close(5000)
    const again = { dataFolder: gateway.dataFolder, environment: facesEnvironment }
    await using same = await startTestGateway({ ...again, yaml: routesYaml(sandbox, table) })
    const gradeOf = async (at: TestGateway, id: string) =>
      ((await (await at.fetch('/v2/gate')).json()) as GateList).routes.find(({ route_id }) => route_id === id)?.grade
    expect(await gradeOf(same, 'honest')).toBe('production')
    await same.gateway.close(5000)
    const changed = table.map((row) => (row.id === 'honest' ? { ...row, face: 'size-ignoring' } : row))
    await using other = await startTestGateway({ ...again, yaml: routesYaml(sandbox, changed) })
    expect(await gradeOf(other, 'honest')).toBe('manual-test')
  })
})

describe('a run of the gate', () => {
  it('sends nothing when it is dry, and makes no probe that could go beyond its ceiling', async () => {
    await using fresh = await startTestGateway({ yaml: routesYaml(sandbox, table.slice(0, 1)), environment: facesEnvironment })
    const before = sandbox.calls.posts()
    const ask = (body: object) =>
      fresh.fetch('/v2/gate/honest', {
        method: 'POST',
        headers: { authorization: `Bearer ${fresh.adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const dry = (await (await ask({ dry_run: true })).json()) as GateReport
    expect([dry.dry_run, dry.cost.nanos, sandbox.calls.posts() - before]).toEqual([true, '0', 0])
    expect(BigInt(dry.planned_cost.nanos)).toBeGreaterThan(0n)
    const poor = (await (await ask({ max_cost_usd: '0.000001' })).json()) as GateReport
    expect([poor.verdict, poor.cost.nanos, sandbox.calls.posts() - before]).toEqual(['unknown', '0', 0])
    expect(poor.missing.length).toBeGreaterThan(0)
    expect((await ask({ max_cost_usd: 'much' })).status).toBe(400)
    expect((await fresh.fetch('/v2/gate/honest', { method: 'POST' })).status).toBe(404)
    expect((await fresh.fetch('/v2/gate/nobody')).status).toBe(404)
  })
})
