import type { Advice } from '../contract/record.ts'
import type { JsonObject, JsonValue } from '../primitives/json.ts'
import type { AdvisedSurface, RequestTexts } from './advice-texts.ts'
import { isFlow } from './choose-surface.ts'
import type { Job } from './job.ts'
import { editSnippet, generateSnippet, respondSnippet } from './node-snippets.ts'

/** What the ready request shall call. */
export type AdvisedOperation = NonNullable<Advice['operation']>

/** The call that the job comes to; null for work by hand. */
export function operationOf(surface: AdvisedSurface, job: Job): AdvisedOperation | null {
  if (surface === 'chatgpt') return null
  if (surface === 'responses' || isFlow(job)) return 'respond'
  return job.is('edit') ? 'edit' : 'generate'
}

const paths = { generate: '/v1/images/generations', edit: '/v1/images/edits', respond: '/v1/responses' } as const

/** What the ready request stands on. */
export interface RequestBasis {
  operation: AdvisedOperation
  surface: AdvisedSurface
  job: Job
  words: RequestTexts
  /** Origin of this gateway, without a slash at its end. */
  baseUrl: string
}

/** Writes the call down: the body, a curl command and a snippet for the official package. */
export function readyRequest(basis: RequestBasis): NonNullable<Advice['request']> {
  const { operation, surface, baseUrl } = basis
  const body = bodies[operation](basis)
  const headers: Record<string, string> = surface === 'provider' ? { 'x-darkroom-route': providerRoute } : {}
  const snippet = { generate: generateSnippet, edit: editSnippet, respond: respondSnippet }[operation]
  return {
    method: 'POST',
    path: paths[operation],
    headers,
    body,
    curl: curlOf(`${baseUrl}${paths[operation]}`, headers, body),
    openai_node: snippet({ baseUrl, headers, body }),
  }
}

/** Id of the route in the examples; whoever copies them puts their own. */
const providerRoute = 'my-provider'

const bodies: Readonly<Record<AdvisedOperation, (basis: RequestBasis) => JsonObject>> = {
  generate: ({ job, words }) => ({ ...imageBody(job), prompt: words.prompt, size: '1536x1024', output_format: 'webp' }),
  edit: ({ job, words }) => ({
    ...imageBody(job),
    prompt: words.editPrompt,
    images: [{ image_url: 'https://example.com/source.png' }],
    output_format: 'png',
  }),
  respond: respondBody,
}

function imageBody(job: Job): JsonObject {
  return { model: 'gpt-image-2', quality: qualityOf(job), ...planningOf(job), ...previewsOf(job) }
}

/** Many begin as drafts: the same size costs a ninth of medium. */
const qualityOf = (job: Job) => (job.is('many') ? 'low' : 'medium')
const planningOf = (job: Job): JsonObject => (job.is('planning') ? { complexity: 'high' } : {})
const previewsOf = (job: Job): JsonObject => (job.is('fast') ? { stream: true, partial_images: 2 } : {})

function respondBody({ job, words }: RequestBasis): JsonObject {
  const tool: JsonObject = {
    type: 'image_generation',
    model: 'gpt-image-2',
    quality: qualityOf(job),
    ...(job.is('edit') ? { action: 'edit' } : { size: '1536x1024' }),
    ...(job.is('fast') ? { partial_images: 2 } : {}),
  }
  return {
    model: 'gpt-5.4',
    input: inputOf(job, words),
    tools: [tool, ...otherTools(job)],
    ...(job.is('planning') ? { reasoning: { effort: 'high' } } : {}),
    ...(job.is('fast') ? { stream: true } : {}),
  }
}

function inputOf(job: Job, words: RequestTexts): JsonValue {
  const asked = job.is('edit') ? words.editPrompt : words.prompt
  const picture: JsonValue[] = job.is('edit') ? [{ type: 'input_image', image_url: 'https://example.com/source.png' }] : []
  const question: JsonValue = { role: 'user', content: [{ type: 'input_text', text: asked }, ...picture] }
  if (!job.is('conversation')) return [question]
  return [{ role: 'user', content: words.firstWords }, { role: 'assistant', content: words.assistantAsks }, question]
}

function otherTools(job: Job): JsonValue[] {
  const search: JsonValue[] = job.is('other_tools') ? [{ type: 'web_search' }] : []
  const step: JsonValue[] = job.is('several_steps') ? [publishTool] : []
  return [...search, ...step]
}

const publishTool: JsonValue = {
  type: 'function',
  name: 'publish_picture',
  description: 'Hands the finished picture to the next step.',
  parameters: { type: 'object', properties: { caption: { type: 'string' } }, required: ['caption'], additionalProperties: false },
  strict: true,
}

function curlOf(url: string, headers: Readonly<Record<string, string>>, body: JsonObject): string {
  const all = ['Content-Type: application/json', ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)]
  const lines = [
    `curl ${shellQuoted(url)}`,
    '-H "Authorization: Bearer $DARKROOM_API_KEY"',
    ...all.map((header) => `-H ${shellQuoted(header)}`),
    `-d ${shellQuoted(JSON.stringify(body, null, 2))}`,
  ]
  return lines.join(' \\\n  ')
}

/** Text that a shell takes as it is. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
