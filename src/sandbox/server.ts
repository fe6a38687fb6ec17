import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isoTime } from '../primitives/clock.ts'
import { newId } from '../primitives/ids.ts'
import type { Call } from './call.ts'
import { endpointFor } from './endpoints/route-table.ts'
import { splitFacePath } from './faces/face-path.ts'
import { sandboxBehind } from './faces/sandbox-behind.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { Refusal } from './refusal.ts'
import type { SandboxState } from './sandbox-state.ts'
import { sendRefusal } from './scripted-answer.ts'
import { CallOver } from './wire/wire-writer.ts'

/** The HTTP side of a sandbox. */
export interface SandboxServer {
  server: Server
  /** Resolves when no call is running any more. */
  idle(): Promise<void>
}

/** Longer than load balancers and clients keep an idle connection, so that they are the ones to close it. */
const KEEP_ALIVE_MS = 75_000

/** Makes the server; the caller lets it listen. */
export function createSandboxServer(sandbox: SandboxState): SandboxServer {
  const running = new Set<Promise<void>>()
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const done = serve(request, response, sandbox).finally(() => running.delete(done))
    running.add(done)
  })
  return {
    server,
    idle: async () => {
      await Promise.all(running)
    },
  }
}

/** Answers one call; never rejects. */
async function serve(request: IncomingMessage, response: ServerResponse, sandbox: SandboxState): Promise<void> {
  const call = openCall(request, response, sandbox)
  for (const [name, value] of Object.entries(commonHeaders(call, sandbox))) response.setHeader(name, value)
  try {
    await handle(call, sandbox)
    call.record.state = 'answered'
  } catch (error) {
    call.record.state = 'broken'
    if (!(error instanceof CallOver)) await answerUnexpected(call, error)
  }
  call.record.status = response.headersSent ? response.statusCode : null
  sandbox.swaps.release(call.record)
}

async function handle(call: Call, sandbox: SandboxState): Promise<void> {
  try {
    const endpoint = endpointFor(call.method, call.path)
    endpoint.checkKey?.(call.request)
    if (endpoint.isCounted) sandbox.calls.note(call.record)
    await endpoint.serve(call, sandboxBehind(call.face, sandbox))
  } catch (error) {
    if (!(error instanceof Refusal) || call.response.headersSent) throw error
    if (error.status === 413) call.response.setHeader('connection', 'close')
    await sendRefusal(call, error)
  }
}

/** A fault of the sandbox itself: says so, as nobody but its user reads it. */
async function answerUnexpected(call: Call, error: unknown): Promise<void> {
  if (call.response.headersSent) return void call.response.socket?.destroy()
  const message = `The sandbox failed inside: ${error instanceof Error ? error.message : String(error)}`
  const refusal = new Refusal(500, { message, type: 'server_error', param: null, code: 'sandbox_failed' })
  call.script = {}
  await sendRefusal(call, refusal).catch(() => call.response.socket?.destroy())
}

function openCall(request: IncomingMessage, response: ServerResponse, { settings }: SandboxState): Call {
  const { clock } = settings
  const startedMs = clock.monotonicMs()
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  // A write that loses the race with a closing connection; `gone` ends the call.
  response.on('error', () => gone.abort())
  const method = request.method ?? 'GET'
  const { face, path } = splitFacePath((request.url ?? '/').split('?', 1)[0]!)
  return {
    request,
    response,
    method,
    face,
    path,
    gone: gone.signal,
    script: {},
    elapsedMs: () => clock.monotonicMs() - startedMs,
    record: {
      at: isoTime(clock.nowMs()),
      request_id: newId('req'),
      client_request_id: headerText(request, 'x-client-request-id'),
      path,
      face: face?.name ?? null,
      retry_count: headerText(request, 'x-stainless-retry-count'),
      status: null,
      state: 'running',
      charged: false,
    },
  }
}

function headerText(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name]
  return typeof value === 'string' ? value : null
}

function commonHeaders({ record, path, face }: Call, { limiter }: SandboxState): Record<string, string> {
  const headers = { 'x-sandbox': 'true', ...(face?.hidesRequestId ? {} : { 'x-request-id': record.request_id }) }
  if (/^\/(?:v2|results)\//.test(path)) return headers
  return { ...headers, 'openai-organization': 'sandbox', 'openai-version': '2020-10-01', ...limitHeaders(path, limiter) }
}

function limitHeaders(path: string, limiter: RateLimiter): Record<string, string> {
  return path.startsWith('/v1/images/') ? limiter.headers() : {}
}
