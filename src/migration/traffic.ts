import { imageModelPattern } from './call-signatures.ts'
import type { CallOperation, ObservedSite, OutputState, SourceKind } from './call-site.ts'
import { canonicalCall } from './canonical-call.ts'
import { type Judge, type JudgedField, judgedFields, judgeModel, judgeParameter, rowFor } from './judge-values.ts'
import { recogniseRoute } from './recognise-route.ts'
import { relaySignatures } from './relay-signatures.ts'
import { maskSecrets } from './secrets.ts'

/** One recorded request, as far as a recording tells. */
export interface RecordedRequest {
  /** 1-based line or entry of the recording. */
  line: number
  /** Whole address, or a path where the host is not recorded. */
  address: string
  /** Fields of the body that were recorded. */
  fields: Readonly<Record<string, string>>
  /** Header names and cookie names, never their values. */
  headerNames: readonly string[]
  status: number | null
  output: OutputState
  /** True when the client said that it was sending again. */
  isRetry: boolean
  /** Kinds of secrets that stand in the recording. */
  secrets: readonly string[]
}

const operations: readonly { pattern: RegExp; operation: CallOperation }[] = [
  {
    pattern: /\/images\/generations\b|\/v2\/images\/generate\b|fal\.run\/[\w/-]*gpt-image|replicate\.com\/.*gpt-image/,
    operation: 'generation',
  },
  { pattern: /\/images\/edits\b/, operation: 'edit' },
  { pattern: /\/images\/variations\b/, operation: 'variation' },
  { pattern: /\/responses\b/, operation: 'responses' },
  { pattern: /\/chat\/completions\b/, operation: 'chat-image' },
]

const isWebBackend = (address: string) => relaySignatures.some(({ context, pattern }) => context === undefined && pattern.test(address))

/** What a recorded request asked for; null for one that is not about pictures. @param bodyText enough of its body to tell. */
export function recordedOperation(address: string, bodyText: string): CallOperation | null {
  if (isWebBackend(address)) return 'unknown'
  const found = operations.find(({ pattern }) => pattern.test(address))
  if (!found) return null
  if (found.operation === 'responses') return /image_generation/.test(bodyText) ? 'responses' : null
  if (found.operation === 'chat-image') return imageModelPattern.test(bodyText) ? 'chat-image' : null
  return found.operation
}

/** What a recording is turned into sites with. */
export interface TrafficContext {
  judge: Judge
  gatewayUrl: string
}

/** Requests of one recording that are alike. */
interface Group {
  first: RecordedRequest
  operation: CallOperation
  requests: number
  retries: number
  failed: number
}

/** Collects requests of one recording by address, model and parameters, so that a million lines are a few sites. */
export class Traffic {
  readonly #groups = new Map<string, Group>()

  add(request: RecordedRequest, operation: CallOperation): void {
    const address = plainAddress(request.address)
    const { model = '', size = '', quality = '', stream = '' } = request.fields
    const key = [address, operation, model, size, quality, stream].join(' ')
    const group = this.#groups.get(key) ?? { first: { ...request, address }, operation, requests: 0, retries: 0, failed: 0 }
    group.requests++
    if (request.isRetry) group.retries++
    if (request.status !== null && request.status >= 400) group.failed++
    this.#groups.set(key, group)
  }

  /** One site a group, in order of their first request. */
  sites(file: string, kind: SourceKind, context: TrafficContext): ObservedSite[] {
    return [...this.#groups.values()].map((group) => siteOf(group, file, kind, context))
  }
}

/** An address without what is different in every request or secret: user, query, long ids. */
function plainAddress(address: string): string {
  return maskSecrets(address.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//')).slice(0, 300)
}

function siteOf(
  { first, operation, requests, retries, failed }: Group,
  file: string,
  kind: SourceKind,
  { judge, gatewayUrl }: TrafficContext,
): ObservedSite {
  const { fields, line } = first
  const models = fields['model'] === undefined ? [] : [judgeModel(fields['model'], line, judge)]
  const row = rowFor(models, judge)
  const given = judgedFields.filter((name) => fields[name] !== undefined)
  const parameters = row === null ? [] : given.map((name: JudgedField) => judgeParameter(name, fields[name]!, line, row))
  const route = recogniseRoute(first.address, 'recorded request', gatewayUrl)
  const unknown = { line: null, near: true }
  const site: ObservedSite = {
    file,
    kind,
    line,
    cell: null,
    found: 'traffic',
    operation,
    excerpt: `${requests} × ${first.address}${failed > 0 ? `, ${failed} failed` : ''}`,
    route,
    streaming: fields['stream'] === undefined ? 'unknown' : fields['stream'] === 'true' ? 'yes' : 'no',
    output: { state: first.output, ...unknown },
    retries:
      retries > 0 ? [{ kind: 'seen', attempts: null, line, says: `${retries} of ${requests} requests were sent again by the client` }] : [],
    costLog: { state: 'unknown', ...unknown },
    storage: { state: 'unknown', ...unknown },
    models,
    parameters,
    secrets: first.secrets.map((secret) => ({ kind: secret, line })),
    relay: relayOf(first),
    requests,
    rewrite: null,
  }
  return { ...site, rewrite: route.class === 'darkroom' ? null : rewriteOf(site, gatewayUrl) }
}

function relayOf({ address, headerNames, line }: RecordedRequest) {
  const text = `${address} ${headerNames.join(' ')}`
  return relaySignatures
    .filter(({ pattern, context }) => pattern.test(text) && (context === undefined || context.test(text)))
    .map(({ id, why, source, readOn }) => ({ id, why, line, source: `${source}, read ${readOn}` }))
}

/** The recorded prompt stays out of the report. */
function rewriteOf({ excerpt, operation, models, parameters, streaming }: ObservedSite, gatewayUrl: string) {
  const value = (name: string) => {
    const parameter = parameters.find((finding) => finding.name === name)
    return parameter === undefined ? null : parameter.legal ? parameter.value : parameter.use
  }
  const [model] = models
  const call = {
    operation,
    model: model?.use ?? (model && model.state !== 'not-in-catalogue' ? model.id : 'gpt-image-2'),
    size: value('size'),
    quality: value('quality'),
    stream: streaming === 'yes',
  }
  return {
    language: 'shell' as const,
    before: excerpt,
    after: canonicalCall('shell', call, gatewayUrl),
    notes: ['The same wish as one call to the gateway; prompts are not copied out of recordings.'],
  }
}
