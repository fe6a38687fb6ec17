import { writeFile } from 'node:fs/promises'
import type { GateList, GateReport, RouteGrant } from '../../contract/record.ts'
import { type Command, type CommandContext, say, UsageError } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { table } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments } from '../options.ts'

interface Words {
  'dry-run'?: boolean | undefined
  'max-cost'?: string | undefined
  html?: string | undefined
  grant?: string | undefined
  hours?: string | undefined
  withdraw?: boolean | undefined
  json?: boolean | undefined
}

/** `darkroom gate`: may a route carry production traffic, and why not. */
export const gateCommand: Command = {
  name: 'gate',
  summary: 'test whether a route is what it says, and may carry production traffic',
  usage: `gate [ROUTE] [options]

Without a route it lists how every route stands. With one it plans the probes, says what they
cost, makes them and prints the report. Exit code 0 = fit for production or as a fallback.

      --dry-run          plan and price the probes, send nothing
      --max-cost USD     what the run may cost (0.25)
      --html FILE        save the report as a page, too
      --grant REASON     allow manual tests of a refused route
      --hours N          how long the grant holds (24)
      --withdraw         take grants back
      --data FOLDER      data folder (./data)
      --json             print the whole answer`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, {
      ...gatewayOptions,
      'dry-run': { type: 'boolean' },
      'max-cost': { type: 'string' },
      html: { type: 'string' },
      grant: { type: 'string' },
      hours: { type: 'string' },
      withdraw: { type: 'boolean' },
    } as const)
    const [route, ...more] = positionals
    if (more.length > 0) throw new UsageError('gate takes one route')
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { makesFolder: false })
    if (route === undefined) return await list(client, context, values)
    if (values.grant !== undefined) return await grant(client, context, route, values)
    if (values.withdraw) return await withdraw(client, context, route, values)
    return await test(client, context, route, values)
  },
}

const pathOf = (route: string) => `/v2/gate/${encodeURIComponent(route)}`

async function list(client: GatewayClient, context: CommandContext, { json }: Words): Promise<number> {
  const answer = await client.json<GateList>({ method: 'GET', path: '/v2/gate' })
  const rows = answer.routes.map(({ route_id, route_owner, grade, restrictions, why }) => [
    route_id,
    route_owner,
    grade,
    restrictions.join(', ') || '-',
    why,
  ])
  say(context.stdout, json ? JSON.stringify(answer, null, 2) : table([['route', 'owner', 'traffic', 'restrictions', 'why'], ...rows]))
  return 0
}

async function test(client: GatewayClient, context: CommandContext, route: string, values: Words): Promise<number> {
  const cost = values['max-cost'] === undefined ? {} : { max_cost_usd: values['max-cost'] }
  const planned = await client.json<GateReport>({ method: 'POST', path: pathOf(route), body: { dry_run: true, ...cost } })
  if (!values.json) say(context.stdout, plan(planned))
  const report = values['dry-run'] ? planned : await client.json<GateReport>({ method: 'POST', path: pathOf(route), body: cost })
  if (values.html !== undefined) await savePage(values.html, report)
  if (values.json) say(context.stdout, JSON.stringify(report, null, 2))
  else if (!values['dry-run']) say(context.stdout, sheet(report))
  return values['dry-run'] || report.verdict === 'production' || report.verdict === 'fallback' ? 0 : 1
}

async function savePage(file: string, report: GateReport): Promise<void> {
  const { renderGateReport } = await import('../../gate/index.ts')
  await writeFile(file, renderGateReport(report, { stylesheetUrl: '/assets/page.css' }))
}

/** What is going to happen, and what it costs. */
function plan(report: GateReport): string {
  const names = [...new Set(report.probes.map(({ name }) => name))]
  const skipped = report.skipped.map(({ name, reason }) => `  left out: ${name}: ${reason}`)
  return [
    `Gate of ${report.route_id} (${report.route_owner}): ${names.join(', ')}.`,
    ...skipped,
    `Planned cost ${report.planned_cost.usd} USD, at most ${report.cost_ceiling.usd} USD.`,
  ].join('\n')
}

function sheet(report: GateReport): string {
  const gates = report.gates.map(({ name, result, why, consequence }) => [name, result, consequence ?? '-', why])
  const probes = report.probes.map(({ name, asked, got, signal, weight }) => [
    name,
    asked,
    got,
    signal,
    weight > 0 ? `+${weight}` : String(weight),
  ])
  return [
    '',
    `Verdict: ${report.verdict}. Cost ${report.cost.usd} USD, holds until ${report.valid_until}.`,
    '',
    table([['gate', 'result', 'consequence', 'why'], ...gates]),
    '',
    table([['probe', 'asked', 'got', 'signal', 'weight'], ...probes]),
    ...(report.signatures.length > 0
      ? ['', ...report.signatures.map(({ name, words }) => `Seen on reverse routes before: ${name}: ${words}`)]
      : []),
    ...(report.missing.length > 0 ? ['', `Missing: ${report.missing.join('; ')}`] : []),
    '',
    report.next_action,
  ].join('\n')
}

async function grant(
  client: GatewayClient,
  context: CommandContext,
  route: string,
  { grant: reason, hours, json }: Words,
): Promise<number> {
  const forHours = hours === undefined ? {} : { hours: Number(hours) }
  const answer = await client.json<RouteGrant>({ method: 'POST', path: `${pathOf(route)}/grant`, body: { reason, ...forHours } })
  say(
    context.stdout,
    json
      ? JSON.stringify(answer, null, 2)
      : `Manual tests of ${route} are granted until ${answer.until}. Production traffic stays shut out.`,
  )
  return 0
}

async function withdraw(client: GatewayClient, context: CommandContext, route: string, { json }: Words): Promise<number> {
  const answer = await client.json<{ withdrawn: number }>({ method: 'DELETE', path: `${pathOf(route)}/grant` })
  say(context.stdout, json ? JSON.stringify(answer, null, 2) : `${answer.withdrawn} grant(s) of ${route} taken back.`)
  return 0
}
