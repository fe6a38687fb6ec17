import { connect } from 'node:net'
import type { JsonObject } from '../primitives/json.ts'
import type { SandboxOptions } from './config.ts'
import { type Sandbox, startSandbox } from './start-sandbox.ts'

/** A sandbox that answers at once with plain pictures. */
export function quickSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return startSandbox({ latencyMs: 0, flat: true, ...options })
}

/** The smallest legal generation, and the one whose price the fact sheet works out: 8 text tokens in, 196 image tokens out. */
export const smallGeneration: JsonObject = { model: 'gpt-image-2', prompt: 'a cat', size: '1024x1024', quality: 'low' }

/** POSTs a generation; `change` members of `undefined` take a member away. */
export function post(
  sandbox: Sandbox,
  change: Record<string, unknown> = {},
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${sandbox.url}/v1/images/generations`, {
    method: 'POST',
    redirect: 'manual',
    signal,
    headers: { authorization: 'Bearer sk-any', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...smallGeneration, ...change }),
  })
}

/** POSTs a generation whose prompt carries fault words. */
export function postWith(sandbox: Sandbox, faults: string, change: Record<string, unknown> = {}, signal?: AbortSignal): Promise<Response> {
  return post(sandbox, { prompt: `a cat [[sandbox: ${faults}]]`, ...change }, {}, signal)
}

/** The error of an answer, with its status. */
export async function errorOf(answer: Promise<Response>): Promise<Record<string, unknown>> {
  const response = await answer
  const { error } = (await response.json()) as { error: Record<string, unknown> }
  return { status: response.status, ...error }
}

/** An answer as it came over the wire. */
export interface WireAnswer {
  /** Status line and headers; empty when none came. */
  head: string
  /** Everything after the head, as sent: with the borders of HTTP chunks when the body is chunked. */
  rawBody: Buffer
  /** The body without the borders of HTTP chunks. */
  body: Buffer
  /** True when the last chunk, or the announced length, was reached. */
  whole: boolean
  /** How the connection ended. */
  ending: 'closed' | 'reset'
}

/** POSTs a generation over a bare socket and reads until the sandbox ends the connection. */
export async function postOverSocket(sandbox: Sandbox, faults: string, change: Record<string, unknown> = {}): Promise<WireAnswer> {
  const text = JSON.stringify({ ...smallGeneration, prompt: `a cat [[sandbox: ${faults}]]`, ...change })
  const head = `POST /v1/images/generations HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Bearer sk-any\r\nConnection: close\r\n`
  const { bytes, ending } = await exchange(
    sandbox.port,
    `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  )
  const headEnd = bytes.indexOf('\r\n\r\n')
  const answerHead = headEnd < 0 ? '' : bytes.toString('latin1', 0, headEnd)
  const rawBody = headEnd < 0 ? Buffer.alloc(0) : bytes.subarray(headEnd + 4)
  return { head: answerHead, rawBody, ending, ...readBody(answerHead, rawBody) }
}

async function exchange(port: number, request: string): Promise<{ bytes: Buffer; ending: 'closed' | 'reset' }> {
  const socket = connect(port, '127.0.0.1')
  const pieces: Buffer[] = []
  const { promise, resolve } = Promise.withResolvers<'closed' | 'reset'>()
  socket.on('data', (piece: Buffer) => pieces.push(piece))
  socket.on('error', () => resolve('reset'))
  socket.on('close', () => resolve('closed'))
  socket.write(request)
  return { ending: await promise, bytes: Buffer.concat(pieces) }
}

function readBody(head: string, rawBody: Buffer): { body: Buffer; whole: boolean } {
  if (/transfer-encoding: chunked/i.test(head)) return withoutChunks(rawBody)
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1])
  return { body: rawBody, whole: rawBody.length === length }
}

function withoutChunks(rawBody: Buffer): { body: Buffer; whole: boolean } {
  const pieces: Buffer[] = []
  let at = 0
  for (;;) {
    const lineEnd = rawBody.indexOf('\r\n', at)
    if (lineEnd < 0) return { body: Buffer.concat(pieces), whole: false }
    const length = Number.parseInt(rawBody.toString('latin1', at, lineEnd), 16)
    if (length === 0) return { body: Buffer.concat(pieces), whole: true }
    pieces.push(rawBody.subarray(lineEnd + 2, lineEnd + 2 + length))
    at = lineEnd + 2 + length + 2
  }
}

/** What the bytes of a picture say about themselves: format by signature, and for png the pixels of its header. */
export function pictureFacts(bytes: Buffer): { format: 'png' | 'jpeg' | 'webp' | 'unknown'; size: string | null } {
  if (bytes.toString('latin1', 1, 4) === 'PNG') return { format: 'png', size: `${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}` }
  if (bytes.readUInt16BE(0) === 0xffd8) return { format: 'jpeg', size: null }
  if (bytes.toString('latin1', 8, 12) === 'WEBP') return { format: 'webp', size: null }
  return { format: 'unknown', size: null }
}

/** One event of a stream, its data parsed. */
export interface StreamEvent {
  event: string
  data: JsonObject
}

/** Takes a stream apart the way its specification says; comments and `[DONE]` are left out. */
export function readEvents(text: string): StreamEvent[] {
  const frames = text.split(/\r?\n\r?\n/).filter((frame) => /^event:/m.test(frame))
  return frames.map((frame) => ({
    event: /^event: (.*?)\r?$/m.exec(frame)![1]!,
    data: JSON.parse(/^data: (.*?)\r?$/m.exec(frame)![1]!) as JsonObject,
  }))
}

/** A spoiled answer may hold any of this, or none. */
export interface SpoiledReply {
  error: { code: string | null; param: string | null; message: string; moderation_details: unknown }
  data: { b64_json: string }[]
  usage: { input_tokens: number; output_tokens: number }
  model: string
  output_format: string
}

/** POSTs a generation that goes wrong and reads the JSON of its answer. */
export async function spoiled(
  sandbox: Sandbox,
  faults: string,
  change: Record<string, unknown> = {},
): Promise<{ response: Response; reply: SpoiledReply }> {
  const response = await postWith(sandbox, faults, change)
  return { response, reply: JSON.parse(await response.text()) as SpoiledReply }
}
