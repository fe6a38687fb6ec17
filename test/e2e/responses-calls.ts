import type OpenAI from 'openai'
import type { GenerationRecord } from '../../src/contract/record.ts'
import type { InvoiceLine } from '../../src/sandbox/index.ts'
import { ledgerLines, type SeenReply, seeReply, settledRecord } from '../support/generation-calls.ts'
import type { TestGateway } from '../support/test-gateway.ts'

/** The image tool at the smallest landscape size and the lowest quality. */
export const smallTool = { type: 'image_generation', size: '1024x640', quality: 'low' } as const

/** A cheap assistant call. */
export const smallAsk = {
  model: 'gpt-5.4',
  input: 'Draw a fox',
  tools: [smallTool],
} satisfies OpenAI.Responses.ResponseCreateParamsNonStreaming

/** A Responses call whose answer is read to its end. Members of `change` that are undefined take a member away. */
export function postResponse(gateway: TestGateway, change: object = {}, init: RequestInit = {}): Promise<SeenReply> {
  return seeReply(
    gateway.fetch('/v1/responses', {
      method: 'POST',
      body: JSON.stringify({ ...smallAsk, ...change }),
      ...init,
      headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string>) },
    }),
  )
}

/** A Responses call with the record it left. */
export async function respond(gateway: TestGateway, change: object = {}, init: RequestInit = {}) {
  const seen = await postResponse(gateway, change, init)
  if (seen.generationId === null) throw new Error(`expected a generation, found ${seen.status} ${seen.text.slice(0, 500)}`)
  return { seen, record: await settledRecord(gateway, seen.generationId) }
}

/** An image call as it stands in an answer. */
export interface SeenImageCall {
  type: string
  id: string
  status: string
  result: string | null
  [member: string]: unknown
}

/** A response as a client has it in the end; of a stream the one that its last event carries. */
export interface SeenResponse {
  id: string
  status: string
  output: SeenImageCall[]
  [member: string]: unknown
}

/** The response of an answer; null when it was a refusal, or broke off. */
export function responseOf({ status, ending, text, events }: SeenReply): SeenResponse | null {
  if (status !== 200) return null
  const last = events.findLast(({ event }) => /^response\.(?:completed|failed|incomplete)$/.test(event))
  if (last) return last.data['response'] as SeenResponse
  return events.length > 0 || ending === 'broken' || text.startsWith('event:') ? null : (JSON.parse(text) as SeenResponse)
}

/** The pictures of an answer in order, as bytes. */
export function picturesOf(seen: SeenReply): Buffer[] {
  const calls = responseOf(seen)?.output.filter(({ type }) => type === 'image_generation_call') ?? []
  return calls.flatMap(({ result }) => (result === null ? [] : [Buffer.from(result, 'base64')]))
}

/** Nanos of the two bills of Responses calls. */
export interface TwoBooks {
  main: bigint
  tool: bigint
}

/** What the sandbox charged for the attempts of some generations. */
export function invoicedBooks(lines: readonly InvoiceLine[]): TwoBooks {
  const sum = (book: string) => lines.filter((line) => line.book === book).reduce((nanos, line) => nanos + BigInt(line.nanos), 0n)
  return { main: sum('main_model'), tool: sum('image_tool') }
}

const ofMainModel = /^(?:main_|web_search)/

/** What the ledger has booked, by the two bills: buckets of the main model are named after it. */
export function bookedBooks(lines: Awaited<ReturnType<typeof ledgerLines>>): TwoBooks {
  const booked = lines.filter(({ kind }) => kind === 'settle' || kind === 'loss')
  const sum = (isMain: boolean) =>
    booked.filter(({ bucket }) => ofMainModel.test(bucket ?? '') === isMain).reduce((nanos, line) => nanos + BigInt(line.nanos), 0n)
  return { main: sum(true), tool: sum(false) }
}

/** The lines of the sandbox's invoice for all attempts of a record. */
export function invoiceOfRecord(gateway: TestGateway, { attempts }: Pick<GenerationRecord, 'attempts'>): InvoiceLine[] {
  const ids = new Set(attempts.map(({ id }) => `dk-${id}`))
  return gateway.gateway.sandbox!.invoice.lines().filter((line) => ids.has(line.client_request_id ?? ''))
}

/** Both books of a generation, booked and invoiced. */
export async function booksOf(gateway: TestGateway, record: GenerationRecord): Promise<{ booked: TwoBooks; invoiced: TwoBooks }> {
  return { booked: bookedBooks(await ledgerLines(gateway, record.id)), invoiced: invoicedBooks(invoiceOfRecord(gateway, record)) }
}
