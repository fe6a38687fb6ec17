import type { ErrorObject, GenerationRecord, LedgerEntriesReply } from '../../src/contract/record.ts'
import type { InvoiceLine } from '../../src/sandbox/index.ts'
import type { TestGateway } from './test-gateway.ts'

/** A cheap legal call: the smallest landscape size at the lowest quality. */
export const smallCall = { model: 'gpt-image-2', prompt: 'a fox', size: '1024x640', quality: 'low' } as const

/** A prompt that makes the sandbox go wrong in a scripted way. */
export function promptWith(faults: string, text = 'a fox'): string {
  return faults === '' ? text : `${text} [[sandbox: ${faults}]]`
}

/** POSTs a generation with the gateway's key. Members of `change` that are undefined take a member away. */
export function postGeneration(gateway: TestGateway, change: object = {}, init: RequestInit = {}): Promise<Response> {
  return gateway.fetch('/v1/images/generations', {
    method: 'POST',
    body: JSON.stringify({ ...smallCall, ...change }),
    ...init,
    headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string>) },
  })
}

/** One event of a stream. */
export interface StreamEvent {
  event: string
  data: { error?: ErrorObject; [member: string]: unknown }
}

/** An answer as a client sees it: what came, and whether it came to its end. */
export interface SeenReply {
  status: number
  headers: Headers
  text: string
  /** `whole`, or `broken` when the connection went before the end of the body. */
  ending: 'whole' | 'broken'
  /** Of an event stream. */
  events: StreamEvent[]
  /** The error of a refusal, or of a stream's error event. */
  error: ErrorObject | null
  generationId: string | null
}

/** Reads an answer to its end, however it ends. */
export async function seeReply(answer: Promise<Response> | Response): Promise<SeenReply> {
  const response = await answer
  const { text, ending } = await readText(response)
  const isStream = (response.headers.get('content-type') ?? '').startsWith('text/event-stream')
  const events = isStream ? readEvents(text) : []
  const refusal = response.status >= 400 ? (JSON.parse(text) as { error: ErrorObject }).error : null
  return {
    status: response.status,
    headers: response.headers,
    text,
    ending,
    events,
    error: refusal ?? events.find(({ event }) => event === 'error')?.data.error ?? null,
    generationId: response.headers.get('x-darkroom-generation'),
  }
}

async function readText(response: Response): Promise<Pick<SeenReply, 'text' | 'ending'>> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const piece of response.body ?? []) text += decoder.decode(piece, { stream: true })
    return { text, ending: 'whole' }
  } catch {
    return { text, ending: 'broken' }
  }
}

/** Takes a stream apart; comments and a last frame that was cut are left out. */
export function readEvents(text: string): StreamEvent[] {
  const frames = text.split(/\r?\n\r?\n/).slice(0, -1)
  return frames
    .filter((frame) => /^event:/m.test(frame))
    .map((frame) => ({ event: /^event: (.*?)\r?$/m.exec(frame)![1]!, data: dataOf(frame) }))
}

/** A script may break the data of an event; such data reads as an empty object. */
function dataOf(frame: string): StreamEvent['data'] {
  try {
    return JSON.parse(/^data: (.*?)\r?$/m.exec(frame)![1]!)
  } catch {
    return {}
  }
}

/** The record of a generation once it has ended: a client that left does not learn when that is. */
export async function settledRecord(gateway: TestGateway, generationId: string): Promise<GenerationRecord> {
  for (;;) {
    const record = await readRecord(gateway, generationId)
    if (record.status !== 'running') return record
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** The record of a generation as it stands. */
export async function readRecord(gateway: TestGateway, generationId: string): Promise<GenerationRecord> {
  const response = await gateway.fetch(`/v2/generations/${generationId}`)
  if (response.status !== 200) throw new Error(`expected a record of ${generationId}, found ${response.status}`)
  return (await response.json()) as GenerationRecord
}

/** Every line of the ledger, or those of one generation, in the order they were booked. */
export async function ledgerLines(gateway: TestGateway, generationId?: string): Promise<LedgerEntriesReply['entries']> {
  const lines: LedgerEntriesReply['entries'] = []
  let cursor: string | null = null
  do {
    const query = new URLSearchParams({ limit: '1000' })
    if (cursor !== null) query.set('cursor', cursor)
    if (generationId !== undefined) query.set('generation_id', generationId)
    const page = (await (await gateway.fetch(`/v2/ledger/entries?${query}`)).json()) as LedgerEntriesReply
    lines.push(...page.entries)
    cursor = page.next_cursor
  } while (cursor !== null)
  return lines
}

/** Nanos of the ledger lines of some kinds, added up. */
export function sumOf(lines: LedgerEntriesReply['entries'], ...kinds: string[]): bigint {
  return lines.filter(({ kind }) => kinds.includes(kind)).reduce((sum, { nanos }) => sum + BigInt(nanos), 0n)
}

/** What the sandbox charged for an attempt; it knows it by the id the gateway sends along. */
export function invoiceOf(gateway: TestGateway, attemptId: string): InvoiceLine[] {
  return gateway.gateway.sandbox!.invoice.lines().filter((line) => line.client_request_id === `dk-${attemptId}`)
}

/** How many calls the sandbox saw of an attempt. */
export function callsOf(gateway: TestGateway, attemptId: string): number {
  return gateway.gateway.sandbox!.calls.countFor(`dk-${attemptId}`)
}

/** Reads at least so many bytes of an answer, or all there are, as a client that leaves early does. A connection that breaks ends it. */
export async function readAtMost(response: Response, bytes: number | null): Promise<string> {
  const decoder = new TextDecoder()
  let read = 0
  let text = ''
  try {
    for await (const piece of response.body ?? []) {
      text += decoder.decode(piece, { stream: true })
      read += piece.length
      if (bytes !== null && read >= bytes) break
    }
  } catch {
    // What came is what the client has.
  }
  return text
}
