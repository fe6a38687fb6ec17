import { loadavg } from 'node:os'
import { quantile } from '../support/quantile.ts'
import { timed } from '../support/timed.ts'
import type { EngineUnderTest } from './engine-under-test.ts'
import type { GatewayOnEngine } from './gateway-on-engine.ts'

/** Pictures a second that are accepted, made, stored and settled, by calls at once; without a budget, then with one that all of them share. */
export async function reportThroughput(engine: EngineUnderTest, gateway: GatewayOnEngine, plan: readonly Step[]): Promise<void> {
  console.log(`\nPictures a second on ${engine.name}, small pictures`)
  for (const step of plan) await reportStep(gateway, 'no budget ', step)
  const budget = { project_id: await ownProject(gateway), name: 'bench', period: 'total', book: 'sandbox', limit_usd: '1000000' }
  const { id } = (await gateway.request('POST', '/v2/budgets', budget, 'admin')) as { id: string }
  for (const step of plan) await reportStep(gateway, 'one budget', step)
  await gateway.request('DELETE', `/v2/budgets/${id}`, undefined, 'admin')
  const jobs = plan.at(-1)!
  const { ms } = await timed(async () => {
    await callers(jobs, (n) => gateway.submitJob(`job ${n}`))
    await gateway.untilIdle()
  })
  console.log(`  jobs, ${jobs.atOnce} submitted at once, 16 made at once: ${perSecond(jobs.calls, ms)}   load ${load()}`)
}

/** So many calls, so many of them at once. */
export interface Step {
  atOnce: number
  calls: number
}

async function ownProject(gateway: GatewayOnEngine): Promise<string> {
  const { projects } = (await gateway.request('GET', '/v2/projects', undefined, 'admin')) as { projects: { id: string }[] }
  return projects[0]!.id
}

async function reportStep(gateway: GatewayOnEngine, name: string, step: Step): Promise<void> {
  const before = { ...(await gateway.databaseFigures()), cpuMs: await gateway.cpuMs() }
  const latenciesMs: number[] = []
  const { ms } = await timed(() =>
    callers(step, async (n) => {
      latenciesMs.push((await timed(() => gateway.makePicture(`call ${n}`))).ms)
    }),
  )
  const after = { ...(await gateway.databaseFigures()), cpuMs: await gateway.cpuMs() }
  const anew = (after.collisions - before.collisions) / (after.transactions - before.transactions)
  const [p50, p99] = [0.5, 0.99].map((q) => quantile(latenciesMs, q).toFixed(0))
  const cpu = ((after.cpuMs - before.cpuMs) / step.calls).toFixed(1)
  console.log(
    `  ${name}  ${String(step.atOnce).padStart(2)} at once: ${perSecond(step.calls, ms)}   p50 ${p50} ms   p99 ${p99} ms   ` +
      `${cpu} ms CPU   ${(anew * 100).toFixed(1)} % begun anew   load ${load()}`,
  )
}

async function callers({ atOnce, calls }: Step, call: (number: number) => Promise<void>): Promise<void> {
  let next = 0
  const keepCalling = async () => {
    for (let number = next++; number < calls; number = next++) await call(number)
  }
  await Promise.all(Array.from({ length: atOnce }, keepCalling))
}

const perSecond = (count: number, ms: number) => `${((count * 1000) / ms).toFixed(1)} a second`
const load = () => loadavg()[0]!.toFixed(1)
