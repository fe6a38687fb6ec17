import type { Check, Estimate, GenerationRecord, ImagesReply } from './api-types.ts'
import { callOperation, type OperationArguments, type OperationName, type OperationReply } from './call.ts'
import { callFactsOf } from './call-facts.ts'
import { ImageResult } from './image-result.ts'
import { contextOf, ImageStream, type KeyedCall, readImagesReply } from './image-stream.ts'
import { Jobs } from './jobs.ts'
import { darkroomHeaders, newIdempotencyKey, type PictureOptions } from './picture-options.ts'
import { bodyOf, type EditRequest, type GenerateRequest, jsonBody, jsonOf, operationOf, type PictureRequest } from './picture-requests.ts'
import { Prompts } from './prompts.ts'
import { recoverReply } from './recover.ts'
import { Files, Generations, Handoffs, Images, Keys, LedgerBook, Session } from './resources.ts'
import { Reviews } from './reviews.ts'
import { Rollouts } from './rollouts.ts'
import { Migration, Routes } from './route-resources.ts'
import { Budgets, LegalHolds, Projects, Unknowns, Webhooks } from './settings-resources.ts'
import type { CallOptions, Transport } from './transport.ts'

type Streamed<Request> = Request & { stream: true }
type Whole<Request> = Request & { stream?: false | null }

/** A gateway, as a program speaks to it. `createDarkroom` makes one. */
export class Darkroom {
  readonly #transport: Transport
  readonly jobs: Jobs
  readonly generations: Generations
  readonly images: Images
  readonly files: Files
  readonly handoffs: Handoffs
  readonly rollouts: Rollouts
  readonly ledger: LedgerBook
  readonly keys: Keys
  readonly session: Session
  readonly prompts: Prompts
  readonly projects: Projects
  readonly budgets: Budgets
  readonly unknowns: Unknowns
  readonly webhooks: Webhooks
  readonly legalHolds: LegalHolds
  readonly routes: Routes
  readonly migration: Migration
  readonly reviews: Reviews

  constructor(transport: Transport) {
    this.#transport = transport
    this.jobs = new Jobs(transport)
    this.generations = new Generations(this)
    this.images = new Images(this)
    this.files = new Files(this)
    this.handoffs = new Handoffs(this)
    this.rollouts = new Rollouts(this)
    this.ledger = new LedgerBook(this)
    this.keys = new Keys(this)
    this.session = new Session(this)
    this.prompts = new Prompts(this)
    this.projects = new Projects(this)
    this.budgets = new Budgets(this)
    this.unknowns = new Unknowns(this)
    this.webhooks = new Webhooks(this)
    this.legalHolds = new LegalHolds(this)
    this.routes = new Routes(this)
    this.migration = new Migration(this)
    this.reviews = new Reviews(this)
  }

  /** Where the gateway is, without a slash at its end. */
  get baseUrl(): string {
    return this.#transport.baseUrl
  }

  /**
   * Makes pictures. Lost connections and refusals for now are repeated under one key, so that nothing is made or paid twice.
   * With `stream: true` it gives the previews and pictures as they come.
   * @throws DarkroomError, whose `outcome` says whether it cost money
   */
  generate(request: Streamed<GenerateRequest>, options?: PictureOptions): ImageStream
  generate(request: Whole<GenerateRequest>, options?: PictureOptions): Promise<ImageResult>
  generate(request: GenerateRequest, options?: PictureOptions): ImageStream | Promise<ImageResult> {
    return this.#make('/v1/images/generations', request, options ?? {})
  }

  /** Edits pictures: like `generate`, with files in any form, results of earlier calls, addresses or ids as `image` and `mask`. */
  edit(request: Streamed<EditRequest>, options?: PictureOptions): ImageStream
  edit(request: Whole<EditRequest>, options?: PictureOptions): Promise<ImageResult>
  edit(request: EditRequest, options?: PictureOptions): ImageStream | Promise<ImageResult> {
    return this.#make('/v1/images/edits', request, options ?? {})
  }

  /** Would the call be accepted? Every reason at once, and the price if it would. Costs nothing. */
  async check(request: PictureRequest, options: PictureOptions = {}): Promise<Check> {
    const { body, headers } = await bodyOf(request)
    const call = { method: 'POST', path: '/v2/check', query: { operation: operationOf(request) }, body, idempotencyKey: null }
    const sent = { ...call, headers: { ...headers, ...darkroomHeaders(options) }, repeatable: 'always' as const }
    return this.#transport.send(sent, options, (response) => response.json() as Promise<Check>)
  }

  /** What would the call cost? Low, expected and high, per quality. Costs nothing. @throws the error that the call itself would be refused with */
  async estimate(request: PictureRequest, options: PictureOptions = {}): Promise<Estimate> {
    const { body, headers } = jsonBody({ operation: operationOf(request), request: await jsonOf(request) })
    const call = { method: 'POST', path: '/v2/estimate', body, idempotencyKey: null, repeatable: 'always' as const }
    const sent = { ...call, headers: { ...headers, ...darkroomHeaders(options) } }
    return this.#transport.send(sent, options, (response) => response.json() as Promise<Estimate>)
  }

  /**
   * The answer of a call that was made under a key: for a program that lost its connection, or its memory. Waits while the call is under way. Costs nothing.
   * @throws NotFoundError when no call was made under it; else what the call itself was answered
   */
  async recover(idempotencyKey: string, options: CallOptions = {}): Promise<ImageResult> {
    const { reply, facts } = await recoverReply(this.#transport, idempotencyKey, options)
    return this.#result(reply, facts)
  }

  /** Any call of the API by its name, typed: `call('GET /v2/budgets/{id}', { path: { id } })`. */
  call<Name extends OperationName>(name: Name, ...rest: OperationArguments<Name>): Promise<OperationReply<Name>> {
    return callOperation(this.#transport, name, rest)
  }

  #make(path: string, request: GenerateRequest | EditRequest, options: PictureOptions): ImageStream | Promise<ImageResult> {
    const idempotencyKey = options.idempotencyKey ?? newIdempotencyKey()
    const open = async (): Promise<KeyedCall> => {
      const { body, headers } = await bodyOf(request)
      return { method: 'POST', path, body, headers: { ...headers, ...darkroomHeaders(options) }, repeatable: 'always', idempotencyKey }
    }
    const context = { transport: this.#transport, options, idempotencyKey, readRecord: (id: string) => this.#record(id) }
    return request.stream ? new ImageStream(open, context) : this.#whole(open, options)
  }

  async #whole(open: () => Promise<KeyedCall>, options: PictureOptions): Promise<ImageResult> {
    const call = await open()
    const context = contextOf(this.#transport, call.idempotencyKey)
    return this.#transport.send(call, options, async (response) =>
      this.#result(await readImagesReply(response, context), callFactsOf(response.headers, call.idempotencyKey)),
    )
  }

  #result(reply: ImagesReply, facts: ReturnType<typeof callFactsOf>): ImageResult {
    return new ImageResult(reply, facts, (id) => this.#record(id))
  }

  #record(id: string): Promise<GenerationRecord> {
    return this.generations.get(id)
  }
}
