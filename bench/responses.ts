/**
 * What an assistant stream costs on its way: three previews and a picture of 4 MB of base64 each, the picture once in its item and once in
 * the finished response, as upstream sends it. `node bench/responses.ts`, `-- --quick` for a short run.
 *
 * One caller at a time: how long after its last byte left upstream each event is whole at the caller, directly and through the gateway.
 * Then several at once: streams a second and what they cost the gateway's processor.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createCanvas } from '@napi-rs/canvas'
import type { Target } from './support/bench-call.ts'
import { GatewayUnderTest } from './support/gateway-under-test.ts'
import { describeMachine } from './support/machine.ts'
import { enterPrivateNetwork } from './support/private-network.ts'
import { quantile } from './support/quantile.ts'

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const plan = options.quick ? { lone: 6, busy: 16, rounds: 1 } : { lone: 20, busy: 48, rounds: 3 }
const CONCURRENCY = 8
/** Between two events of a lone stream, so that each is timed by itself. */
const PACE_MS = 60
const TARGET_MS = 20
const SIDE = 886
const MEASURED_CORE = 0

const eventNames = ['created', 'preview 1', 'preview 2', 'preview 3', 'picture', 'completed'] as const

/** When the last byte of each event was handed to the network, by the number of the call. */
const sentMs = new Map<string, number[]>()

const noise = noisePicture()

function noisePicture(): string {
  const canvas = createCanvas(SIDE, SIDE)
  const context = canvas.getContext('2d')
  const pixels = context.createImageData(SIDE, SIDE)
  pixels.data.set(randomBytes(pixels.data.length))
  context.putImageData(pixels, 0, 0)
  const bytes = canvas.toBuffer('image/png')
  const whole = Buffer.concat([bytes, Buffer.alloc((3 - (bytes.length % 3)) % 3)])
  return whole.toString('base64')
}

/** A picture that no other call has: its last bytes, behind the end of the png, are its own. */
const picture = () => noise + randomBytes(6).toString('base64')

function eventsOf(call: string): string[] {
  const item = { type: 'image_generation_call', id: `ig_${call}`, status: 'completed', output_format: 'png', quality: 'low' }
  const response = { id: `resp_${call}`, object: 'response', status: 'in_progress', model: 'gpt-5.4', output: [] }
  const result = picture()
  const usage = { input_tokens: 100, input_tokens_details: { cached_tokens: 0 }, output_tokens: 50, total_tokens: 150 }
  const tool_usage = { image_gen: { input_tokens: 20, output_tokens: 496, total_tokens: 516 } }
  const events = [
    { type: 'response.created', response },
    ...[0, 1, 2].map((index) => ({
      type: 'response.image_generation_call.partial_image',
      item_id: item.id,
      partial_image_index: index,
      partial_image_b64: picture(),
    })),
    { type: 'response.output_item.done', output_index: 0, item: { ...item, result } },
    { type: 'response.completed', response: { ...response, status: 'completed', output: [{ ...item, result }], usage, tool_usage } },
  ]
  return events.map((event, index) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: index })}\n\n`)
}

async function answer(body: string, response: ServerResponse): Promise<void> {
  const [, call, paceMs] = /bench (\w+) (\d+)/.exec(body)!
  const times: number[] = []
  sentMs.set(call!, times)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': `req_${call}` })
  for (const event of eventsOf(call!)) {
    await new Promise((resolve) => response.write(event, resolve))
    times.push(performance.now())
    if (paceMs !== '0') await wait(Number(paceMs))
  }
  response.end()
}

const upstream = createServer((incoming, response) => {
  const pieces: Buffer[] = []
  incoming.on('data', (piece: Buffer) => pieces.push(piece))
  incoming.on('end', () => void answer(Buffer.concat(pieces).toString(), response))
})

let calls = 0

/** Makes one call. @returns for each event, how long after its last byte left upstream it was whole here */
async function stream({ port, headers }: Target, paceMs: number): Promise<number[]> {
  const call = `c${++calls}`
  const tools = [{ type: 'image_generation', size: '1024x1024', quality: 'low', partial_images: 3 }]
  const body = JSON.stringify({ model: 'gpt-5.4', input: `bench ${call} ${paceMs}`, stream: true, tools })
  const asked = request({
    host: '127.0.0.1',
    port,
    path: '/v1/responses',
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
  })
  asked.end(body)
  const [response] = await once(asked, 'response')
  if (response.statusCode !== 200) throw new Error(`expected 200, found ${response.statusCode}`)
  const arrived: number[] = []
  let last = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    if (last === 10 && piece[0] === 10) arrived.push(performance.now())
    for (let at = piece.indexOf('\n\n'); at >= 0; at = piece.indexOf('\n\n', at + 2)) arrived.push(performance.now())
    last = piece.at(-1)!
  }
  if (arrived.length !== eventNames.length) throw new Error(`expected ${eventNames.length} events, found ${arrived.length}`)
  return arrived.map((ms, index) => Math.max(0, ms - sentMs.get(call)![index]!))
}

async function reportDelays(direct: Target, gateway: GatewayUnderTest): Promise<void> {
  const delays = { direct: [] as number[][], gateway: [] as number[][] }
  for (let n = 0; n < plan.lone; n++) {
    delays.direct.push(await stream(direct, PACE_MS))
    delays.gateway.push(await stream(gateway.target, PACE_MS))
  }
  console.log(`Delay of each event behind its last byte, one stream at a time, ${plan.lone} streams (target < ${TARGET_MS} ms)`)
  for (const [index, name] of eventNames.entries()) {
    const [own, through] = [delays.direct, delays.gateway].map((all) => all.map((one) => one[index]!))
    const show = (values: number[], q: number) => quantile(values, q).toFixed(2).padStart(7)
    console.log(
      `  ${name.padEnd(10)} direct p50 ${show(own!, 0.5)} ms   through Darkroom p50 ${show(through!, 0.5)}   p95 ${show(through!, 0.95)}   longest ${show(through!, 1)} ms`,
    )
  }
}

async function reportThroughput(direct: Target, gateway: GatewayUnderTest): Promise<void> {
  console.log(`\n${CONCURRENCY} streams at once, some 20 MB each; medians of ${plan.rounds} rounds`)
  for (const [name, target] of [
    ['direct', direct],
    ['through Darkroom', gateway.target],
  ] as const) {
    const rates: number[] = []
    const cpu: number[] = []
    for (let round = 0; round < plan.rounds; round++) {
      const before = await gateway.process.ask('figures')
      const startMs = performance.now()
      let left = plan.busy
      const caller = async () => {
        while (left-- > 0) await stream(target, 0)
      }
      await Promise.all(Array.from({ length: CONCURRENCY }, caller))
      rates.push(plan.busy / ((performance.now() - startMs) / 1000))
      cpu.push(((await gateway.process.ask('figures')).cpuMs - before.cpuMs) / plan.busy)
    }
    const cost = target === direct ? '' : `   CPU ${quantile(cpu, 0.5).toFixed(1)} ms a stream`
    console.log(`  ${name.padEnd(17)} ${quantile(rates, 0.5).toFixed(1)} streams/s${cost}`)
  }
  console.log(`  peak memory of the gateway ${((await gateway.process.ask('figures')).peakBytes / 1e6).toFixed(0)} MB`)
}

/** Figures of a gateway that loses calls mean nothing. */
async function verify(gateway: GatewayUnderTest, made: number): Promise<void> {
  const ledger = (await gateway.read('/v2/ledger')) as { totals_by_owner: { calls: number; images: number; reserved: { nanos: string } }[] }
  const [total] = ledger.totals_by_owner
  if (total?.calls !== made || total.images !== made || total.reserved.nanos !== '0')
    throw new Error(`${made} calls, ${JSON.stringify(total)}`)
  console.log(`\nChecked: ${made} calls with a picture each in the ledger, nothing left reserved.`)
}

async function main(): Promise<void> {
  console.log(describeMachine(enterPrivateNetwork()))
  upstream.listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  const { port } = upstream.address() as { port: number }
  await using gateway = await GatewayUnderTest.start(port, { core: MEASURED_CORE })
  const direct = { port, headers: {} }
  await stream(gateway.target, 0)
  await reportDelays(direct, gateway)
  await reportThroughput(direct, gateway)
  await verify(gateway, 1 + plan.lone + plan.busy * plan.rounds)
  upstream.closeAllConnections()
  upstream.close()
}

await main()
