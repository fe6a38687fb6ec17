import type { Operation } from '../contract/image-request.ts'
import { Secret } from '../primitives/secret.ts'
import type { ImageProvider, ProviderCall, ReplyHead, ReplySink } from './image-provider.ts'
import { httpAnswer, type ScriptedUpstream, type UpstreamListeners, type UpstreamScript } from './scripted-upstream.ts'

/** What a protocol brings to be held to the provider contract. */
export interface ProviderConformance {
  name: string
  /** What the provider can be asked for; of each it is held to the cases there are. */
  operations: readonly Operation[]
  /**
   * Where the answer comes from. `passed_on`: one request on the wire, whose answer's bytes reach the sink as they came. `composed`: the
   * scripted answer is only the one to the request that buys, and the provider writes its own from what it fetches later; which bytes
   * those are, and what becomes of a call that breaks after the purchase, is for the protocol's own tests.
   * @default 'passed_on'
   */
  answers?: 'passed_on' | 'composed'
  /** A provider with its network; `close` ends its sockets. */
  create(): { provider: ImageProvider; close(): Promise<void> }
  /**
   * An upstream that answers each image call with the script, in the protocol's own way.
   * @default the scripted upstream itself, for protocols that are one POST and one answer
   */
  startUpstream?(script: UpstreamScript, listeners?: UpstreamListeners): Promise<ScriptedUpstream>
}

/** The key of every call of the suite; it may show nowhere. */
export const canary = 'dk-canary-4d41b0b6e9'

/** Remembers what a provider told its sink, in order. */
export class RecordingSink implements ReplySink {
  readonly events: string[] = []
  head: ReplyHead | null = null
  readonly pieces: Buffer[] = []

  sent() {
    this.events.push('sent')
  }

  begin(head: ReplyHead) {
    this.events.push(`begin ${head.kind}`)
    this.head = head
  }

  data(piece: Buffer, _resume: () => void): boolean {
    this.pieces.push(piece)
    return true
  }

  end(whole: boolean) {
    this.events.push(whole ? 'end' : 'cut')
  }

  get body(): Buffer {
    return Buffer.concat(this.pieces)
  }
}

/** Head of an answer in JSON from an upstream that names its requests. */
export const json = { 'content-type': 'application/json', 'x-request-id': 'req_1' }
/** Body of a refusal about the size. */
export const refusal = (code: string) =>
  JSON.stringify({ error: { message: `no: ${code}`, type: 'invalid_request_error', param: 'size', code } })

/** The upstream that gives every call the same whole answer. */
export const answering =
  (...answer: Parameters<typeof httpAnswer>): UpstreamScript =>
  (socket) =>
    socket.write(httpAnswer(...answer))

/** A call of the suite, a generation unless the options say otherwise. */
export function callTo(baseUrl: string, options: Partial<ProviderCall> = {}): ProviderCall {
  return {
    operation: 'generate',
    baseUrl,
    key: new Secret(canary),
    clientRequestId: 'att_1',
    body: { model: 'gpt-image-2', prompt: 'a cat' },
    inputs: [],
    stream: false,
    timeoutMs: 20_000,
    ...options,
  }
}
