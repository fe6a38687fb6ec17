import type { NoParameters, Operations } from './api-types.ts'
import { fileNameOf } from './media-type.ts'
import { newIdempotencyKey } from './picture-options.ts'
import { formOf, jsonBody } from './picture-requests.ts'
import type { CallOptions, Transport, WireCall } from './transport.ts'

/** Name of a call: `GET /v2/budgets/{id}`. */
export type OperationName = keyof Operations

/** Of a body that may be of several shapes there is one member all the same. */
type Member<Name extends string, Value> = [Value] extends [undefined | NoParameters]
  ? { [key in Name]?: undefined }
  : Record<never, never> extends Value
    ? { [key in Name]?: Value }
    : { [key in Name]: Value }

interface Taken {
  path: unknown
  query: unknown
  body: unknown
}

type InputOf<Call extends Taken> = Member<'path', Call['path']> & Member<'query', Call['query']> & Member<'body', Call['body']>

/** One entry for each call: looked up by a name that is not known yet, it is a list of shapes and no product of them. */
type Inputs = { [Name in OperationName]: InputOf<Operations[Name]> }
type Arguments = {
  [Name in OperationName]: Record<never, never> extends Inputs[Name]
    ? [input?: Inputs[Name], options?: OperationOptions]
    : [input: Inputs[Name], options?: OperationOptions]
}

/** What a call takes: the parameters of its path, its query, its body. */
export type OperationInput<Name extends OperationName> = Inputs[Name]

/** The same as arguments: a call that needs nothing takes nothing. */
export type OperationArguments<Name extends OperationName> = Arguments[Name]

/** What a call answers. */
export type OperationReply<Name extends OperationName> = Operations[Name]['reply']

/** Of a call, with the key of one that may cost money. */
export type OperationOptions = CallOptions & { idempotencyKey?: string }

/** Calls that may cost money: made once under their key. */
const mayCost: ReadonlySet<string> = new Set([
  'POST /v1/images/generations',
  'POST /v1/images/edits',
  'POST /v1/responses',
  'POST /v2/images/generate',
  'POST /v2/jobs/bulk',
  'POST /v2/jobs/{id}/retry',
  'POST /v2/reviews/{id}/edit',
])
/** Calls that only look. */
const onlyLook: ReadonlySet<string> = new Set([
  'POST /v2/check',
  'POST /v2/estimate',
  'POST /v2/advise',
  'POST /v2/prompts/lint',
  'POST /v2/prompts/render',
  'POST /v2/prompts/{id}/render',
])

/** The arguments of some call. */
export type AnyArguments = readonly [input?: AnyInput, options?: OperationOptions]

interface AnyInput {
  path?: unknown
  query?: unknown
  body?: unknown
}

/** Makes any call of the API by its name. */
export async function callOperation<Name extends OperationName>(
  transport: Transport,
  name: Name,
  [input = {}, options = {}]: AnyArguments,
): Promise<OperationReply<Name>> {
  const [method, template] = name.split(' ') as [string, string]
  const idempotencyKey = mayCost.has(name) ? (options.idempotencyKey ?? newIdempotencyKey()) : null
  const body = input.body === undefined ? null : await bodyOfValue(input.body as object)
  const call: WireCall = {
    method,
    path: filledIn(template, (input.path ?? {}) as Record<string, string>),
    query: (input.query ?? {}) as object,
    repeatable: method === 'GET' || onlyLook.has(name) || idempotencyKey !== null ? 'always' : 'unless-taken',
    idempotencyKey,
    ...body,
  }
  return transport.send(call, options, readReply) as Promise<OperationReply<Name>>
}

/** `/v2/keys/{id}` with its parameters. */
function filledIn(template: string, parameters: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name]!))
}

/** JSON, or a form when a member of it is a file. */
async function bodyOfValue(value: object) {
  const entries = Object.entries(value)
  const files = entries.filter((entry): entry is [string, Blob] => entry[1] instanceof Blob)
  if (files.length === 0) return jsonBody(value)
  const parts = files.map(async ([name, file]) => [name, { file, name: await nameOf(name, file) }] as const)
  const fields = Object.fromEntries(entries.filter(([, member]) => !(member instanceof Blob)))
  return { body: formOf(fields, await Promise.all(parts)) }
}

async function nameOf(name: string, file: Blob): Promise<string> {
  if ('name' in file && typeof file.name === 'string' && file.name !== '') return file.name
  return fileNameOf(name, new Uint8Array(await file.slice(0, 64).arrayBuffer()))
}

async function readReply(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? ''
  if (response.status === 204) return undefined
  if (type.startsWith('application/json')) return response.json()
  return type.startsWith('text/') ? response.text() : response.blob()
}
