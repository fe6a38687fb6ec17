import type { Call } from '../call.ts'

/** `POST /v1/images/variations`: retired upstream, where it answers 404 with no body at all. */
export async function variations({ response }: Call): Promise<void> {
  response.writeHead(404, { 'content-length': '0' }).end()
}
