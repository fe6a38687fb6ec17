import { createInterface } from 'node:readline'
import { readConfig } from '../../src/config/read-config.ts'
import { statementContext } from '../../src/db/index.ts'
import { recordEvent } from '../../src/events/index.ts'
import { createGateway } from '../../src/gateway.ts'
import { createLogger } from '../../src/telemetry/index.ts'

/*
 * A gateway in a process of its own that has events happen when it is told to, as the flows do: each in a transaction, said aloud once that is
 * on disk. It is as patient with receivers as `WEBHOOK_PACE` says.
 */

/** A line on the input: so many events in turn for these projects, with a pause between them. */
export interface HappenOrder {
  projectIds: string[]
  count: number
  pauseMs: number
}

/** A line on the output: an event that is on disk. */
export interface CommittedEvent {
  id: string
  atMs: number
}

const environment = process.env as Record<string, string>
const gateway = await createGateway(readConfig(environment), {
  logger: createLogger({ level: 'error', destination: process.stderr }),
  webhooks: { pace: JSON.parse(environment['WEBHOOK_PACE']!) },
})
const { parts } = gateway
process.stdout.write(`listens on ${gateway.url}\n`)
let happened = 0

async function happen(projectId: string): Promise<void> {
  const id = parts.newId('evt')
  const subjectId = `gen_${++happened}`
  const event = { projectId, subjectId, type: 'job.completed' as const, data: { job_id: subjectId } }
  await parts.database.transact([recordEvent({ ...statementContext(parts.database, parts.clock, parts.newId), newId: () => id }, event)])
  process.stdout.write(`${JSON.stringify({ id, atMs: Date.now() } satisfies CommittedEvent)}\n`)
  parts.webhookDeliveries.wake()
}

for await (const line of createInterface({ input: process.stdin })) {
  const { projectIds, count, pauseMs } = JSON.parse(line) as HappenOrder
  for (let at = 0; at < count; at++) {
    void happen(projectIds[at % projectIds.length]!)
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
