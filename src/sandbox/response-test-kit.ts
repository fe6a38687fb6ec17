import type OpenAI from 'openai'
import type { JsonObject } from '../primitives/json.ts'
import { clientOf } from './edit-test-kit.ts'
import { readEvents, type StreamEvent } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

/** The image tool at its cheapest: 196 output tokens a picture. */
export const smallTool = { type: 'image_generation', size: '1024x1024', quality: 'low' } as const

/** The smallest call that draws. */
export const smallResponse = { model: 'gpt-5.4', input: 'Draw a cat', tools: [smallTool] } as const

/** POSTs a Responses call; `change` members of `undefined` take a member away. */
export function postResponse(sandbox: Sandbox, change: Record<string, unknown> = {}, headers: Record<string, string> = {}) {
  return fetch(`${sandbox.url}/v1/responses`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-any', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...smallResponse, ...change }),
  })
}

/** The same with fault words in the user's message. */
export function postResponseWith(sandbox: Sandbox, faults: string, change: Record<string, unknown> = {}) {
  return postResponse(sandbox, { input: `Draw a cat [[sandbox: ${faults}]]`, ...change })
}

/** A response, or an error, or a spoiled answer that holds any of this. */
export interface ResponseReply {
  id: string
  status: string
  output: (JsonObject & { type: string; id: string })[]
  usage?: JsonObject | null
  tool_usage?: { image_gen: JsonObject }
  error: { code: string; message: string; param: string | null } | null
  tools: JsonObject[]
  [name: string]: unknown
}

/** Calls and reads the JSON of the answer. */
export async function responseOf(answer: Promise<Response>): Promise<ResponseReply> {
  return (await (await answer).json()) as ResponseReply
}

/** Streams a call and takes its events apart. */
export async function eventsOf(sandbox: Sandbox, change: Record<string, unknown> = {}): Promise<StreamEvent[]> {
  const response = await postResponse(sandbox, { stream: true, ...change })
  return readEvents(await response.text())
}

/** The image calls of an output. */
export function imageCalls(reply: { output: readonly object[] }): OpenAI.Responses.ResponseOutputItem.ImageGenerationCall[] {
  return reply.output.filter(
    (item): item is OpenAI.Responses.ResponseOutputItem.ImageGenerationCall => 'type' in item && item.type === 'image_generation_call',
  )
}

/** The only picture of an output, as bytes. */
export function pictureOf(reply: { output: readonly object[] }): Buffer {
  return Buffer.from(imageCalls(reply)[0]!.result!, 'base64')
}

/** Asks for a background response until it is over. */
export async function whenOver(sandbox: Sandbox, id: string): Promise<OpenAI.Responses.Response> {
  for (;;) {
    const response = await clientOf(sandbox).responses.retrieve(id)
    if (response.status !== 'queued' && response.status !== 'in_progress') return response
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
