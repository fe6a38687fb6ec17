/*
 * A program of its own: starts a gateway, leaves it in every untidy state a caller can, closes it, and says what is left.
 * It must then end by itself: nothing here calls process.exit.
 */
import './clean-environment.ts'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { postGeneration, promptWith, seeReply, smallCall } from './generation-calls.ts'
import { openSocket, rawRequest } from './raw-http.ts'
import { startTestGateway } from './test-gateway.ts'

const gateway = await startTestGateway()
const limit = { headers: { 'x-darkroom-timeout-ms': '1000' } }
await Promise.all([
  seeReply(postGeneration(gateway, { n: 3 })),
  seeReply(postGeneration(gateway, { stream: true, partial_images: 3, n: 2 }, { headers: { 'x-darkroom-partials': 'store' } })),
  ...['cut=60%', 'broken-base64', 'gzip', 'moderation', 'reset-before-headers', 'usage=missing'].map((script) =>
    seeReply(postGeneration(gateway, { prompt: promptWith(script) })),
  ),
  seeReply(postGeneration(gateway, { prompt: promptWith('silence'), stream: true }, limit)),
  seeReply(postGeneration(gateway, { size: '9x9' })),
])

const call = { Host: 'localhost', Authorization: `Bearer ${gateway.key}`, 'Content-Type': 'application/json' }
const body = JSON.stringify({ ...smallCall, prompt: promptWith('latency=300') })
const leaving = await openSocket(gateway.url)
leaving.write(rawRequest('POST /v1/images/generations', call, body))
const halfSent = await openSocket(gateway.url)
halfSent.write(rawRequest('POST /v1/images/generations', { ...call, 'Content-Length': '500' }))
const idle = await openSocket(gateway.url)
while (gateway.gateway.parts.running.size === 0) await new Promise((resolve) => setTimeout(resolve, 1))
leaving.destroy()

const { spoolFolder } = gateway.gateway.parts
await gateway.gateway.close()
idle.destroy()
const left = {
  running: gateway.gateway.parts.running.size,
  spool: await readdir(spoolFolder),
  incoming: await readdir(join(gateway.dataFolder, 'objects', 'incoming')),
  children: await childProcesses(),
}
await gateway.close()
process.stdout.write(JSON.stringify(left))

/** Processes that this one started and that still run; Linux alone tells. */
async function childProcesses(): Promise<string[]> {
  const tasks = await readdir('/proc/self/task').catch(() => [])
  const lists = await Promise.all(tasks.map((task) => readFile(`/proc/self/task/${task}/children`, 'utf8').catch(() => '')))
  return lists.flatMap((list) => list.split(' ').filter((pid) => pid !== ''))
}
