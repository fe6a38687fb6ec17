import type { GenerationRecord, Job, JobEvent } from '../../contract/record.ts'
import { type CommandContext, say } from '../command.ts'
import { type Followed, type FollowOptions, followCommand, leave } from '../follow-command.ts'
import { type GatewayClient, RefusedError } from '../gateway-client.ts'
import { count } from '../layout.ts'
import { gatewayFlags } from '../options.ts'
import { saveBody } from '../save-file.ts'
import { outFiles, reportImages, saveImages } from '../save-images.ts'
import { readEvents } from '../server-sent-events.ts'
import { jobPath, jobSheet, readJob } from './job-sheet.ts'

/** How a job is followed. */
export interface FollowJobWishes extends FollowOptions {
  json?: boolean | undefined
}

const goesOn: ReadonlySet<Job['state']> = new Set(['queued', 'running'])

/**
 * Tells the events of a job, a line each, until it has ended; a connection that breaks is taken up again where it was. Then its pictures are saved, or it is shown. Whoever leaves
 * earlier is told how to come back.
 * @returns the exit code: 0 when it is completed
 * @throws RefusedError with the error of a job that failed
 */
export async function followJob(client: GatewayClient, id: string, wishes: FollowJobWishes, context: CommandContext): Promise<number> {
  const command = followCommand(['jobs', 'follow', id], wishes)
  const followed: Followed = { thing: 'job', command, dataFolder: context.dataFolder(gatewayFlags(wishes)) }
  const heard: Heard = { state: 'queued' }
  try {
    const job = await toItsEnd(client, id, context, { json: wishes.json ?? false, heard })
    return await present(client, job, wishes, context)
  } catch (error) {
    return leave(error, context, { client, followed, underWay: heard.state === 'running' ? 1 : 0 })
  }
}

/** How it stood at the last event. */
interface Heard {
  state: Job['state']
}

async function toItsEnd(
  client: GatewayClient,
  id: string,
  context: CommandContext,
  { json, heard }: { json: boolean; heard: Heard },
): Promise<Job> {
  const signal = context.interruption()
  for (let lastEventId = ''; ; ) {
    const headers: Record<string, string> = lastEventId === '' ? {} : { 'last-event-id': lastEventId }
    const response = await client.call({ method: 'GET', path: jobPath(id, '/events'), headers })
    try {
      for await (const event of readEvents(response, signal)) {
        lastEventId = event.id
        const data = JSON.parse(event.data) as JobEvent & { at?: string }
        heard.state = data.state
        say(context.stdout, json ? JSON.stringify({ event: event.event, ...data }) : lineOf(event.event, data))
        // After an outcome that nobody knows the stream stays open for what is found out about it.
        if (!goesOn.has(data.state)) break
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
    signal.throwIfAborted()
    const job = await readJob(client, id)
    if (!goesOn.has(job.state)) return job
  }
}

/** `12:03:14  started  10 %`, by the clock on the wall. */
function lineOf(name: string, { at, progress }: { at?: string; progress: number }): string {
  const time = at === undefined ? ' '.repeat('HH:MM:SS'.length) : new Date(at).toTimeString().slice(0, 'HH:MM:SS'.length)
  return `${time}  ${name.padEnd('outcome_unknown'.length)} ${String(progress).padStart(3)} %`
}

async function present(client: GatewayClient, job: Job, { json, out }: FollowJobWishes, context: CommandContext): Promise<number> {
  if (job.state === 'failed' || job.state === 'cancelled') throw new RefusedError(null, job.error ?? {})
  if (out !== undefined && job.children !== undefined) return saveSet(client, job, out, context)
  if (out !== undefined && job.state === 'completed') {
    const record = await client.json<GenerationRecord>({ method: 'GET', path: `/v2/generations/${encodeURIComponent(job.id)}` })
    const saved = await saveImages(client, record, out, context)
    if (!json) reportImages(record, saved, context)
    return saved.length > 0 && saved.length === record.images.length ? 0 : 1
  }
  if (!json) say(context.stdout, `\n${jobSheet(job, { showsAddresses: !client.isOurs })}`)
  return job.state === 'completed' ? 0 : 1
}

/** A set has no record of its own: its pictures are those of its children. */
async function saveSet(client: GatewayClient, { results, cost }: Job, out: string, context: CommandContext): Promise<number> {
  const files = outFiles(out, results.length)
  for (const [index, { image_id, width, height }] of results.entries()) {
    await saveBody(await client.call({ method: 'GET', path: `/v2/images/${encodeURIComponent(image_id)}` }), files[index]!)
    say(context.stderr, `${files[index]}  ${width}x${height}`)
  }
  say(context.stderr, `${cost.settled.usd} USD, ${count(results.length, 'picture')}`)
  return results.length > 0 ? 0 : 1
}
