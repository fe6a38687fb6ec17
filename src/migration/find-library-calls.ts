import { imageModelPattern, type LibraryCall, libraryCalls } from './call-signatures.ts'
import type { RouteFinding } from './call-site.ts'
import { type Candidate, type FinderContext, MATCHES_PER_PATTERN } from './candidate.ts'
import { readText } from './expressions.ts'
import { argumentSpans, readField } from './fields.ts'
import type { FoundClient } from './project.ts'
import { recogniseRoute, routeNamed, unread } from './recognise-route.ts'
import type { SourceFile } from './source-file.ts'
import { closingAfter, functionAround, type Span } from './spans.ts'

/** Finds calls made with client libraries. */
export function findLibraryCalls(file: SourceFile, context: FinderContext): Candidate[] {
  if (file.language !== 'javascript' && file.language !== 'python') return []
  return libraryCalls.flatMap((signature) =>
    [...file.bones.matchAll(signature.pattern)].slice(0, MATCHES_PER_PATTERN).flatMap((match) => {
      const candidate = candidateAt(file, signature, match.index, match.index + match[0].length, context)
      return candidate ? [candidate] : []
    }),
  )
}

function candidateAt(file: SourceFile, signature: LibraryCall, start: number, open: number, context: FinderContext): Candidate | null {
  const receiver = receiverOf(file, signature, start, open)
  const call = { start: receiver.start, end: closingAfter(file.bones, open - 1) ?? Math.min(file.text.length, open + 2000) }
  const around = functionAround(file, start)
  if (!isForPictures(file, signature, { start: open - 1, end: call.end }, around, context)) return null
  const client = context.project.clientOf(file, receiver.name, start)
  const route = routeOf(file, signature, receiver.name, client, context)
  return {
    at: start + file.bones.slice(start).search(/[^\s.]/),
    call,
    around,
    operation: signature.operation,
    means: signature.library,
    client,
    route,
    address: null,
  }
}

function isForPictures(file: SourceFile, signature: LibraryCall, call: Span, around: Span, { project }: FinderContext): boolean {
  const spans = argumentSpans(file, call, around)
  const text = spans.map(({ start, end }) => file.code.slice(start, end)).join('\n')
  if (signature.operation === 'chat-image') {
    const models = readField(file, spans, 'model', project.namesOf(file)).map(({ value }) => value ?? '')
    return models.some((model) => imageModelPattern.test(model)) || /modalities["']?\s*[:=]\s*\[[^\]]*["']image["']/.test(text)
  }
  if (signature.operation === 'responses' && /\btools\b/.test(text))
    return signature.requires!.test(text) || signature.requires!.test(file.code.slice(around.start, around.end))
  return signature.requires === undefined || signature.requires.test(text)
}

/** The module of the 0.x Python package, the provider that an AI SDK model comes from, or what a method is called on. */
function receiverOf({ bones }: SourceFile, { library }: LibraryCall, start: number, open: number): { name: string | null; start: number } {
  if (bones.startsWith('openai', start)) return { name: 'openai', start }
  if (library !== 'ai-sdk') return receiverBefore(bones, start)
  return { name: /([A-Za-z_$][\w$]*)\s*\.\s*image\s*\(/.exec(bones.slice(open, open + 400))?.[1] ?? null, start }
}

/** The name a method is called on: the last one of `this.clients.openai`, the function of `getClient()`. */
function receiverBefore(bones: string, at: number): { name: string | null; start: number } {
  const before = bones.slice(Math.max(0, at - 400), at)
  const chain = /(?:\b(?:await|return)\s+)?([A-Za-z_$][\w$]*(?:\s*\.\s*[A-Za-z_$][\w$]*|\([^()]*\)|\[[^\][]*\]|\s*[?!])*)\s*$/.exec(before)
  if (!chain) return { name: null, start: at }
  const names = chain[1]!
    .replace(/\.\s*(?:withOptions|with_options|withResponse)\s*\([^()]*\)/g, '')
    .replace(/\([^()]*\)|\[[^\][]*\]|[?!\s]/g, '')
    .split('.')
  return { name: names.at(-1) ?? null, start: at - before.length + before.lastIndexOf(chain[1]!) }
}

function routeOf(
  file: SourceFile,
  { library }: LibraryCall,
  receiver: string | null,
  client: FoundClient | null,
  context: FinderContext,
): RouteFinding {
  if (library === 'fal') return routeNamed('fal', 'the fal client')
  if (library === 'replicate') return routeNamed('Replicate', 'the Replicate client')
  if (client) return clientRoute(file, client, context)
  if (library === 'openai' && !isOfficialImport(file, receiver, context))
    return unread(`${receiver ?? 'the client'} is made where the scan cannot see`)
  return defaultRoute(file, `default of ${library === 'openai' ? 'the official client' : library}`, context)
}

function isOfficialImport(file: SourceFile, receiver: string | null, { project }: FinderContext): boolean {
  const imported = project.bindingsOf(file).imports.find(({ local }) => local === receiver)
  return receiver === 'openai' || /^(?:openai|@ai-sdk\/openai)$/.test(imported?.specifier ?? '') || /\bnew\s+OpenAI\b/.test(receiver ?? '')
}

function clientRoute(file: SourceFile, { client, file: home, certain }: FoundClient, context: FinderContext): RouteFinding {
  const place = home === file ? `line ${file.lineOf(client.start)}` : `${home.path}:${home.lineOf(client.start)}`
  const guess = certain ? '' : '; the only client of the project, taken for want of a closer one'
  const said = `${client.name ?? client.constructs} (${place})${guess}`
  if (client.address === null)
    return /azure/i.test(client.constructs) ? routeNamed('Azure OpenAI', said) : defaultRoute(home, said, context)
  const read = readText(client.address, context.project.namesOf(home))
  if (!read && /azure/i.test(client.constructs)) return routeNamed('Azure OpenAI', said)
  if (!read)
    return {
      ...recogniseRoute(`{${client.address.slice(0, 80)}}`, `address of ${said}, which the scan could not read`, context.gatewayUrl),
    }
  return recogniseRoute(read.text, [`address of ${said}`, ...read.via].join(', from '), context.gatewayUrl)
}

/** The official clients take `OPENAI_BASE_URL` by themselves (openai 7.55.0, client.js), so configuration may send them elsewhere. */
function defaultRoute(file: SourceFile, said: string, { project, gatewayUrl }: FinderContext): RouteFinding {
  const set = project.environment('OPENAI_BASE_URL', file) ?? project.environment('OPENAI_API_BASE', file)
  if (set) return recogniseRoute(set.value, `${said}, from OPENAI_BASE_URL or OPENAI_API_BASE (${set.place})`, gatewayUrl)
  return routeNamed('OpenAI', `${said}, which was told no other address`)
}
