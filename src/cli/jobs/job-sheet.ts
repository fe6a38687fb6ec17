import type { Job } from '../../contract/record.ts'
import type { GatewayClient } from '../gateway-client.ts'
import { plainText, table } from '../layout.ts'

/** Path of a job. */
export const jobPath = (id: string, what = '') => `/v2/jobs/${encodeURIComponent(id)}${what}`

/** A job as it stands. @throws RefusedError for one that is not there */
export function readJob(client: GatewayClient, id: string): Promise<Job> {
  return client.json<Job>({ method: 'GET', path: jobPath(id) })
}

const toTheSecond = (time: string | null) => (time === null ? '' : `${time.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)}Z`)

/** Jobs as a table, in the order in which they come. */
export function jobTable(jobs: readonly Job[]): string {
  if (jobs.length === 0) return 'There are no such jobs.'
  const rows = jobs.map(({ id, state, priority, lane, cost, createdAt, model, error }) => [
    id,
    state,
    lane === 'economy' ? 'economy' : priority,
    cost.settled.usd,
    createdAt.slice(0, 'YYYY-MM-DDTHH:MM'.length),
    model,
    String(error?.['code'] ?? ''),
  ])
  return table([['id', 'state', 'priority', 'cost', 'submitted', 'model', 'error'], ...rows])
}

/**
 * What there is to know of a job, a line each.
 * @param options.showsAddresses false where the gateway they lead to ends with the command
 */
export function jobSheet(job: Job, { showsAddresses }: { showsAddresses: boolean }): string {
  const { cost, error, outcome } = job
  const pictures = job.results.map(({ image_id, url, width, height }, index) => [
    index === 0 ? 'pictures' : '',
    [image_id, width === null ? '' : `${width}x${height}`, showsAddresses ? url : ''].filter(Boolean).join('  '),
  ])
  const facts = [
    ['state', job.cancelRequestedAt === null ? job.state : `${job.state}, and it is to be cancelled`],
    ['asked for', `${job.operation}, ${job.model}`],
    ['queue', job.lane === 'economy' ? 'economy' : `${job.priority} priority`],
    ['submitted', toTheSecond(job.createdAt)],
    ['started', toTheSecond(job.startedAt)],
    ['ended', toTheSecond(job.completedAt)],
    ['deadline', job.completedAt === null ? toTheSecond(job.deadline) : ''],
    ['cost', `${cost.settled.usd} USD${cost.reserved.nanos === '0' ? '' : `, ${cost.reserved.usd} set aside`}`],
    [
      'held',
      cost.held_unknown.nanos === '0'
        ? ''
        : `${cost.held_unknown.usd} USD until ${toTheSecond(job.resolve_by)}, since nobody knows what became of it`,
    ],
    ['outcome', job.state === 'completed' ? '' : (outcome ?? '')],
    ['error', error === null ? '' : plainText([error['code'], error['message']].filter(Boolean).join(': '))],
    ['bulk or set', job.set ?? ''],
    ['retry of', job.retryOf ?? ''],
    ['retried by', job.retriedBy ?? ''],
    ...pictures,
  ] as [string, string][]
  return table([['job', job.id], ...facts.filter(([, value]) => value !== '')])
}
