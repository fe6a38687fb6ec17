import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSandbox } from '../../src/sandbox/index.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { UnknownStage } from '../support/unknown-calls.ts'

const DAY_MS = 24 * 3_600_000

let stage: UnknownStage
const log: string[] = []

beforeAll(async () => {
  stage = await UnknownStage.open((clock) => startSandbox({ latencyMs: 0, flat: true, clock }), {
    logger: createLogger({ level: 'warn', destination: { write: (line: string) => void log.push(line) } }),
  })
})
afterAll(() => stage.close())

const compare = () => stage.gateway.gateway.parts.costWatch.compare(stage.gateway.gateway.parts)
const invoiced = () => stage.sandbox.invoice.lines().reduce((sum, { nanos }) => sum + BigInt(nanos), 0n)
const bills = async () => {
  const { findings } = (await (await stage.admin('/v2/doctor?live=true')).json()) as {
    findings: { name: string; level: string; found: string }[]
  }
  return findings.filter(({ name }) => name.startsWith('bill of'))
}

describe('the bill of an account that nothing else uses', () => {
  it('is compared once its days are complete, and what is held explains what nobody knows', async () => {
    for (const route of ['counted', 'blind', 'counted'] as const) await stage.makeKnown(route)
    const { id } = await stage.makeUnknown('reset', true)
    const { held_unknown_nanos } = (await stage.record(id)).cost
    expect(await compare()).toMatchObject([{ billed: 0n, booked: 0n, drift: 0, isAlarm: false }])

    stage.clock.move(2 * DAY_MS)
    const [comparison] = await compare()
    expect(comparison).toMatchObject({ routeIds: ['counted', 'blind'], owner: 'darkroom-sandbox', drift: 0, isAlarm: false })
    expect(comparison).toMatchObject({ billed: invoiced(), held: BigInt(held_unknown_nanos!) })
    expect(await bills()).toMatchObject([
      { name: 'bill of counted, blind', level: 'ok', found: expect.stringContaining('0.0 % unexplained') },
    ])
    expect(await (await stage.admin('/metrics')).text()).toMatch(/^darkroom_cost_drift_ratio\{route="counted"\} 0$/m)
  })

  it('is an alarm where somebody else used the account after all', async () => {
    await stage.callBesideTheGateway('a fox that is nobody’s here')
    stage.clock.move(2 * DAY_MS)
    const [comparison] = await compare()
    expect(comparison).toMatchObject({ billed: invoiced(), isAlarm: true })
    expect(comparison!.drift).toBeGreaterThan(0.02)
    expect(await bills()).toMatchObject([
      { level: 'warning', found: expect.stringMatching(/billed, .* booked and .* held, [\d.]+ % unexplained$/) },
    ])
    expect(log.filter((line) => line.includes('books and bill do not agree'))).not.toEqual([])
  })

  it('is forgotten after a week, with what it said', async () => {
    stage.clock.move(8 * DAY_MS)
    expect(await compare()).toMatchObject([{ billed: 0n, booked: 0n, isAlarm: false }])
  })
})
