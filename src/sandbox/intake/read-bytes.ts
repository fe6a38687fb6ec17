import type { IncomingMessage } from 'node:http'
import { invalidRequest } from '../refusal.ts'
import { CallOver } from '../wire/wire-writer.ts'

/**
 * Reads a request's body.
 * @throws Refusal 413 beyond `maxBytes`.
 * @throws CallOver when the client left before its body was whole.
 */
export async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of request.iterator({ destroyOnReturn: false })) {
      length += (piece as Buffer).length
      if (length > maxBytes) throw tooLarge(maxBytes)
      pieces.push(piece as Buffer)
    }
  } catch (error) {
    throw request.destroyed ? new CallOver() : error
  }
  return Buffer.concat(pieces, length)
}

function tooLarge(maxBytes: number): Error {
  return invalidRequest(`Request body is larger than ${maxBytes} bytes.`, null, { status: 413 })
}
