import { readdir, readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, relative } from 'node:path'

/** Runs of base64 longer than any id, hash or key: a picture, or a piece of one. */
const LONG_BASE64 = /[A-Za-z0-9+/_-]{1024,}/

/** What was sealed under a key derived from the master key: ciphertext, written as base64. */
const SEALED = /v1\.[\w-]{8}\.[\w-]+/g

const LONG_RUN = 'a long run of base64'

/** Texts that must not be found where they do not belong, by what they are. */
export type Canaries = Readonly<Record<string, string>>

/** Which canaries stand in a text, as they are or as base64; a long run of base64 counts as one. */
export function canariesIn(text: string, canaries: Canaries): string[] {
  const found = Object.entries(canaries).filter(([, value]) => spellings(value).some((spelling) => text.includes(spelling)))
  return [...found.map(([name]) => name), ...(LONG_BASE64.test(text.replace(SEALED, '')) ? [LONG_RUN] : [])]
}

/** Base64 of the middle of a text, whatever stands before it. */
function spellings(value: string): string[] {
  const encoded = [0, 1, 2].map((shift) =>
    Buffer.from(' '.repeat(shift) + value)
      .toString('base64')
      .slice(4, -4),
  )
  return [value, encodeURIComponent(value), ...encoded.filter((text) => text.length >= 12)]
}

/** Files below a folder that hold canaries, with which; read as bytes, so that what a database left in free pages is seen, too. */
export async function canariesInFiles(folder: string, canaries: Canaries, isMeantTo: (path: string) => boolean): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  const found = await Promise.all(
    files
      .filter((path) => !isMeantTo(path))
      .map(async (path) => {
        const names = canariesIn(await readFile(join(folder, path), 'latin1'), canaries)
        // In a database's pages ids stand side by side, with nothing between them that is not a letter of base64.
        return names.filter((name) => name !== LONG_RUN || !/\.db(?:-wal)?$/.test(path)).map((name) => `${path}: ${name}`)
      }),
  )
  return found.flat()
}

/** An upstream that repeats in its answer whatever it was sent, key included, and goes wrong in the way the prompt names. */
export async function startParrot(): Promise<{ url: string; heard: string[] } & AsyncDisposable> {
  const heard: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request.setEncoding('latin1')) body += piece
    heard.push(request.headers.authorization ?? '')
    repeat(request, response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function repeat(request: IncomingMessage, response: ServerResponse, body: string): void {
  const all = `${request.headers.authorization} ${body.slice(0, 20_000)}`
  const envelope = JSON.stringify({ error: { message: all, type: all, code: all, param: all } })
  const head = { 'content-type': 'application/json', 'x-request-id': all.replace(/[^\x21-\x7e]/g, ' ').slice(0, 2000) }
  const status = Number(/status=(\d+)/.exec(body)?.[1] ?? 401)
  if (/events/.test(body)) {
    response
      .writeHead(200, { ...head, 'content-type': 'text/event-stream' })
      .end(`event: error\ndata: ${envelope.replace('{"error"', '{"type":"error","error"')}\n\n`)
  } else if (/html/.test(body)) response.writeHead(status, { ...head, 'content-type': 'text/html' }).end(`<html><h1>${all}</h1></html>`)
  else if (/halfway/.test(body)) {
    response.writeHead(200, { ...head, 'content-length': '100000' }).write(`{"created":1,"data":[{"b64_json":"${'QUJD'.repeat(500)}`)
    setTimeout(() => response.destroy(), 20)
  } else if (/nonsense/.test(body)) response.writeHead(200, head).end(`{"error": ${all}`)
  else response.writeHead(status, head).end(envelope)
}
