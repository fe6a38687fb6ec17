import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server of pictures that callers name by address. */
export interface PictureServer extends AsyncDisposable {
  origin: string
  /** Every path it was asked for. */
  asked: string[]
}

/** Starts one on a free port. @param answers by path: bytes, or where to go instead; any other path is not found */
export async function servePictures(answers: Readonly<Record<string, Buffer | string>>): Promise<PictureServer> {
  const asked: string[] = []
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    const answer = answers[url.split('?')[0]!]
    if (typeof answer === 'string') response.writeHead(302, { location: answer }).end()
    else response.writeHead(answer ? 200 : 404, { 'content-type': 'image/png' }).end(answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.closeAllConnections()
    server.close()
  }
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, [Symbol.asyncDispose]: close }
}
