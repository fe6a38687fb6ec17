import type { CallOperation, RewrittenCall } from './call-site.ts'

/** Name of the environment variable that holds the gateway's key in every rewritten call. */
export const keyVariable = 'DARKROOM_API_KEY'

/** What a call written anew asks for. */
export interface CanonicalCall {
  operation: CallOperation
  model: string
  size: string | null
  quality: string | null
  stream: boolean
}

type Language = RewrittenCall['language']

/** Writes the official call for an operation, addressed to the gateway. For sites whose own call cannot be kept. */
export function canonicalCall(language: Language, call: CanonicalCall, gatewayUrl: string): string {
  if (language === 'javascript') return javaScriptCall(call, gatewayUrl)
  if (language === 'python') return pythonCall(call, gatewayUrl)
  return call.operation === 'edit' || call.operation === 'variation' ? curlEdit(call, gatewayUrl) : curlGeneration(call, gatewayUrl)
}

/** The client of the official JavaScript package, pointed at the gateway. */
export function javaScriptClient(gatewayUrl: string): string {
  return `new OpenAI({ baseURL: '${gatewayUrl}/v1', apiKey: process.env.${keyVariable} })`
}

/** The client of the official Python package, pointed at the gateway. */
export function pythonClient(gatewayUrl: string, constructs = 'OpenAI'): string {
  return `${constructs}(base_url="${gatewayUrl}/v1", api_key=os.environ["${keyVariable}"])`
}

function givenFields({ model, size, quality, stream }: CanonicalCall): [string, string][] {
  const fields: [string, string | null][] = [
    ['model', model],
    ['size', size],
    ['quality', quality],
    ['stream', stream ? 'true' : null],
  ]
  return fields.filter((field): field is [string, string] => field[1] !== null)
}

function javaScriptCall(call: CanonicalCall, gatewayUrl: string): string {
  const isEdit = call.operation === 'edit' || call.operation === 'variation'
  const fields = givenFields(call).map(([name, value]) => (name === 'stream' ? 'stream: true' : `${name}: '${value}'`))
  const inputs = isEdit ? ['image: picture', 'prompt'] : ['prompt']
  return [
    `const client = ${javaScriptClient(gatewayUrl)}`,
    `const { data } = await client.images.${isEdit ? 'edit' : 'generate'}({ ${[...fields, ...inputs].join(', ')} })`,
  ].join('\n')
}

function pythonCall(call: CanonicalCall, gatewayUrl: string): string {
  const isEdit = call.operation === 'edit' || call.operation === 'variation'
  const fields = givenFields(call).map(([name, value]) => (name === 'stream' ? 'stream=True' : `${name}="${value}"`))
  const inputs = isEdit ? ['image=picture', 'prompt=prompt'] : ['prompt=prompt']
  return [
    `client = ${pythonClient(gatewayUrl)}`,
    `result = client.images.${isEdit ? 'edit' : 'generate'}(${[...fields, ...inputs].join(', ')})`,
  ].join('\n')
}

function curlGeneration(call: CanonicalCall, gatewayUrl: string): string {
  const body = Object.fromEntries([...givenFields(call).filter(([name]) => name !== 'stream'), ['prompt', 'YOUR PROMPT']])
  const json = JSON.stringify(call.stream ? { ...body, stream: true } : body)
  return [
    `curl -s ${gatewayUrl}/v1/images/generations \\`,
    `  -H "Authorization: Bearer $${keyVariable}" -H 'Content-Type: application/json' \\`,
    `  -d '${json}'`,
  ].join('\n')
}

function curlEdit(call: CanonicalCall, gatewayUrl: string): string {
  const fields = givenFields(call).map(([name, value]) => `-F ${name}=${value}`)
  return [
    `curl -s ${gatewayUrl}/v1/images/edits \\`,
    `  -H "Authorization: Bearer $${keyVariable}" \\`,
    `  ${[...fields, '-F image=@picture.png', "-F 'prompt=YOUR PROMPT'"].join(' ')}`,
  ].join('\n')
}
