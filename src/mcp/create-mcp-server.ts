import { type CallToolResult, McpServer, type ServerContext } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { EstimateReply } from '../contract/record.ts'
import type { PixelPool } from '../pixels/index.ts'
import { orderOf } from './order-of.ts'
import type { CallerFiles, PictureDesk } from './picture-desk.ts'
import { jobResultSchema, presentJob } from './present-job.ts'
import { ToolFault } from './tool-fault.ts'
import { type CallInput, type EditInput, type JobInput, type OrderInput, toolInputs } from './tool-inputs.ts'

/** What the tools stand on. */
export interface McpSettings {
  desk: PictureDesk
  pixels: PixelPool
  /** Null where the tools do not run on the caller's machine. */
  files: CallerFiles | null
  version: string
}

const instructions = `Pictures by OpenAI's GPT Image models, through a gateway that checks every call before it costs money, keeps within budgets and keeps a record of each.
Ask estimate before something dear. Every order is a job: when it is not done in time, ask get_job, never order the same again; give orders an idempotency_key.
An error says whether it cost money (outcome) and what to do next.`

const estimateSchema = z.looseObject({
  model: z.string(),
  route_owner: z.string(),
  expected_usd: z.string(),
  low_usd: z.string(),
  high_usd: z.string(),
  per_quality_usd: z.record(z.string(), z.string()),
  assumptions: z.array(z.string()),
})

/** A server of the tools, for one connection or one request. */
export function createMcpServer(settings: McpSettings): McpServer {
  const inputs = toolInputs(settings.files !== null)
  const server = new McpServer({ name: 'darkroom', title: 'Darkroom', version: settings.version }, { instructions })
  const makes = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true } as const
  const looks = { readOnlyHint: true, openWorldHint: false } as const
  server.registerTool(
    'generate_image',
    {
      title: 'Make a picture',
      description:
        'Draws pictures from words. Costs money, except on the sandbox. Gives small previews and the addresses of the whole files.',
      inputSchema: inputs.generate,
      outputSchema: jobResultSchema,
      annotations: makes,
    },
    (input, context) => answer(() => order(settings, input as OrderInput, context)),
  )
  server.registerTool(
    'edit_image',
    {
      title: 'Edit a picture',
      description: 'Changes a picture, or draws from references. Costs money, except on the sandbox. Say what must stay as it is.',
      inputSchema: inputs.edit,
      outputSchema: jobResultSchema,
      annotations: makes,
    },
    (input, context) => answer(() => order(settings, input as EditInput, context)),
  )
  server.registerTool(
    'estimate',
    {
      title: 'Price a picture',
      description: 'What a picture or an edit would cost, by quality, and whether it would be refused. Costs nothing.',
      inputSchema: inputs.estimate,
      outputSchema: estimateSchema,
      annotations: looks,
    },
    (input) => answer(() => estimate(settings, input as CallInput)),
  )
  server.registerTool(
    'get_job',
    {
      title: 'Look at a job',
      description: 'How an order stands, and its pictures once they are made. Costs nothing.',
      inputSchema: inputs.getJob,
      outputSchema: jobResultSchema,
      annotations: looks,
    },
    (input, context) => answer(() => waitAndPresent(settings, input as JobInput, (input as JobInput).job_id, context)),
  )
  return server
}

async function order(settings: McpSettings, input: OrderInput | EditInput, context: ServerContext): Promise<CallToolResult> {
  const { desk, files } = settings
  // Before anything is paid: a picture that cannot be saved as was asked is not drawn.
  const named = input.save_as === undefined ? undefined : await files?.assertFree(input.save_as, input.n ?? 1)
  const jobId = await desk.submit(
    await orderOf({ ...input, output_format: input.output_format ?? (named as OrderInput['output_format']) }, files),
  )
  return waitAndPresent(settings, input, jobId, context)
}

async function waitAndPresent(
  { desk, pixels, files }: McpSettings,
  { wait_seconds, save_as }: Pick<JobInput, 'wait_seconds' | 'save_as'>,
  jobId: string,
  { mcpReq }: ServerContext,
): Promise<CallToolResult> {
  const token = mcpReq._meta?.progressToken
  const onProgress = (progress: number) => {
    if (token === undefined) return
    // Whoever left does not hear it.
    void mcpReq.notify({ method: 'notifications/progress', params: { progressToken: token, progress, total: 100 } }).catch(() => undefined)
  }
  const job = await desk.look(jobId, { waitMs: wait_seconds * 1000, signal: mcpReq.signal, onProgress })
  return presentJob({ desk, pixels, files, saveAs: save_as ?? null }, job)
}

async function estimate({ desk, files }: McpSettings, input: CallInput): Promise<CallToolResult> {
  const reply = await desk.estimate(await orderOf(input, files))
  const qualities = Object.entries(reply.per_quality).map(([quality, { usd }]): [string, string] => [quality, usd])
  const structured = {
    model: reply.model,
    route_owner: reply.route_owner,
    expected_usd: reply.expected.usd,
    low_usd: reply.low.usd,
    high_usd: reply.high.usd,
    per_quality_usd: Object.fromEntries(qualities),
    assumptions: reply.assumptions,
  }
  return { content: [{ type: 'text', text: estimateWords(reply, qualities) }], structuredContent: structured }
}

function estimateWords(reply: EstimateReply, qualities: readonly [string, string][]): string {
  const table = qualities.map(([quality, usd]) => `${quality} $${usd}`).join(', ')
  return [
    `About $${reply.expected.usd} on ${reply.route_owner} (between $${reply.low.usd} and $${reply.high.usd}).`,
    `By quality: ${table}.`,
    ...reply.assumptions,
  ].join('\n')
}

/** What a caller may be told becomes the tool's error; anything else stays a fault of the program. */
async function answer(work: () => Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ToolFault)) throw error
    const { message, outcome, next_action, docs } = error.error
    const words = [message, `Outcome: ${outcome}.`, `Next: ${next_action}.`, docs].filter(Boolean).join(' ')
    return { isError: true, content: [{ type: 'text', text: words }], _meta: { 'darkroom/error': error.error } }
  }
}
