/** A JSON Schema as the gateway's `openapi.json` holds them. */
interface Schema {
  $ref?: string
  description?: string
  type?: string | string[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  format?: string
  [keyword: string]: unknown
}

type Content = Record<string, { schema?: Schema }>

interface Operation {
  summary: string
  parameters?: { name: string; in: string; required: boolean; schema: Schema }[]
  requestBody?: { content: Content }
  responses: Record<string, { content?: Content }>
}

/** The parts of an OpenAPI document that types are made from. */
export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
  'x-darkroom-failures': string[]
}

const head = `// Written from openapi.json by \`npm run generate\`. Do not edit.

/** Of a call that takes none. */
export type NoParameters = Record<string, never>
`

/**
 * Writes the TypeScript of an API description: each schema under its name, \`Operations\` by method and path, and the names of all failures.
 * The same document always gives the same text.
 * @throws Error for a keyword that is not known here: a type that says less than its schema would mislead.
 */
export function apiTypesOf(document: ApiDocument): string {
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => declaration(name, schema))
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationMember(`${method.toUpperCase()} ${path}`, path, operation)),
  )
  return [
    head,
    ...schemas,
    `/** Every call of the API: what it takes and what it answers. */\nexport interface Operations {\n${operations.join('\n')}\n}\n`,
    `/** Every failure by its name in the catalogue, as \`error.docs\` ends in it. */\nexport type FailureName =\n${document['x-darkroom-failures'].map((name) => `  | '${name}'`).join('\n')}\n`,
  ].join('\n')
}

function declaration(name: string, schema: Schema): string {
  const text = `${docblock(schema.description, '')}export `
  return schema.type === 'object' && schema.properties !== undefined
    ? `${text}interface ${name} ${typeOf(schema, '')}\n`
    : `${text}type ${name} = ${typeOf(schema, '')}\n`
}

function operationMember(name: string, path: string, { summary, parameters = [], requestBody, responses }: Operation): string {
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, parameter]) => `${parameter}: string`)
  const query: Schema = {
    type: 'object',
    properties: Object.fromEntries(parameters.filter((parameter) => parameter.in === 'query').map(({ name, schema }) => [name, schema])),
    required: parameters.filter((parameter) => parameter.required).map((parameter) => parameter.name),
  }
  const members = [
    `path: ${inPath.length === 0 ? 'NoParameters' : `{ ${inPath.join('; ')} }`}`,
    `query: ${Object.keys(query.properties!).length === 0 ? 'NoParameters' : typeOf(query, '    ')}`,
    `body: ${requestBody === undefined ? 'undefined' : contentType(requestBody.content)}`,
    `reply: ${replyType(responses)}`,
  ]
  return `${docblock(summary, '  ')}  ${JSON.stringify(name).replaceAll('"', "'")}: {\n${members.map((member) => `    ${member}`).join('\n')}\n  }`
}

/** Of the first answer that is no error. */
function replyType(responses: Operation['responses']): string {
  const [, reply] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? []
  return reply?.content === undefined ? 'undefined' : contentType(reply.content)
}

/** Of JSON where there is a choice: other forms of a body are what the client makes of it. */
function contentType(content: Content): string {
  const [type, { schema } = {}] = Object.entries(content).find(([name]) => name === 'application/json') ?? Object.entries(content)[0]!
  // The schema is that of one event; read as one answer, a stream is the text of all.
  if (type === 'text/event-stream') return 'string'
  if (schema !== undefined) return typeOf(schema, '    ')
  return type.startsWith('text/') ? 'string' : 'Blob'
}

/** Keywords that say something about values and nothing that a type could. */
const unsaid = new Set(['pattern', 'default', 'minimum', 'maximum', 'exclusiveMinimum', 'minLength', 'maxLength', 'minItems', 'maxItems'])
const said = new Set([
  ...['$ref', 'description', 'type', 'properties', 'required', 'additionalProperties', 'propertyNames', 'items', 'anyOf', 'oneOf'],
  ...['enum', 'const', 'format', 'contentEncoding'],
])

function typeOf(schema: Schema, indent: string): string {
  const strange = Object.keys(schema).find((keyword) => !unsaid.has(keyword) && !said.has(keyword))
  if (strange !== undefined) throw new Error(`no type is known for the keyword ${strange}`)
  if (schema.$ref !== undefined) return schema.$ref.replace('#/components/schemas/', '')
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return union(choices.map((choice) => typeOf(choice, indent)))
  const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? 'unknown']
  return union(types.map((type) => typeNamed(type, schema, indent)))
}

function typeNamed(type: string, schema: Schema, indent: string): string {
  if (type === 'integer') return 'number'
  if (type === 'array') return arrayOf(schema.items === undefined ? 'unknown' : typeOf(schema.items, indent))
  if (type === 'object') return objectType(schema, indent)
  return type === 'string' && schema.format === 'binary' ? 'Blob' : type
}

function objectType({ properties = {}, required = [], additionalProperties }: Schema, indent: string): string {
  const rest = typeof additionalProperties === 'object' ? typeOf(additionalProperties, indent) : null
  const names = Object.entries(properties)
  if (names.length === 0) return `Record<string, ${rest === null || rest === 'unknown' ? 'unknown' : rest}>`
  const inner = `${indent}  `
  const members = names.map(([name, schema]) => {
    const key = /^[A-Za-z_]\w*$/.test(name) ? name : literal(name)
    return `${docblock(schema.description, inner)}${inner}${key}${required.includes(name) ? '' : '?'}: ${typeOf(schema, inner)}`
  })
  const others = rest === null ? [] : [`${inner}[member: string]: unknown`]
  return `{\n${[...members, ...others].join('\n')}\n${indent}}`
}

function union(types: string[]): string {
  return [...new Set(types)].join(' | ')
}

const arrayOf = (type: string) => (type.includes('|') ? `Array<${type}>` : `${type}[]`)
const literal = (value: unknown) => (typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : String(value))
const docblock = (text: string | undefined, indent: string) =>
  text === undefined ? '' : `${indent}/** ${text.replaceAll('*/', '*\\/')} */\n`
