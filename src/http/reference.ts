import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { publicPolicy } from './route-policy.ts'
import { documentHeaders, referencePolicy } from './security-headers.ts'

/** Without the library's own bar: the document is always this server's. */
const theme = { title: 'Darkroom: reference', css: [{ filename: 'darkroom.css', content: '.swagger-ui .topbar { display: none }' }] }

/** Serves the API reference at `/docs/` and the document it is made from at `/openapi.json`. It is written when somebody asks for it, and not before. */
export async function serveReference(app: FastifyInstance, document: () => object): Promise<void> {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, policy: publicPolicy }
  })
  app.addHook('onRequest', async (_request, reply) => void reply.headers(documentHeaders))
  await app.register(swagger, { mode: 'static', specification: { document: {} as never } })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: referencePolicy,
    uiConfig: { deepLinking: true },
    theme,
    transformSpecification: () => document(),
    transformSpecificationClone: false,
  })
  app.get('/openapi.json', (_request, reply) => reply.type('application/json; charset=utf-8').send(JSON.stringify(document())))
}
