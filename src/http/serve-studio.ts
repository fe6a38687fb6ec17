import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { failure } from '../contract/failure.ts'
import { publicPolicy } from './route-policy.ts'
import { studioHeaders } from './security-headers.ts'
import type { StudioFile, StudioFiles } from './studio-files.ts'

/** Addresses of the studio's screens: each, and what is below it, is answered with the one page. `test/studio` holds the studio to this list. */
export const studioScreens = ['make', 'edit', 'jobs', 'library', 'review', 'money', 'routes', 'settings', 'sign-in'] as const

const YEAR_S = 365 * 24 * 60 * 60

/** Serves the screens of the studio and their files; where it is not built, they are not there. */
export async function serveStudio(app: FastifyInstance, studio: StudioFiles): Promise<void> {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, policy: publicPolicy }
  })
  const page = async (request: FastifyRequest, reply: FastifyReply) => {
    if (await sendStudioPage(studio, request, reply)) return reply
    throw failure('not_found')
  }
  for (const screen of studioScreens) {
    app.get(`/${screen}`, page)
    app.get(`/${screen}/*`, page)
  }
  const file = async (request: FastifyRequest, reply: FastifyReply) => {
    const address = request.url.split('?', 1)[0]!
    const found = (await studio.tree())?.get(address)
    if (!found) throw failure('not_found')
    // Names of what is in `assets` change with what they hold.
    reply.header('cache-control', address.startsWith('/assets/') ? `public, max-age=${YEAR_S}, immutable` : 'public, max-age=3600')
    return send(found, request, reply)
  }
  app.get('/assets/*', file)
  app.get('/favicon.svg', file)
}

/** Answers with the page of the studio. False where it is not built; nothing was answered then. */
export async function sendStudioPage(studio: StudioFiles, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const page = (await studio.tree())?.get('/index.html')
  if (!page) return false
  reply.headers({ ...studioHeaders, 'cache-control': 'no-cache' })
  send(page, request, reply)
  return true
}

function send(file: StudioFile, { headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
  const accepted = String(headers['accept-encoding'] ?? '')
  const [encoding, body] = chosenForm(file, accepted)
  reply.headers({ etag: file.etag, vary: 'accept-encoding' })
  if (headers['if-none-match'] === file.etag) return reply.code(304).send()
  if (encoding !== null) reply.header('content-encoding', encoding)
  return reply.type(file.type).send(body)
}

function chosenForm({ body, br, gzip }: StudioFile, accepted: string): [encoding: 'br' | 'gzip' | null, body: Buffer] {
  if (br && /\bbr\b/.test(accepted)) return ['br', br]
  if (gzip && /\bgzip\b/.test(accepted)) return ['gzip', gzip]
  return [null, body]
}
