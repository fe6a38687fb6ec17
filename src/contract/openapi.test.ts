import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { openApiDocument, type RouteDocument } from './openapi.ts'
import * as shapes from './record.ts'

const info = { title: 'Darkroom', version: '1.2.3', description: 'Images.' }

const routes: RouteDocument[] = [
  {
    method: 'POST',
    path: '/v1/images/generations',
    tag: 'images',
    summary: 'Make pictures',
    description: 'As OpenAI.',
    policy: { auth: 'key' },
    body: { description: 'The request.', schema: shapes.generationBodySchema },
    replies: { 200: { description: 'Pictures.', schema: shapes.imagesReplySchema } },
  },
  {
    method: 'GET',
    path: '/v2/generations/{id}',
    tag: 'darkroom',
    summary: 'Read a record',
    policy: { auth: 'key' },
    query: z.object({ group: shapes.ledgerGroupSchema, limit: z.int().min(1).optional() }),
    replies: { 200: { description: 'The record.', schema: shapes.generationRecordSchema } },
  },
  {
    method: 'DELETE',
    path: '/v2/generations/{id}',
    tag: 'darkroom',
    summary: 'Drop',
    policy: { auth: 'admin' },
    replies: { 204: { description: 'Gone.' } },
  },
  {
    method: 'GET',
    path: '/metrics',
    tag: 'operations',
    summary: 'Metrics',
    policy: { auth: 'public' },
    replies: { 200: { description: 'Text.', contentType: 'text/plain' } },
  },
]

const document = openApiDocument(routes, info)

function at(...path: string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((value, key) => (isJsonObject(value) ? value[key] : undefined), document)
}

function references(value: JsonValue): string[] {
  if (Array.isArray(value)) return value.flatMap(references)
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([key, member]) => (key === '$ref' && typeof member === 'string' ? [member] : references(member)))
}

describe('openApiDocument', () => {
  it('says the version of OpenAPI and of the gateway', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info })
  })

  it('points only at components that are there, and leaves no definition of Zod behind', () => {
    const names = Object.keys(at('components', 'schemas') as JsonObject)
    const wanted = references(document)
    expect(wanted.length).toBeGreaterThan(5)
    for (const reference of wanted) expect(names).toContain(reference.replace('#/components/schemas/', ''))
    expect(JSON.stringify(document)).not.toContain('$defs')
    expect(names).toEqual([...names].sort())
  })

  it('gives the methods of one path one entry, with path and query parameters', () => {
    expect(Object.keys(at('paths', '/v2/generations/{id}') as JsonObject)).toEqual(['get', 'delete'])
    expect(at('paths', '/v2/generations/{id}', 'get', 'parameters')).toMatchObject([
      { name: 'id', in: 'path', required: true },
      { name: 'group', in: 'query', required: true },
      { name: 'limit', in: 'query', required: false },
    ])
  })

  it('names who may call a route', () => {
    expect(at('paths', '/metrics', 'get', 'security')).toEqual([])
    expect(at('paths', '/v1/images/generations', 'post', 'security')).toEqual([{ bearer: [] }, { apiKey: [] }])
    expect(at('paths', '/v2/generations/{id}', 'delete', 'security')).toEqual([{ bearer: [] }])
  })

  it('documents body, reply and the error every route may answer', () => {
    const operation = at('paths', '/v1/images/generations', 'post')
    expect(operation).toMatchObject({
      operationId: 'postV1ImagesGenerations',
      requestBody: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/ImageGenerationRequest' } } } },
      responses: {
        200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/ImagesReply' } } } },
        default: { content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorBody' } } } },
      },
    })
    expect(at('paths', '/metrics', 'get', 'responses', '200')).toEqual({ description: 'Text.', content: { 'text/plain': {} } })
  })

  it('shows every form of a body that has several', () => {
    const edits: RouteDocument = {
      ...routes[0]!,
      path: '/v1/images/edits',
      body: {
        description: 'The request.',
        schema: shapes.editBodySchema,
        otherTypes: { 'multipart/form-data': shapes.editFormSchema },
      },
    }
    const written = openApiDocument([edits], info) as { paths: JsonObject; components: { schemas: Record<string, JsonObject> } }
    expect(written.paths['/v1/images/edits']).toMatchObject({
      post: {
        requestBody: {
          content: {
            'application/json': { schema: { $ref: '#/components/schemas/ImageEditRequest' } },
            'multipart/form-data': { schema: { $ref: '#/components/schemas/ImageEditForm' } },
          },
        },
      },
    })
    expect(written.components.schemas['ImageEditForm']).toMatchObject({ properties: { mask: { type: 'string', format: 'binary' } } })
  })

  it('is the same document every time, down to the byte', () => {
    expect(JSON.stringify(openApiDocument(routes, info))).toBe(JSON.stringify(document))
  })

  it('refuses two different schemas of one name', () => {
    const named = (schema: z.ZodType): RouteDocument => ({
      method: 'GET',
      path: `/${schema.type}`,
      tag: 't',
      summary: 's',
      policy: { auth: 'public' },
      replies: { 200: { description: 'd', schema } },
    })
    const first = z.object({ a: z.string() }).meta({ id: 'TwiceNamed' })
    const document = () => openApiDocument([named(first), named(z.array(z.string()).meta({ id: 'TwiceNamed' }))], info)
    expect(document).toThrow('TwiceNamed')
  })

  it('describes every wire shape', () => {
    const schemas = Object.values<unknown>(shapes).filter((shape) => shape instanceof z.ZodType)
    const replies = Object.fromEntries(schemas.map((schema, index) => [200 + index, { description: 'd', schema }]))
    expect(schemas.length).toBeGreaterThan(12)
    expect(() => openApiDocument([{ ...routes[3]!, replies }], info)).not.toThrow()
  })
})
