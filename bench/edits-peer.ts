/**
 * Process of the edit bench: the upstream that takes edits in and the client that sends them. It counts what arrives and keeps none of it.
 */
import { randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32, deflateSync } from 'node:zlib'
import type { Target } from './support/bench-call.ts'
import { answerOrders } from './support/bench-process.ts'
import { NoiseAnswer } from './support/noise-answer.ts'

/** What one edit carries. */
export interface EditLoad {
  target: Target
  /** Multipart edits at once, each with so many references. */
  atOnce: number
  references: number
  /** Bytes of a reference, nearly. */
  referenceBytes: number
}

/** What came of it. */
export interface EditResult {
  /** First byte of the request to last byte of the answer, one entry a call. */
  latenciesMs: number[]
  /** Bytes of pictures that the client sent, and of whole bodies that upstream received. */
  sentPictureBytes: number
  receivedBytes: number
}

/** What the bench may ask. */
export interface EditsPeerOrders {
  /** Starts the upstream on a free port. */
  listen(): Promise<{ port: number }>
  /** @throws Error when an answer is not what it should be: figures of wrong answers mean nothing. */
  edit(load: EditLoad): Promise<EditResult>
  /** Sends a picture that announces more pixels than are read. @returns milliseconds until its refusal was read. */
  refuseBomb(target: Target, megapixels: number): Promise<number>
}

const BOUNDARY = 'darkroom-bench'
const PIECE_BYTES = 64 * 1024
const answer = new NoiseAnswer(1024)
let [serial, receivedBytes] = [0, 0]

const upstream = createServer(async (incoming: IncomingMessage, response: ServerResponse) => {
  for await (const piece of incoming) receivedBytes += (piece as Buffer).length
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': answer.bodyBytes,
    'x-request-id': `req_bench_${serial}`,
    'openai-processing-ms': '0',
  })
  for (const piece of answer.pieces(serial++)) response.write(piece)
  response.end()
})

/** A PNG of noise stored without compression, of the wanted length but for a row. */
function noisePng(bytes: number): Buffer {
  const side = Math.floor(Math.sqrt(bytes / 3))
  const rowBytes = 1 + side * 3
  const rows = randomFillSync(Buffer.allocUnsafe(rowBytes * side))
  for (let at = 0; at < rows.length; at += rowBytes) rows[at] = 0
  return png({ width: side, height: side, colourType: 2, data: deflateSync(rows, { level: 0 }) })
}

/** A valid PNG of grey zeros. */
function bombPng(megapixels: number): Buffer {
  const side = Math.round(Math.sqrt(megapixels * 1e6))
  return png({ width: side, height: side, colourType: 0, data: deflateSync(Buffer.alloc((side + 1) * side)) })
}

function png({ width, height, colourType, data }: { width: number; height: number; colourType: number; data: Buffer }): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, colourType, 0, 0, 0], 8)
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))])
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, 'latin1')
  data.copy(bytes, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}

function formOf(pictures: readonly Buffer[]): Buffer {
  const field = (name: string, value: string) =>
    Buffer.from(`--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
  const head = (index: number) =>
    Buffer.from(
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="image[]"; filename="${index}.png"\r\ncontent-type: image/png\r\n\r\n`,
    )
  return Buffer.concat([
    ...Object.entries({ model: 'gpt-image-2', prompt: 'bench edit', size: '1024x1024', quality: 'low' }).map((pair) => field(...pair)),
    ...pictures.flatMap((picture, index) => [head(index), picture, Buffer.from('\r\n')]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ])
}

/** Posts a form as fast as it is taken, and reads the answer to its end. @returns its status and length. */
async function post({ port, headers }: Target, body: Buffer): Promise<{ status: number; bytes: number }> {
  const call = request({
    host: '127.0.0.1',
    port,
    path: '/v1/images/edits',
    method: 'POST',
    headers: { ...headers, 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, 'content-length': body.length },
  })
  const answered = once(call, 'response') as Promise<[IncomingMessage]>
  for (let at = 0; at < body.length; at += PIECE_BYTES)
    if (!call.write(body.subarray(at, at + PIECE_BYTES))) await Promise.race([once(call, 'drain'), answered])
  call.end()
  const [reply] = await answered
  let bytes = 0
  for await (const piece of reply) bytes += (piece as Buffer).length
  return { status: reply.statusCode!, bytes }
}

const bombs = new Map<number, Buffer>()

answerOrders<EditsPeerOrders>(
  {
    async listen() {
      upstream.listen(0, '127.0.0.1')
      await once(upstream, 'listening')
      return { port: (upstream.address() as AddressInfo).port }
    },
    async edit({ target, atOnce, references, referenceBytes }) {
      receivedBytes = 0
      const bodies = Array.from({ length: atOnce }, () => {
        const pictures = Array.from({ length: references }, () => noisePng(referenceBytes))
        return { body: formOf(pictures), pictureBytes: pictures.reduce((sum, { length }) => sum + length, 0) }
      })
      const latenciesMs = await Promise.all(
        bodies.map(async ({ body }) => {
          const startMs = performance.now()
          const { status, bytes } = await post(target, body)
          if (status !== 200 || bytes !== answer.bodyBytes)
            throw new Error(`expected 200 with the picture, found ${status} with ${bytes} bytes`)
          return performance.now() - startMs
        }),
      )
      return { latenciesMs, receivedBytes, sentPictureBytes: bodies.reduce((sum, { pictureBytes }) => sum + pictureBytes, 0) }
    },
    async refuseBomb(target, megapixels) {
      const body = bombs.get(megapixels) ?? formOf([bombPng(megapixels)])
      bombs.set(megapixels, body)
      const startMs = performance.now()
      const { status } = await post(target, body)
      if (status !== 400) throw new Error(`expected the bomb to be refused with 400, found ${status}`)
      return performance.now() - startMs
    },
  },
  () => process.exit(0),
)
