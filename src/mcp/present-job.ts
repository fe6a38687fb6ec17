import type { CallToolResult } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { GenerationRecord, Job } from '../contract/record.ts'
import type { PixelPool } from '../pixels/index.ts'
import type { CallerFiles, HeldPicture, PictureDesk } from './picture-desk.ts'
import { previewOrNothing } from './preview-of.ts'

/** What a job's tools answer beside words and pictures. */
export const jobResultSchema = z.object({
  job_id: z.string(),
  state: z.enum(['queued', 'running', 'completed', 'failed', 'cancelled', 'outcome_unknown']),
  progress: z.int(),
  outcome: z.enum(['not_charged', 'charged', 'unknown']).nullable(),
  route: z.string(),
  route_owner: z.string(),
  cost_usd: z.object({ estimated: z.string(), settled: z.string(), held_unknown: z.string() }),
  play_money: z.boolean().describe('The sandbox made it: no money was spent.'),
  images: z.array(
    z.object({
      image_id: z.string(),
      url: z.string().describe('Opens without a key for a week.'),
      width: z.int().nullable(),
      height: z.int().nullable(),
      sha256: z.string(),
      saved_as: z.string().nullable(),
    }),
  ),
})

type JobResult = z.infer<typeof jobResultSchema>

/** Pictures that are shown; the others are named. */
const MOST_SHOWN = 4

/** What presenting needs. */
export interface PresentingDesk {
  desk: PictureDesk
  pixels: PixelPool
  files: CallerFiles | null
  saveAs: string | null
}

/** A job as an agent reads it: what became of it, what it cost, what to do next; small pictures, and the addresses of the whole ones. */
export async function presentJob(presenting: PresentingDesk, job: Job): Promise<CallToolResult> {
  const record = await presenting.desk.record(job.id)
  const result = resultOf(job, record)
  const pictures: CallToolResult['content'] = []
  const remarks: string[] = []
  if (job.state === 'completed') {
    for (const [index, image] of result.images.entries()) {
      await using held = await presenting.desk.hold(image.image_id)
      if (presenting.files !== null && presenting.saveAs !== null)
        remarks.push(...(await save(presenting.files, held, presenting.saveAs, image, { n: index + 1, of: result.images.length })))
      const preview = index < MOST_SHOWN ? await previewOrNothing(presenting.pixels, held) : null
      if (preview !== null) pictures.push({ type: 'image', data: preview.base64, mimeType: preview.mediaType })
      pictures.push({
        type: 'resource_link',
        uri: image.url,
        name: image.image_id,
        size: held.bytes,
        mimeType: held.mediaType ?? 'application/octet-stream',
      })
    }
  }
  const text = [wordsOf(job, record, result), ...remarks].join('\n')
  return { content: [{ type: 'text', text }, ...pictures], structuredContent: result, ...(isFailed(job) ? { isError: true } : {}) }
}

/** @returns why it was not saved: the picture is paid for and has its address, so that is a remark and no error */
async function save(
  files: CallerFiles,
  held: HeldPicture,
  path: string,
  image: JobResult['images'][number],
  place: { n: number; of: number },
): Promise<string[]> {
  const saved = await files.save(held, path, place)
  if ('notSaved' in saved) return [saved.notSaved]
  image.saved_as = saved.savedAs
  return []
}

function resultOf(job: Job, { route_id, route_owner, cost }: GenerationRecord): JobResult {
  return {
    job_id: job.id,
    state: job.state,
    progress: job.progress,
    outcome: job.outcome,
    route: route_id,
    route_owner,
    cost_usd: { estimated: cost.estimated, settled: cost.settled, held_unknown: cost.held_unknown },
    play_money: cost.book === 'sandbox',
    images: job.results.map(({ image_id, url, width, height, sha256 }) => ({ image_id, url, width, height, sha256, saved_as: null })),
  }
}

const isFailed = ({ state }: Job) => state === 'failed' || state === 'cancelled' || state === 'outcome_unknown'

function wordsOf(job: Job, record: GenerationRecord, result: JobResult): string {
  const money = result.play_money ? ' of play money (the sandbox made it)' : ''
  switch (job.state) {
    case 'queued':
    case 'running':
      return `Job ${job.id} is ${job.state} (${job.progress} %). It goes on by itself: ask get_job for it. Ordering again would make, and charge, another picture.`
    case 'completed': {
      const images = result.images.map(
        ({ image_id, width, height, url, saved_as }) => `- ${image_id}, ${width}x${height}: ${saved_as ?? url}`,
      )
      const warnings = record.warnings.map(({ message }) => `Remark: ${message}`)
      return [`Job ${job.id} is done on route ${result.route} for $${record.cost.settled}${money}.`, ...images, ...warnings].join('\n')
    }
    case 'outcome_unknown':
      return `Nobody knows whether job ${job.id} was charged; $${record.cost.held_unknown}${money} is held for it. Do not order it again: ask get_job later, or ask a person. ${errorWords(job)}`
    default:
      return `Job ${job.id} is ${job.state}. ${errorWords(job)}`
  }
}

function errorWords({ error, outcome }: Job): string {
  const { message, next_action, docs } = (error ?? {}) as Record<string, unknown>
  return [message, `Outcome: ${outcome ?? 'unknown'}.`, next_action ? `Next: ${next_action}.` : null, docs].filter(Boolean).join(' ')
}
