import type {
  BrowserSession,
  FileUpload,
  FoundPicture,
  GenerationRecord,
  Handoff,
  HandoffTaken,
  KeyRotation,
  NewApiKey,
  NewHandoff,
  SignIn,
  SignInStanding,
} from './api-types.ts'
import type { OperationInput, OperationReply } from './call.ts'
import type { Darkroom } from './darkroom.ts'
import type { CallOptions } from './transport.ts'

/** One kind of things of the API. */
export abstract class Resource {
  protected readonly darkroom: Darkroom

  constructor(darkroom: Darkroom) {
    this.darkroom = darkroom
  }
}

type Query<
  Name extends
    | 'GET /v1/files'
    | 'GET /v2/images'
    | 'GET /v2/handoffs'
    | 'GET /v2/ledger'
    | 'GET /v2/ledger/calls'
    | 'GET /v2/ledger/entries',
> = NonNullable<OperationInput<Name>['query']>

/** Records of calls. */
export class Generations extends Resource {
  /** The production log record: route, model asked and sent, pictures, usage, cost, attempts. */
  get(id: string, options?: CallOptions): Promise<GenerationRecord> {
    return this.darkroom.call('GET /v2/generations/{id}', { path: { id } }, options)
  }

  /** The conversation that an assistant call belongs to. */
  thread(id: string, options?: CallOptions): Promise<OperationReply<'GET /v2/generations/{id}/thread'>> {
    return this.darkroom.call('GET /v2/generations/{id}/thread', { path: { id } }, options)
  }

  /** How an assistant came to its pictures. */
  trace(id: string, options?: CallOptions): Promise<OperationReply<'GET /v2/generations/{id}/trace'>> {
    return this.darkroom.call('GET /v2/generations/{id}/trace', { path: { id } }, options)
  }
}

/** Stored pictures. */
export class Images extends Resource {
  /** A page of those that are kept, the newest first: by words of the prompt, hash, owner, model, size, cost, date, labels. */
  search(query: Query<'GET /v2/images'> = {}, options?: CallOptions): Promise<OperationReply<'GET /v2/images'>> {
    return this.darkroom.call('GET /v2/images', { query }, options)
  }

  /** All of them, page by page, as long as somebody takes them. */
  async *searchAll(query: Query<'GET /v2/images'> = {}, options?: CallOptions): AsyncGenerator<FoundPicture> {
    for (let cursor = query.cursor; ; ) {
      const page = await this.search({ ...query, ...(cursor === undefined ? {} : { cursor }) }, options)
      yield* page.images
      if (page.next_cursor === null) return
      cursor = page.next_cursor
    }
  }

  /** The file, byte for byte as the model made it. */
  blob(id: string, options?: CallOptions): Promise<Blob> {
    return this.darkroom.call('GET /v2/images/{id}', { path: { id } }, options)
  }

  /** Address of a small version, as WebP: for `img` on pages of the gateway itself. @param width in pixels: the next larger of 160, 320 and 640 is given */
  thumbnailUrl(id: string, width = 320): string {
    return `${this.darkroom.baseUrl}/v2/images/${encodeURIComponent(id)}/thumbnail?width=${width}`
  }

  /** Address of the file itself, likewise. */
  url(id: string): string {
    return `${this.darkroom.baseUrl}/v2/images/${encodeURIComponent(id)}`
  }

  /** What it was made from, and what was made from it. */
  lineage(id: string, options?: CallOptions): Promise<OperationReply<'GET /v2/images/{id}/lineage'>> {
    return this.darkroom.call('GET /v2/images/{id}/lineage', { path: { id } }, options)
  }

  /** Whether what had to stay did: drift, subject, camera and texts, and what follows of them. `pending` for some seconds after delivery. */
  guard(id: string, options?: CallOptions): Promise<OperationReply<'GET /v2/images/{id}/guard'>> {
    return this.darkroom.call('GET /v2/images/{id}/guard', { path: { id } }, options)
  }

  /** Takes a picture out of the world, with what it was made of; its record and its money stay. */
  delete(id: string, options?: CallOptions): Promise<OperationReply<'DELETE /v2/images/{id}'>> {
    return this.darkroom.call('DELETE /v2/images/{id}', { path: { id } }, options)
  }

  /** What an edit changed outside its mask. */
  drift(id: string, options?: CallOptions): Promise<OperationReply<'GET /v2/images/{id}/drift'>> {
    return this.darkroom.call('GET /v2/images/{id}/drift', { path: { id } }, options)
  }
}

/** Work that somebody does by hand in ChatGPT, and the pictures that come of it. */
export class Handoffs extends Resource {
  /** Opens a ticket: the prompt to paste, a checklist, and a place for one picture. Costs nothing. */
  open(body: NewHandoff, options?: CallOptions): Promise<Handoff> {
    return this.darkroom.call('POST /v2/handoffs', { body }, options)
  }

  list(query: Query<'GET /v2/handoffs'> = {}, options?: CallOptions): Promise<OperationReply<'GET /v2/handoffs'>> {
    return this.darkroom.call('GET /v2/handoffs', { query }, options)
  }

  get(id: string, options?: CallOptions): Promise<Handoff> {
    return this.darkroom.call('GET /v2/handoffs/{id}', { path: { id } }, options)
  }

  /** Gives the picture in, as it was downloaded. A ticket takes one. */
  upload(id: string, image: Blob, options?: CallOptions & { model?: string }): Promise<HandoffTaken> {
    const model = options?.model
    return this.darkroom.call(
      'POST /v2/handoffs/{id}/result',
      { path: { id }, body: { image, ...(model === undefined ? {} : { model }) } },
      options,
    )
  }

  cancel(id: string, options?: CallOptions): Promise<Handoff> {
    return this.darkroom.call('POST /v2/handoffs/{id}/cancel', { path: { id } }, options)
  }
}

/** Pictures that are kept for later edits. */
export class Files extends Resource {
  /** Keeps a picture; edits name it as `{ file_id }`. */
  upload(file: Blob, options?: CallOptions & { expiresAfterSeconds?: number }): Promise<OperationReply<'POST /v1/files'>> {
    const seconds = options?.expiresAfterSeconds
    const expiry = seconds === undefined ? {} : { 'expires_after[anchor]': 'created_at' as const, 'expires_after[seconds]': seconds }
    const body: FileUpload = { file, purpose: 'vision', ...expiry }
    return this.darkroom.call('POST /v1/files', { body }, options)
  }

  /** Keeps the picture that lies at an https address; the gateway fetches it. */
  fetch(url: string, options?: CallOptions & { expiresAfterSeconds?: number }): Promise<OperationReply<'POST /v2/files/fetch'>> {
    const seconds = options?.expiresAfterSeconds
    return this.darkroom.call(
      'POST /v2/files/fetch',
      { body: { url, ...(seconds === undefined ? {} : { expires_after_seconds: seconds }) } },
      options,
    )
  }

  list(query: Query<'GET /v1/files'> = {}, options?: CallOptions): Promise<OperationReply<'GET /v1/files'>> {
    return this.darkroom.call('GET /v1/files', { query }, options)
  }

  content(id: string, options?: CallOptions): Promise<Blob> {
    return this.darkroom.call('GET /v1/files/{id}/content', { path: { id } }, options)
  }

  delete(id: string, options?: CallOptions): Promise<OperationReply<'DELETE /v1/files/{id}'>> {
    return this.darkroom.call('DELETE /v1/files/{id}', { path: { id } }, options)
  }
}

/** What calls cost. */
export class LedgerBook extends Resource {
  /** Sums by owner and whatever else is asked for; real money and play money never together. */
  sum(query: Query<'GET /v2/ledger'> = {}, options?: CallOptions): Promise<OperationReply<'GET /v2/ledger'>> {
    return this.darkroom.call('GET /v2/ledger', { query }, options)
  }

  /** Estimates, previews and repeats of calls, by the day they were made. */
  calls(query: Query<'GET /v2/ledger/calls'> = {}, options?: CallOptions): Promise<OperationReply<'GET /v2/ledger/calls'>> {
    return this.darkroom.call('GET /v2/ledger/calls', { query }, options)
  }

  /** Its lines. */
  entries(query: Query<'GET /v2/ledger/entries'> = {}, options?: CallOptions): Promise<OperationReply<'GET /v2/ledger/entries'>> {
    return this.darkroom.call('GET /v2/ledger/entries', { query }, options)
  }
}

/** API keys; for the admin token. */
export class Keys extends Resource {
  list(options?: CallOptions): Promise<OperationReply<'GET /v2/keys'>> {
    return this.darkroom.call('GET /v2/keys', {}, options)
  }

  /** The key itself is shown this once. */
  create(body: NewApiKey, options?: CallOptions): Promise<OperationReply<'POST /v2/keys'>> {
    return this.darkroom.call('POST /v2/keys', { body }, options)
  }

  /** A new key of the same name and project, shown this once; both work for the overlap. */
  rotate(id: string, body: KeyRotation = {}, options?: CallOptions): Promise<OperationReply<'POST /v2/keys/{id}/rotate'>> {
    return this.darkroom.call('POST /v2/keys/{id}/rotate', { path: { id }, body }, options)
  }

  revoke(id: string, options?: CallOptions): Promise<OperationReply<'DELETE /v2/keys/{id}'>> {
    return this.darkroom.call('DELETE /v2/keys/{id}', { path: { id } }, options)
  }
}

/** The session of a browser, for pages of the gateway itself (`createDarkroom({ session: true })`). */
export class Session extends Resource {
  /** Who is signed in; never refused. */
  read(options?: CallOptions): Promise<SignInStanding> {
    return this.darkroom.call('GET /v2/session', {}, options)
  }

  /** By a key, the admin token, or the code of the link that start-up prints. The cookie cannot be read by scripts. */
  signIn(body: SignIn, options?: CallOptions): Promise<BrowserSession> {
    return this.darkroom.call('POST /v2/session', { body }, options)
  }

  signOut(options?: CallOptions): Promise<OperationReply<'DELETE /v2/session'>> {
    return this.darkroom.call('DELETE /v2/session', {}, options)
  }
}
