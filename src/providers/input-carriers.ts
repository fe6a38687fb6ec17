import { createHash } from 'node:crypto'
import { dataUrlPlaceholder } from '../contract/image-url.ts'
import type { JsonObject } from '../primitives/json.ts'
import { FormReader, type WatchedInput } from './edit-test-kit.ts'
import type { ProviderCall } from './image-provider.ts'

/** An input as the other side read it. */
export interface ReceivedInput {
  byteLength: number
  sha256: string
}

/** Reads the inputs of one request off its body, a piece at a time. */
export interface InputReader {
  write(piece: Buffer): void
  /** Once the last byte was written. */
  inputs(): Promise<ReceivedInput[]>
}

/** How an operation carries its inputs, seen from both ends. */
export interface InputCarrier {
  operation: 'edit' | 'respond'
  /** The parts of a call that carry these. */
  carry(inputs: readonly WatchedInput[]): Pick<ProviderCall, 'operation' | 'body' | 'inputs'>
  reader(contentType: string): InputReader
}

/** Inputs as files of a form. */
export const formCarrier: InputCarrier = {
  operation: 'edit',
  carry: (inputs) => ({ operation: 'edit', body: { model: 'gpt-image-2', prompt: 'a cat' }, inputs }),
  reader: (contentType) => {
    const reader = new FormReader(contentType)
    return {
      write: (piece) => reader.write(piece),
      inputs: async () => (await reader.form()).files.map(({ byteLength, sha256 }) => ({ byteLength, sha256 })),
    }
  },
}

/** Inputs as data URLs in a JSON document. */
export const jsonCarrier: InputCarrier = {
  operation: 'respond',
  carry: (inputs) => ({
    operation: 'respond',
    body: responseBody(inputs.length),
    inputs: inputs.map((input, index) => Object.assign(input, { place: `input[0].content[${index + 1}].image_url` })),
  }),
  reader: () => {
    const pieces: Buffer[] = []
    return {
      write: (piece) => pieces.push(piece),
      inputs: async () => dataUrlsOf(Buffer.concat(pieces)).map(receivedInput),
    }
  },
}

/** A request for a response with so many placeholders, behind a text that looks like one. */
function responseBody(inputs: number): JsonObject {
  const images = Array.from({ length: inputs }, () => ({ type: 'input_image', image_url: dataUrlPlaceholder }))
  const text = { type: 'input_text', text: dataUrlPlaceholder }
  return { model: 'gpt-5.4', input: [{ role: 'user', content: [text, ...images] }], tools: [{ type: 'image_generation' }] }
}

function dataUrlsOf(body: Buffer): string[] {
  const document = JSON.parse(body.toString()) as { input: { content: { image_url?: string }[] }[] }
  return document.input.flatMap(({ content }) => content.flatMap(({ image_url }) => image_url ?? []))
}

function receivedInput(dataUrl: string): ReceivedInput {
  const [head, base64 = ''] = dataUrl.split(',', 2)
  if (!/^data:image\/(png|jpeg|webp);base64$/.test(head!)) throw new Error(`not the head of a data URL: ${head}`)
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64') !== base64) throw new Error('not strict base64')
  return { byteLength: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}
