import { failure } from '../../contract/failure.ts'
import {
  newPromptSchema,
  newPromptVersionSchema,
  promptDiffQuerySchema,
  promptDiffSchema,
  promptDraftSchema,
  promptHeadSchema,
  promptLintRequestSchema,
  promptLintSchema,
  promptRenderRequestSchema,
  promptSchema,
  promptsQuerySchema,
  promptsReplySchema,
  promptVersionHeadersSchema,
  promptVersionSchema,
  promptVersionsQuerySchema,
  promptVersionsReplySchema,
  renderedDraftSchema,
  renderedPromptSchema,
} from '../../contract/record.ts'
import {
  addPromptVersion,
  createPrompt,
  diffVersions,
  knownPrompt,
  lintAsked,
  presentPrompt,
  renderDraft,
  renderVersion,
  setArchived,
  showPrompt,
  showPrompts,
  showVersion,
  showVersions,
} from '../../flows/index.ts'
import { errorReplies } from '../error-replies.ts'
import { type KnownContext, keyRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'
import { scopeOf } from '../scope-of.ts'

/** The prompts of the caller's project. */
export const promptsRoute = keyRoute({
  method: 'GET',
  path: '/v2/prompts',
  tenant: 'caller',
  tag: 'prompts',
  summary: 'List prompts, the newest first',
  description: 'Without what they say. Archived ones are listed apart.',
  query: promptsQuerySchema,
  replies: { 200: { description: 'A page of them.', schema: promptsReplySchema }, ...errorReplies(400, 401) },
  handle({ parts, principal, request }) {
    const { archived, cursor = null, limit } = readChecked(promptsQuerySchema, request.query)
    return showPrompts(parts, { ...scopeOf(principal), archived: archived === 'true', after: cursor, limit })
  },
})

/** A prompt that is kept. */
export const createPromptRoute = keyRoute({
  method: 'POST',
  path: '/v2/prompts',
  tenant: 'caller',
  tag: 'prompts',
  summary: 'Keep a prompt document',
  description:
    'As version 1 of a new prompt. What it says is sealed; its name is not. Calls name it as `darkroom.prompt` or `x-darkroom-prompt: id@version`.',
  body: { description: 'Its name and what it says.', schema: newPromptSchema },
  replies: { 201: { description: 'The prompt.', schema: promptSchema }, ...errorReplies(400, 401, 413) },
  async handle({ parts, principal, request, reply }) {
    const { name, document } = readChecked(newPromptSchema, readJsonBody(request))
    const row = await createPrompt(parts, { projectId: principal.projectId, name, document, actor: actorOf(principal) })
    return reply
      .code(201)
      .header('etag', etagOf(row))
      .send(await showPrompt(parts, row))
  },
})

/** One prompt, as its newest version has it. */
export const promptRoute = keyRoute({
  method: 'GET',
  path: '/v2/prompts/{id}',
  tenant: { object: 'prompt' },
  tag: 'prompts',
  summary: 'Read a prompt',
  description: 'With what its newest version says. `ETag` is that version, for `If-Match`.',
  replies: { 200: { description: 'The prompt.', schema: promptSchema }, ...errorReplies(401, 404) },
  async handle(context) {
    const { parts, reply } = context
    const row = await knownPrompt(parts, asked(context))
    return reply.header('etag', etagOf(row)).send(await showPrompt(parts, row))
  },
})

/** Another version of it. */
export const addPromptVersionRoute = keyRoute({
  method: 'POST',
  path: '/v2/prompts/{id}/versions',
  tenant: { object: 'prompt' },
  tag: 'prompts',
  summary: 'Keep a new version',
  description:
    'The document as a whole. One that says the same as the newest version is that version: 200, and nothing new. With `If-Match` it is kept only while that version is the newest.',
  body: { description: 'What it says from now on.', schema: newPromptVersionSchema },
  headers: promptVersionHeadersSchema,
  replies: {
    200: { description: 'It says that already.', schema: promptSchema },
    201: { description: 'The prompt with its new version.', schema: promptSchema },
    ...errorReplies(400, 401, 404, 409, 413),
  },
  async handle(context) {
    const { parts, principal, request, reply } = context
    const { document } = readChecked(newPromptVersionSchema, readJsonBody(request))
    const ifMatch = ifMatchOf(request.headers['if-match'])
    const { prompt, isNew } = await addPromptVersion(parts, { ...asked(context), document, ifMatch, actor: actorOf(principal) })
    return reply
      .code(isNew ? 201 : 200)
      .header('etag', etagOf(prompt))
      .send(await showPrompt(parts, prompt))
  },
})

/** Its history. */
export const promptVersionsRoute = keyRoute({
  method: 'GET',
  path: '/v2/prompts/{id}/versions',
  tenant: { object: 'prompt' },
  tag: 'prompts',
  summary: 'List the versions of a prompt, the newest first',
  query: promptVersionsQuerySchema,
  replies: { 200: { description: 'A page of them.', schema: promptVersionsReplySchema }, ...errorReplies(400, 401, 404) },
  async handle(context) {
    const { cursor, limit } = readChecked(promptVersionsQuerySchema, context.request.query)
    const row = await knownPrompt(context.parts, asked(context))
    return showVersions(context.parts, row, { before: cursor === undefined ? null : Number(cursor), limit })
  },
})

/** One of them. */
export const promptVersionRoute = keyRoute({
  method: 'GET',
  path: '/v2/prompts/{id}/versions/{version}',
  tenant: { object: 'prompt' },
  tag: 'prompts',
  summary: 'Read one version of a prompt',
  description: 'It never changes.',
  replies: { 200: { description: 'The version.', schema: promptVersionSchema }, ...errorReplies(401, 404) },
  async handle(context) {
    const { version } = context.request.params as { version: string }
    const row = await knownPrompt(context.parts, asked(context))
    if (!/^[1-9]\d{0,8}$/.test(version)) throw failure('not_found', { param: 'version' })
    return showVersion(context.parts, row, Number(version))
  },
})

/** What changed between two of them. */
export const promptDiffRoute = keyRoute({
  method: 'GET',
  path: '/v2/prompts/{id}/diff',
  tenant: { object: 'prompt' },
  tag: 'prompts',
  summary: 'Compare two versions of a prompt',
  description: 'Item by item, in the order in which a document is read. Without numbers: the newest with the one before it.',
  query: promptDiffQuerySchema,
  replies: {
    200: { description: 'The differences; none where both say the same.', schema: promptDiffSchema },
    ...errorReplies(400, 401, 404),
  },
  async handle(context) {
    return diffVersions(context.parts, asked(context), readChecked(promptDiffQuerySchema, context.request.query))
  },
})

/** The text that a call with it would send. */
export const renderPromptRoute = keyRoute({
  method: 'POST',
  path: '/v2/prompts/{id}/render',
  tenant: { object: 'prompt' },
  tag: 'prompts',
  summary: 'Render a prompt without making a call',
  description:
    'The same version with the same variables always gives the same text; its hash is the `prompt_sha256` that records of calls keep.',
  body: { description: 'Which version, with which values.', schema: promptRenderRequestSchema },
  replies: { 200: { description: 'The text.', schema: renderedPromptSchema }, ...errorReplies(400, 401, 404) },
  async handle(context) {
    const wish = readChecked(promptRenderRequestSchema, context.request.body === undefined ? {} : readJsonBody(context.request))
    return renderVersion(context.parts, asked(context), wish)
  },
})

/** The same before anything is kept. */
export const renderDraftRoute = keyRoute({
  method: 'POST',
  path: '/v2/prompts/render',
  tenant: 'none',
  tag: 'prompts',
  summary: 'Render a document that is not kept',
  description: 'For whoever is still writing it: the text that a call would send, and the remarks on it. Nothing is kept.',
  body: { description: 'The document, and values for its variables.', schema: promptDraftSchema },
  replies: { 200: { description: 'The text.', schema: renderedDraftSchema }, ...errorReplies(400, 401, 413) },
  async handle({ request }) {
    return renderDraft(readChecked(promptDraftSchema, readJsonBody(request)))
  },
})

/** A prompt that takes part in nothing new. */
export const archivePromptRoute = keyRoute({
  method: 'POST',
  path: '/v2/prompts/{id}/archive',
  tenant: { object: 'prompt' },
  tag: 'prompts',
  summary: 'Archive a prompt',
  description:
    'Calls that name it are refused, and it gets no new version; everything it ever said can still be read. Nothing is destroyed.',
  replies: { 200: { description: 'The prompt, archived.', schema: promptHeadSchema }, ...errorReplies(401, 404) },
  handle: async (context) => presentPrompt(await setArchived(context.parts, asked(context), true)),
})

/** The way back. */
export const restorePromptRoute = keyRoute({
  method: 'POST',
  path: '/v2/prompts/{id}/restore',
  tenant: { object: 'prompt' },
  tag: 'prompts',
  summary: 'Take a prompt out of the archive',
  replies: { 200: { description: 'The prompt.', schema: promptHeadSchema }, ...errorReplies(401, 404) },
  handle: async (context) => presentPrompt(await setArchived(context.parts, asked(context), false)),
})

/** What will probably disappoint. */
export const lintPromptRoute = keyRoute({
  method: 'POST',
  path: '/v2/prompts/lint',
  tenant: 'none',
  tag: 'prompts',
  summary: 'Look a prompt or a document through',
  description:
    'In English, Japanese and Chinese: several changes in one edit, an edit that does not say what stays, transparency that the model does not draw, a shape that contradicts the size, text without its language. Silent when in doubt; nothing is kept.',
  body: { description: 'A prompt or a document.', schema: promptLintRequestSchema },
  replies: { 200: { description: 'The remarks, if any.', schema: promptLintSchema }, ...errorReplies(400, 401, 413) },
  async handle({ parts, request }) {
    return lintAsked(parts, readChecked(promptLintRequestSchema, readJsonBody(request)))
  },
})

function asked({ principal, request }: KnownContext) {
  return { id: (request.params as { id: string }).id, ...scopeOf(principal) }
}

const actorOf = ({ keyId }: KnownContext['principal']) => keyId ?? 'admin'
const etagOf = ({ version }: { version: number }) => `"${version}"`

/** `"3"`, as the ETag has it, or 3; `*` and nothing at all are no condition. */
function ifMatchOf(value: string | undefined): number | null {
  if (value === undefined || value === '*') return null
  const match = /^(?:"([1-9]\d{0,8})"|([1-9]\d{0,8}))$/.exec(value)
  if (match) return Number(match[1] ?? match[2])
  throw failure('invalid_value', {
    param: 'If-Match',
    message: 'If-Match expects one version, as the ETag has it: "3". Nothing was kept or charged.',
  })
}
