import { type ZodType, z } from 'zod'
import type { JsonObject, JsonValue } from '../primitives/json.ts'
import { isJsonObject } from '../primitives/json.ts'
import { errorBodySchema } from './error-body.ts'
import { failureCatalogue } from './failure-catalogue.ts'

/** One answer of a route. */
export interface ReplyDocument {
  description: string
  /** Absent: no body, or one that a schema cannot describe (`contentType` says what it is). */
  schema?: ZodType
  /** @default 'application/json' when there is a schema. */
  contentType?: string
}

/** What the description of the API needs to know of a route; a server's route table can be passed as it is. */
export interface RouteDocument {
  method: string
  /** `/v2/generations/{id}`: names in braces become path parameters. */
  path: string
  tag: string
  summary: string
  description?: string
  /** `public` needs no key, `key` an API key or the admin token, `admin` the admin token. */
  policy: { auth: 'public' | 'key' | 'admin' }
  /** `otherTypes`: further forms of the body by their content type. */
  body?: { description: string; schema: ZodType; contentType?: string; otherTypes?: Readonly<Record<string, ZodType>> }
  query?: ZodType
  /** Headers that mean something to this route alone. */
  headers?: ZodType
  /** By HTTP status. Failures need no entry: every route answers them as `ErrorBody`. */
  replies: Readonly<Record<number, ReplyDocument>>
}

/** Head of the document. */
export interface ApiInfo {
  title: string
  version: string
  description: string
}

type Components = Map<string, JsonObject>

const componentPath = '#/components/schemas/'

/**
 * Writes the OpenAPI 3.1 document of a list of routes. Schemas that carry an id (`.meta({ id })`) become components;
 * the same list always gives the same document, so that it can be kept beside the code and compared. `x-darkroom-failures` lists the
 * names that `error.docs` ends in, so that clients can be generated that know them.
 * @throws Error when two schemas share an id and differ.
 */
export function openApiDocument(routes: readonly RouteDocument[], info: ApiInfo): JsonObject {
  const components: Components = new Map()
  const failureReply = { description: 'Refused or failed.', content: contentOf(errorBodySchema, 'application/json', components) }
  const paths: JsonObject = {}
  for (const route of routes) {
    const known = paths[route.path]
    const operations: JsonObject = isJsonObject(known) ? known : {}
    operations[route.method.toLowerCase()] = operationOf(route, failureReply, components)
    paths[route.path] = operations
  }
  return {
    openapi: '3.1.0',
    info: { ...info },
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: { schemas: sortedObject(components), securitySchemes },
    'x-darkroom-failures': Object.keys(failureCatalogue).sort(),
  }
}

const securitySchemes: JsonObject = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A Darkroom key or the admin token, as OpenAI clients send it.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same key in a header of its own.' },
}

const security: Record<RouteDocument['policy']['auth'], JsonValue> = {
  public: [],
  key: [{ bearer: [] }, { apiKey: [] }],
  admin: [{ bearer: [] }],
}

function operationOf(route: RouteDocument, failureReply: JsonObject, components: Components): JsonObject {
  const replies = Object.entries(route.replies).map(([status, reply]): [string, JsonObject] => [status, replyOf(reply, components)])
  const parameters = [
    ...pathParameters(route.path),
    ...parametersOf('query', route.query, components),
    ...parametersOf('header', route.headers, components),
  ]
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    security: security[route.policy.auth],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body ? { requestBody: requestBodyOf(route.body, components) } : {}),
    responses: { ...Object.fromEntries(replies), default: failureReply },
  }
}

/** `GET /v2/generations/{id}` → `getV2GenerationsId`. */
function operationId({ method, path }: RouteDocument): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')
}

function pathParameters(path: string): JsonObject[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => ({ name: name!, in: 'path', required: true, schema: { type: 'string' } }))
}

function parametersOf(place: 'query' | 'header', schema: ZodType | undefined, components: Components): JsonObject[] {
  if (!schema) return []
  const { properties, required } = resolved(jsonSchema(schema, 'input', components), components)
  const needed = Array.isArray(required) ? required : []
  return Object.entries(isJsonObject(properties) ? properties : {}).map(([name, member]) => ({
    name,
    in: place,
    required: needed.includes(name),
    schema: member,
  }))
}

/** Follows one reference to a component, as a query schema with an id is one. */
function resolved(schema: JsonObject, components: Components): JsonObject {
  const reference = schema.$ref
  return typeof reference === 'string' ? (components.get(reference.slice(componentPath.length)) ?? schema) : schema
}

function requestBodyOf(body: NonNullable<RouteDocument['body']>, components: Components): JsonObject {
  const forms = { [body.contentType ?? 'application/json']: body.schema, ...body.otherTypes }
  const content = Object.entries(forms).map(([type, schema]) => [type, { schema: jsonSchema(schema, 'input', components) }])
  return { description: body.description, required: true, content: Object.fromEntries(content) }
}

function replyOf({ description, schema, contentType }: ReplyDocument, components: Components): JsonObject {
  if (schema) return { description, content: contentOf(schema, contentType ?? 'application/json', components) }
  return contentType ? { description, content: { [contentType]: {} } } : { description }
}

function contentOf(schema: ZodType, contentType: string, components: Components): JsonObject {
  return { [contentType]: { schema: jsonSchema(schema, 'output', components) } }
}

function jsonSchema(schema: ZodType, io: 'input' | 'output', components: Components): JsonObject {
  const written = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: ({ jsonSchema: node }) => dropSafeIntegerBounds(node) })
  const { $schema: _dialect, $defs, ...root } = written as JsonObject
  for (const [name, definition] of Object.entries(isJsonObject($defs) ? $defs : {})) {
    addComponent(components, name, pointAtComponents(definition) as JsonObject)
  }
  return pointAtComponents(root) as JsonObject
}

/** "Any integer" is written with the bounds of safe integers, which tell a reader nothing. */
function dropSafeIntegerBounds(node: { minimum?: number; maximum?: number }): void {
  if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum
}

function addComponent(components: Components, name: string, definition: JsonObject): void {
  const { id: _sameAsName, ...schema } = definition
  const known = components.get(name)
  if (known && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`two schemas are called ${name} and differ`)
  components.set(name, schema)
}

function pointAtComponents(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(pointAtComponents)
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).map(([key, member]): [string, JsonValue] => [key, pointAtComponents(member)])
  const pointed: JsonObject = Object.fromEntries(entries)
  if (typeof pointed.$ref === 'string') pointed.$ref = pointed.$ref.replace('#/$defs/', componentPath)
  return pointed
}

function sortedObject(components: Components): JsonObject {
  return Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1)))
}
