import { imageModelPattern } from './call-signatures.ts'
import type { ModelFinding, ObservedSite, ParameterFinding } from './call-site.ts'
import type { Candidate, FinderContext, Judged } from './candidate.ts'
import { argumentSpans, readField } from './fields.ts'
import { type FoundRelay, relayEvidence } from './find-relays.ts'
import { findCostLog, findOutput, findRetries, findStorage, findStreaming } from './find-traits.ts'
import { type Judge, judgedFields, judgeModel, judgeParameter, rowFor } from './judge-values.ts'
import { rewriteCall } from './rewrite-call.ts'
import { findSecrets, maskSecrets } from './secrets.ts'
import type { SourceFile } from './source-file.ts'
import { lineAt, lineStart, type Span } from './spans.ts'

/** What a call is observed with. */
export interface ObserverContext extends FinderContext {
  judge: Judge
}

/** Reads everything about a call from the text around it. */
export function observeSite(file: SourceFile, candidate: Candidate, relays: readonly FoundRelay[], context: ObserverContext): ObservedSite {
  const isSetting = file.kind === 'config'
  const spans = argumentSpans(file, candidate.call, candidate.around)
  const relay = relayEvidence(relays, candidate)
  const models = isSetting ? settingModels(file, candidate, context) : modelsOf(file, spans, context)
  const parameters = isSetting ? [] : parametersOf(file, spans, models.findings, context)
  const site = {
    file: file.path,
    kind: file.kind,
    ...file.placeOf(candidate.at),
    found: isSetting ? ('setting' as const) : ('call' as const),
    operation: operationOf(file, candidate, spans, context),
    excerpt: excerptOf(file, candidate.at),
    route: candidate.route,
    streaming: isSetting ? ('unknown' as const) : findStreaming(file, spans, context),
    output: isSetting ? nothing('unknown' as const) : findOutput(file, candidate),
    retries: isSetting ? [] : findRetries(file, candidate, context),
    costLog: isSetting ? nothing('unknown' as const) : findCostLog(file, candidate),
    storage: isSetting ? nothing('unknown' as const) : findStorage(file, candidate),
    models: models.findings,
    parameters: parameters.map(({ finding }) => finding),
    secrets: findSecrets(file, secretSpan(file, candidate)),
    relay,
    requests: null,
  }
  const rewrite = rewriteCall(file, candidate, site, [...models.values, ...parameters], context.gatewayUrl)
  return { ...site, rewrite }
}

function nothing<State extends string>(state: State) {
  return { state, line: null, near: true }
}

function modelsOf(
  file: SourceFile,
  spans: readonly Span[],
  { project, judge }: ObserverContext,
): { findings: ModelFinding[]; values: Judged[] } {
  const names = project.namesOf(file)
  const fields = ['model', 'model_name', 'deployment'].flatMap((name) => readField(file, spans, name, names))
  const inText = imageModelPattern.exec(file.code.slice(spans[0]!.start, spans[0]!.end))
  const given = fields.filter((field) => field.value !== null && imageModelPattern.test(field.value))
  const known = given.length > 0 || !inText ? given : [{ value: inText[0], at: spans[0]!.start + inText.index, literal: true }]
  const findings = known.map((field) => judgeModel(field.value!, file.lineOf(field.at), judge))
  const values = known.map((field, index) => ({ name: 'model', field, use: findings[index]!.use ?? undefined }))
  return { findings: unique(findings, ({ id }) => id), values }
}

function settingModels(file: SourceFile, { call }: Candidate, { judge }: ObserverContext): { findings: ModelFinding[]; values: Judged[] } {
  const match = imageModelPattern.exec(file.code.slice(call.start, call.end))
  if (!match) return { findings: [], values: [] }
  const field = { value: match[0], at: call.start + match.index, literal: true }
  const finding = judgeModel(match[0], file.lineOf(field.at), judge)
  return { findings: [finding], values: [{ name: 'model', field, use: finding.use ?? undefined }] }
}

function parametersOf(file: SourceFile, spans: readonly Span[], models: readonly ModelFinding[], context: ObserverContext) {
  const row = rowFor(models, context.judge)
  if (row === null) return []
  const names = context.project.namesOf(file)
  const judged = judgedFields.flatMap((name) =>
    readField(file, spans, name, names).flatMap((field): (Judged & { finding: ParameterFinding })[] => {
      if (field.value === null || /^(?:null|None|undefined)$/.test(field.value)) return []
      const finding = judgeParameter(name, field.value, file.lineOf(field.at), row)
      return [{ name, field, finding, use: finding.legal ? undefined : finding.use }]
    }),
  )
  return unique(judged, ({ name, field }) => `${name} ${field.at}`)
}

/** A mask or a picture among the inputs of an untyped request makes it an edit. */
function operationOf(
  file: SourceFile,
  { operation, call }: Candidate,
  spans: readonly Span[],
  { project }: ObserverContext,
): ObservedSite['operation'] {
  if (operation !== 'generation') return operation
  const names = project.namesOf(file)
  const hasInput = ['input_images', 'image_urls'].some((name) => readField(file, spans, name, names).length > 0)
  return hasInput || /images?\/edit|gpt-image[\w.-]*\/edit/.test(file.code.slice(call.start, call.end)) ? 'edit' : operation
}

const EXCERPT_LENGTH = 160
/** A line longer than this is a machine's, and is cut around the place. */
const LONG_LINE = 400

function excerptOf(file: SourceFile, at: number): string {
  const start = lineStart(file.text, at)
  const line = lineAt(file.text, start)
  const piece = line.length > LONG_LINE ? line.slice(Math.max(0, at - start - 40)) : line
  const masked = maskSecrets(piece.slice(0, 2 * LONG_LINE)).trim()
  return masked.length > EXCERPT_LENGTH ? `${masked.slice(0, EXCERPT_LENGTH)}…` : masked
}

/** Secrets are looked for around the call, and in the constructor of its client when that stands in the same file. */
function secretSpan(file: SourceFile, { call, around, client }: Candidate): Span {
  if (file.language === 'shell') return call
  if (!client || client.file !== file) return around
  return { start: Math.min(around.start, client.client.start), end: Math.max(around.end, client.client.end) }
}

function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const seen = new Set<string>()
  return items.filter((item) => !seen.has(keyOf(item)) && seen.add(keyOf(item)))
}
