import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { Call } from '../call.ts'
import type { CutPoint, FaultScript } from '../faults/fault-script.ts'
import { type BodyPart, bytesOf, lengthOf } from './body-parts.ts'
import { type WireShape, WireWriter } from './wire-writer.ts'

/** A piece of a body that belongs together: the whole of a JSON answer, one event of a stream. */
export type Frame = readonly BodyPart[]

/** Head of an answer; what every answer carries is on the response already. */
export interface AnswerHead {
  status: number
  headers: Readonly<Record<string, string>>
}

/**
 * Writes an answer in the shape the call's script asks for.
 * @param frames a list when the whole body is known, else an iterable that is read as it goes.
 * @throws CallOver when the body was broken off or nobody listens any more.
 */
export async function sendAnswer(call: Call, head: AnswerHead, frames: readonly Frame[] | AsyncIterable<Frame>): Promise<void> {
  const { response, script } = call
  const encoded = script.gzip ? gzipped(frames) : frames
  const body = needsLength(script) ? await Array.fromAsync(encoded) : encoded
  const totalBytes = Array.isArray(body) ? body.reduce((sum: number, frame: Frame) => sum + lengthOf(frame), 0) : null
  if (script.noRequestId) response.removeHeader('x-request-id')
  if (response.hasHeader('openai-version')) response.setHeader('openai-processing-ms', String(Math.round(call.elapsedMs())))
  response.writeHead(head.status, { ...head.headers, ...shapeHeaders(script, totalBytes) })
  response.flushHeaders()

  const writer = new WireWriter(response, wireShape(script, totalBytes), call.gone)
  for await (const frame of body) {
    for (const bytes of bytesOf(frame)) await writer.write(bytes)
    await writer.endFrame()
  }
  writer.end(script.overLengthBytes !== undefined)
}

function needsLength(script: FaultScript): boolean {
  return script.contentLength === true || script.cut?.unit === 'percent'
}

function shapeHeaders(script: FaultScript, totalBytes: number | null): Record<string, string> {
  const headers: Record<string, string> = {}
  if (script.gzip) headers['content-encoding'] = 'gzip'
  if (script.contentLength && totalBytes !== null) headers['content-length'] = String(totalBytes + (script.overLengthBytes ?? 0))
  if (script.retryAfterSeconds !== undefined) headers['retry-after'] = String(script.retryAfterSeconds)
  return headers
}

function wireShape(script: FaultScript, totalBytes: number | null): WireShape {
  return {
    cutAtByte: cutAtByte(script.cut, totalBytes),
    cutAfterFrames: script.cut?.unit === 'frames' ? script.cut.at : Number.POSITIVE_INFINITY,
    cutByReset: script.cutByReset ?? false,
    bytesPerSecond: script.trickleBytesPerSecond ?? null,
    split: script.splitBytes ?? false,
  }
}

function cutAtByte(cut: CutPoint | undefined, totalBytes: number | null): number {
  if (cut?.unit === 'bytes') return cut.at
  if (cut?.unit === 'percent' && totalBytes !== null) return Math.floor((totalBytes * cut.at) / 100)
  return Number.POSITIVE_INFINITY
}

/** The whole body as one gzip stream, whatever encoding the client asked for; frames dissolve in it. */
async function* gzipped(frames: readonly Frame[] | AsyncIterable<Frame>): AsyncGenerator<Frame> {
  const bytes = async function* () {
    for await (const frame of frames) yield* bytesOf(frame)
  }
  // The pipeline hands an error of the body on to the reader of its last stream, which is the loop below.
  const zipped = pipeline(Readable.from(bytes(), { objectMode: false }), createGzip(), () => {})
  for await (const piece of zipped) yield [piece as Buffer]
}
