import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { failure } from '../contract/failure.ts'
import type { GatewayParts } from '../flows/gateway-parts.ts'
import { newId } from '../primitives/ids.ts'
import { admit } from './admit.ts'
import { authenticate } from './authenticate.ts'
import { answerBrokenRequest, answerInOwnWords, awaitsContinue } from './broken-request.ts'
import { type HttpConfig, hostAllowed } from './config.ts'
import type { HttpRoute } from './http-route.ts'
import { limitConnections } from './limit-connections.ts'
import { limitPipelining } from './pipelining.ts'
import { presentFailure } from './present-failure.ts'
import { isPlainJson } from './read-body.ts'
import { serveReference } from './reference.ts'
import { enforcePolicies } from './route-policy.ts'
import { securityHeaders, stayWithHttps } from './security-headers.ts'
import { serveStudio } from './serve-studio.ts'
import { type BodyPace, defaultBodyPace, watchBufferedBody, watchUpload } from './slow-body.ts'
import { StudioFiles } from './studio-files.ts'
import { traceRequests } from './trace-requests.ts'
import { answerUnmatched } from './unmatched-request.ts'

const KIB = 1024
const SECOND = 1000

/** Largest body that is read whole before it is handled: JSON without pictures in it. */
export const JSON_BODY_LIMIT_BYTES = 1024 * KIB

/** Largest body that is read as it comes: pictures in a form, or as base64 in JSON. */
export const STREAMED_BODY_LIMIT_BYTES = 400 * KIB * KIB

/** Longest address of a request, its query included, in characters. */
const LONGEST_ADDRESS = 8 * KIB

/** Builds the HTTP server from the list of routes, and serves their description. It does not listen yet. */
export async function createHttpServer(
  parts: GatewayParts,
  config: HttpConfig,
  routes: readonly HttpRoute[],
  api: () => object,
  pace: BodyPace = defaultBodyPace,
): Promise<FastifyInstance> {
  const everywhere = { ...securityHeaders, ...(config.publicUrl?.startsWith('https:') ? stayWithHttps : {}) }
  const app = Fastify({
    bodyLimit: JSON_BODY_LIMIT_BYTES,
    trustProxy: config.trustProxy,
    genReqId: () => newId('req'),
    // How promptly a body must come depends on the route, see `slow-body.ts`; idle connections outlive a load balancer's.
    requestTimeout: 0,
    keepAliveTimeout: 75 * SECOND,
    connectionTimeout: 0,
    // A missing Host header is refused by the same check as a wrong one, in the same words.
    http: { maxHeaderSize: 16 * KIB, headersTimeout: 15 * SECOND, connectionsCheckingInterval: 5 * SECOND, requireHostHeader: false },
    // Room for an idempotency key of which every character is percent-encoded.
    routerOptions: { maxParamLength: 3 * 255 },
    clientErrorHandler: answerBrokenRequest,
    // A path that cannot be decoded, or is longer than any id: no route runs, so no hook sets the headers.
    frameworkErrors: (_error, request, reply) => presentFailure(failure('not_found'), request, reply.headers(everywhere)),
    forceCloseConnections: false,
    return503OnClosing: false,
    loggerInstance: parts.logger as unknown as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
  })
  app.setErrorHandler((error, request, reply) => presentFailure(error, request, reply))
  app.setNotFoundHandler(answerUnmatched(routes))
  answerInOwnWords(app.server)
  limitConnections(app.server, config.connections)
  takeJsonAsBytes(app)
  traceRequests(app, parts)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...everywhere, 'x-request-id': request.id })
    // Who keeps a connection open goes elsewhere with the next request.
    if (parts.running.closing) reply.header('connection', 'close')
    limitPipelining(request, reply)
    if (!hostAllowed(config, request.headers.host)) throw failure('bad_host')
    if (request.url.length > LONGEST_ADDRESS) throw failure('uri_too_long')
    if (/[?&](?:api[-_]?key|key|token|access_token)=/i.test(request.url)) throw failure('key_in_url')
  })
  const policies = enforcePolicies(app, (request) => authenticate(parts, request, baseUrlOf(config, request)))
  app.addHook('preParsing', async (request, reply) => {
    if (request.is404) return
    const { streamsBody } = request.routeOptions.config
    const limitBytes = streamsBody ? STREAMED_BODY_LIMIT_BYTES : JSON_BODY_LIMIT_BYTES
    if (Number(request.headers['content-length']) > limitBytes) throw failure('body_too_large')
    if (awaitsContinue(request.raw)) reply.raw.writeContinue()
    if (streamsBody) watchUpload(request.raw, pace)
    else watchBufferedBody(request.raw, pace)
  })
  app.addHook('onResponse', async (request, reply) => {
    parts.metrics.httpReply({
      route: request.routeOptions.url ?? 'none',
      method: request.method,
      status: reply.statusCode,
      seconds: reply.elapsedTime / SECOND,
    })
  })
  const studio = new StudioFiles(config.studioFolder)
  for (const route of routes.filter(({ streamsBody }) => !streamsBody)) mount(app, { parts, config, studio }, route)
  await app.register(async (scope) => {
    takeBodiesAsStreams(scope)
    for (const route of routes.filter(({ streamsBody }) => streamsBody)) mount(scope, { parts, config, studio }, route)
  })
  await app.register((scope) => serveReference(scope, api))
  await app.register((scope) => serveStudio(scope, studio))
  policies.assertStated()
  return app
}

/** How long the last bytes of replies may take to reach their clients once nothing new is served. */
const LAST_BYTES_MS = 5 * SECOND
const IDLE_SWEEP_MS = 50

/** Stops listening and lets replies under way reach their clients, for a while: half a request, or a client that stopped reading, must not hold up the end. */
export async function closeHttpServer(app: FastifyInstance): Promise<void> {
  // The server itself closes only what is idle at this moment, not what becomes idle with its next reply.
  const sweep = setInterval(() => app.server.closeIdleConnections(), IDLE_SWEEP_MS)
  const tooLate = setTimeout(() => app.server.closeAllConnections(), LAST_BYTES_MS)
  try {
    await app.close()
  } finally {
    clearInterval(sweep)
    clearTimeout(tooLate)
  }
}

/** Bodies reach the handlers as bytes: the contract reads them more strictly than a JSON parser does. */
function takeJsonAsBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (isPlainJson(request.headers['content-type'] ?? '')) done(null, body)
    else done(failure('unsupported_media_type'))
  })
}

/** Bodies of any type reach the handler unread; it tells what it can read. */
function takeBodiesAsStreams(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
}

interface Mounting {
  parts: GatewayParts
  config: HttpConfig
  studio: StudioFiles
}

function mount(app: FastifyInstance, { parts, config, studio }: Mounting, route: HttpRoute): void {
  app.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\}/g, ':$1'),
    config: { streamsBody: route.streamsBody ?? false, policy: route.policy, traced: route.tag !== 'operations' },
    // Before the body is read: a flood must not make us take in a megabyte.
    onRequest: async (request, reply) => {
      if (route.admission) await admit(parts, { request, reply, principal: request.principal!, kind: route.admission })
    },
    handler: async (request, reply) => {
      // From here on the place at the door is held until all is done, whether or not the caller stays.
      using _ = handling(request)
      const context = { parts, request, reply, requestId: request.id, baseUrl: baseUrlOf(config, request), studio }
      return await (route.handle as (given: object) => unknown)({ ...context, principal: request.principal })
    },
  })
}

function handling(request: FastifyRequest): Disposable {
  request.isHandled = true
  return { [Symbol.dispose]: () => request.admitted?.end() }
}

function baseUrlOf(config: HttpConfig, request: FastifyRequest): string {
  return config.publicUrl ?? `${request.protocol}://${request.headers.host}`
}

/** Ends a reply that a handler takes over: from here on its bytes are written by the relay. */
export function takeOver(reply: FastifyReply): FastifyReply['raw'] {
  reply.request.admitted?.bodyTaken()
  reply.hijack()
  return reply.raw
}

declare module 'fastify' {
  interface FastifyContextConfig {
    streamsBody?: boolean
  }
  interface FastifyRequest {
    principal?: import('../access/index.ts').Principal
    /** Its handler has begun. */
    isHandled?: boolean
  }
}
