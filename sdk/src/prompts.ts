import type { OperationInput, OperationReply } from './call.ts'
import { Resource } from './resources.ts'
import type { CallOptions } from './transport.ts'

/** What a picture is to be, in parts. */
export type PromptDocument = OperationInput<'POST /v2/prompts'>['body']['document']
type Kept = OperationReply<'GET /v2/prompts/{id}'>

/** Prompts that the project keeps. A call names one in `darkroom.prompt`, or as `prompt: 'id@version'` in its options. */
export class Prompts extends Resource {
  /** Those that are not archived, the newest first; `archived: 'true'` for the others. */
  list(
    query: NonNullable<OperationInput<'GET /v2/prompts'>['query']> = {},
    options?: CallOptions,
  ): Promise<OperationReply<'GET /v2/prompts'>> {
    return this.darkroom.call('GET /v2/prompts', { query }, options)
  }

  create(body: { name: string; document: PromptDocument }, options?: CallOptions): Promise<Kept> {
    return this.darkroom.call('POST /v2/prompts', { body }, options)
  }

  /** With what its newest version says. */
  get(id: string, options?: CallOptions): Promise<Kept> {
    return this.darkroom.call('GET /v2/prompts/{id}', { path: { id } }, options)
  }

  /**
   * Keeps a document as the newest version; one that says the same is no new one.
   * @param options.ifMatch keep it only while this is the newest version
   * @throws RefusedError `prompt_version_conflict` when it is not
   */
  addVersion(id: string, document: PromptDocument, { ifMatch, ...options }: CallOptions & { ifMatch?: number } = {}): Promise<Kept> {
    const headers = ifMatch === undefined ? options.headers : { ...options.headers, 'if-match': `"${ifMatch}"` }
    const call = { path: { id }, body: { document } }
    return this.darkroom.call('POST /v2/prompts/{id}/versions', call, { ...options, ...(headers && { headers }) })
  }

  versions(id: string, options?: CallOptions): Promise<OperationReply<'GET /v2/prompts/{id}/versions'>> {
    return this.darkroom.call('GET /v2/prompts/{id}/versions', { path: { id } }, options)
  }

  version(id: string, version: number, options?: CallOptions): Promise<OperationReply<'GET /v2/prompts/{id}/versions/{version}'>> {
    return this.darkroom.call('GET /v2/prompts/{id}/versions/{version}', { path: { id, version: `${version}` } }, options)
  }

  /** What changed from one version to another; left out: from the one before the newest to the newest. */
  diff(
    id: string,
    query: NonNullable<OperationInput<'GET /v2/prompts/{id}/diff'>['query']> = {},
    options?: CallOptions,
  ): Promise<OperationReply<'GET /v2/prompts/{id}/diff'>> {
    return this.darkroom.call('GET /v2/prompts/{id}/diff', { path: { id }, query }, options)
  }

  /** The text that a call with it would send. */
  render(
    id: string,
    body: OperationInput<'POST /v2/prompts/{id}/render'>['body'] = {},
    options?: CallOptions,
  ): Promise<OperationReply<'POST /v2/prompts/{id}/render'>> {
    return this.darkroom.call('POST /v2/prompts/{id}/render', { path: { id }, body }, options)
  }

  /** The same of a document that is not kept yet. Costs nothing and keeps nothing. */
  renderDraft(
    body: OperationInput<'POST /v2/prompts/render'>['body'],
    options?: CallOptions,
  ): Promise<OperationReply<'POST /v2/prompts/render'>> {
    return this.darkroom.call('POST /v2/prompts/render', { body }, options)
  }

  /** Looks a prompt or a document through. Costs nothing and keeps nothing. */
  lint(body: OperationInput<'POST /v2/prompts/lint'>['body'], options?: CallOptions): Promise<OperationReply<'POST /v2/prompts/lint'>> {
    return this.darkroom.call('POST /v2/prompts/lint', { body }, options)
  }

  /** From now on no call can name it; everything it ever said is kept. */
  archive(id: string, options?: CallOptions): Promise<OperationReply<'POST /v2/prompts/{id}/archive'>> {
    return this.darkroom.call('POST /v2/prompts/{id}/archive', { path: { id } }, options)
  }

  restore(id: string, options?: CallOptions): Promise<OperationReply<'POST /v2/prompts/{id}/restore'>> {
    return this.darkroom.call('POST /v2/prompts/{id}/restore', { path: { id } }, options)
  }
}
