import type { CostLogState, OutputState, RetryFinding, StorageState, TraitFinding } from './call-site.ts'
import type { Candidate, FinderContext } from './candidate.ts'
import { readText } from './expressions.ts'
import { readField } from './fields.ts'
import type { SourceFile } from './source-file.ts'
import type { Span } from './spans.ts'
import {
  costLogSignatures,
  outputSignatures,
  retrySignatures,
  sdkDefaultRetries,
  storageSignatures,
  type TraitSignature,
} from './trait-signatures.ts'

/** How the answer of a call is read. */
export function findOutput(file: SourceFile, candidate: Candidate): TraitFinding<OutputState> {
  const { around } = candidate
  const near = outputSignatures.filter(({ pattern }) => pattern.test(pieceOf(file, around)))
  if (near.length === 2) return { state: 'both', line: lineOf(file, near[0]!, around), near: true }
  return findTrait(file, spansOf(file, candidate), outputSignatures, 'unknown')
}

/** Whether the cost of a call is kept. */
export function findCostLog(file: SourceFile, candidate: Candidate): TraitFinding<CostLogState> {
  return findTrait(file, spansOf(file, candidate), costLogSignatures, 'none')
}

/** Where the picture of a call goes. A bare `return` says nothing when the rest of the file stores pictures. */
export function findStorage(file: SourceFile, candidate: Candidate): TraitFinding<StorageState> {
  const found = findTrait(file, spansOf(file, candidate), storageSignatures, 'none')
  if (found.state !== 'passed-on') return found
  const elsewhere = findTrait(file, [whole(file)], storageSignatures.slice(0, -1), 'none')
  return elsewhere.state === 'none' ? found : { ...elsewhere, near: false }
}

/** Looks in each piece in turn; the last of several is the whole file, where a trait may belong to another call. */
function findTrait<State extends string>(
  file: SourceFile,
  spans: readonly Span[],
  signatures: readonly TraitSignature<State>[],
  otherwise: State,
): TraitFinding<State> {
  for (const [index, span] of spans.entries()) {
    const signature = signatures.find(({ pattern }) => pattern.test(pieceOf(file, span)))
    if (signature) return { state: signature.state, line: lineOf(file, signature, span), near: index < spans.length - 1 }
  }
  return { state: otherwise, line: null, near: true }
}

/** A command says itself what becomes of its answer; code says it in the function around the call. */
function spansOf(file: SourceFile, { call, around }: Candidate): Span[] {
  return file.language === 'shell' ? [call, around, whole(file)] : [around, whole(file)]
}

const whole = (file: SourceFile): Span => ({ start: 0, end: Math.min(file.text.length, WHOLE_REACH) })
/** Far traits are looked for in this much of a file. */
const WHOLE_REACH = 300_000
const pieceOf = (file: SourceFile, { start, end }: Span) => file.code.slice(start, end)

function lineOf(file: SourceFile, { pattern }: TraitSignature<string>, { start, end }: Span): number {
  return file.lineOf(start + Math.max(0, file.code.slice(start, end).search(pattern)))
}

/** Lines above a function that may wrap it in a retry. */
const WRAPPER_REACH = 160

/** Every way in which a call may be sent again, the client's own first. */
export function findRetries(file: SourceFile, candidate: Candidate, context: FinderContext): RetryFinding[] {
  return [...clientRetries(file, candidate, context), ...ownRetries(file, candidate), ...curlRetries(file, candidate)]
}

function clientRetries(file: SourceFile, { means, client, call }: Candidate, { project }: FinderContext): RetryFinding[] {
  if (means !== 'openai' && means !== 'ai-sdk') return []
  const names = project.namesOf(file)
  const inCall = ['maxRetries', 'max_retries'].flatMap((name) => readField(file, [call], name, names))
  const told = inCall.length > 0 ? inCall[0]!.value : undefined
  if (told !== undefined) return [sdkRetries(told, file.lineOf(inCall[0]!.at))]
  if (client?.client.retries) {
    const read = readText(client.client.retries, project.namesOf(client.file))?.text ?? client.client.retries
    return [sdkRetries(read, client.file === file ? file.lineOf(client.client.start) : null)]
  }
  const attempts = sdkDefaultRetries + 1
  return [{ kind: 'sdk-default', attempts, line: null, says: `the client's default: up to ${attempts} requests, each may be paid` }]
}

function sdkRetries(value: string | null, line: number | null): RetryFinding {
  const retries = value !== null && /^\d+$/.test(value) ? Number(value) : null
  const attempts = retries === null ? null : retries + 1
  const says =
    attempts === null
      ? 'the client, as often as a setting says'
      : attempts === 1
        ? 'the client was told not to'
        : `the client: up to ${attempts} requests`
  return { kind: 'sdk', attempts, line, says }
}

function ownRetries(file: SourceFile, { around, call }: Candidate): RetryFinding[] {
  const start = Math.max(0, around.start - WRAPPER_REACH)
  const text = file.code.slice(start, around.end)
  return retrySignatures.flatMap(({ pattern, kind, says }) => {
    const at = text.search(pattern)
    if (at === -1 || start + at > call.end) return []
    return [{ kind, attempts: attemptsIn(text.slice(at, at + 200)), line: file.lineOf(start + at), says }]
  })
}

/** The number a retry is limited to, where it stands as a literal beside it. */
function attemptsIn(text: string): number | null {
  const number =
    /stop_after_attempt\s*\(\s*(\d+)|max_tries\s*=\s*(\d+)|(?:attempts?|tries)["']?\s*[:=<]=?\s*([1-9]\d*)|range\s*\(\s*(?:1\s*,\s*)?(\d+)|<=?\s*(\d+)|\{1\.\.(\d+)\}|seq\s+(?:1\s+)?(\d+)/.exec(
      text,
    )
  const found = number?.slice(1).find((group) => group !== undefined)
  if (found !== undefined) return Number(found)
  const retries = /\bretries["']?\s*[:=]\s*(\d+)/.exec(text)
  return retries ? Number(retries[1]) + 1 : null
}

function curlRetries(file: SourceFile, { means, call }: Candidate): RetryFinding[] {
  if (means !== 'command') return []
  const match = /--retry\s+(\d+)/.exec(file.text.slice(call.start, call.end))
  if (!match) return []
  const attempts = Number(match[1]) + 1
  return [{ kind: 'curl', attempts, line: file.lineOf(call.start + match.index), says: `curl --retry: up to ${attempts} requests` }]
}

/** Whether the answer is streamed. */
export function findStreaming(file: SourceFile, spans: readonly Span[], context: FinderContext): 'yes' | 'no' | 'unknown' {
  const values = readField(file, spans, 'stream', context.project.namesOf(file)).map(({ value }) => value?.toLowerCase() ?? null)
  if (values.includes('true')) return 'yes'
  const call = spans[0]!
  if (/\.responses\s*\.\s*stream\s*\(/.test(file.code.slice(call.start, call.end))) return 'yes'
  return values.includes(null) ? 'unknown' : 'no'
}
