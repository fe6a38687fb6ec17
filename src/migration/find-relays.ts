import type { CallOperation, RelayFinding } from './call-site.ts'
import { type Candidate, MATCHES_PER_PATTERN } from './candidate.ts'
import { routeNamed } from './recognise-route.ts'
import { relaySignatures } from './relay-signatures.ts'
import type { SourceFile } from './source-file.ts'
import { commandAround, functionAround, lineStart, type Span } from './spans.ts'

/** Text this far on both sides of a weak signature may make it clear. */
const CONTEXT_REACH = 2000

/** Evidence of a relay, and the function it stands in. */
export interface FoundRelay {
  finding: RelayFinding
  at: number
  around: Span
}

/** Finds signatures of session relays and account pools, in order of their place. */
export function findRelays(file: SourceFile): FoundRelay[] {
  const found = relaySignatures.flatMap(({ id, pattern, context, why, source, readOn }) =>
    [...file.code.matchAll(new RegExp(pattern, 'gi'))].slice(0, MATCHES_PER_PATTERN).flatMap(({ index }) => {
      const near = file.code.slice(Math.max(0, index - CONTEXT_REACH), index + CONTEXT_REACH)
      if (context && !context.test(near)) return []
      return [
        { finding: { id, why, line: file.lineOf(index), source: `${source}, read ${readOn}` }, at: index, around: relaySpan(file, index) },
      ]
    }),
  )
  return found.sort((a, b) => a.at - b.at)
}

/** A setting and a command stand for themselves; code is judged by its function. */
function relaySpan(file: SourceFile, at: number): Span {
  if (file.language === 'shell') return commandAround(file, at)
  if (file.kind !== 'config') return functionAround(file, at)
  const end = file.text.indexOf('\n', at)
  return { start: lineStart(file.text, at), end: end === -1 ? file.text.length : end }
}

/**
 * Makes one candidate of all evidence in one function, unless it belongs to a call that was found there already.
 * Evidence of known calls is found again by `relayEvidence`.
 */
export function relayCandidates(file: SourceFile, relays: readonly FoundRelay[], known: readonly Candidate[]): Candidate[] {
  const candidates: Candidate[] = []
  for (const { at, around, finding } of relays) {
    if ([...known, ...candidates].some((other) => belongsTo(at, other))) continue
    const name =
      finding.id === 'relay-software' || file.kind === 'config' ? 'ChatGPT session or account-pool software' : 'ChatGPT web session'
    const route = { ...routeNamed(name, 'signatures in the text around it'), host: null }
    candidates.push({ at, call: around, around, operation: operationIn(file, around), means: 'http', client: null, route, address: null })
  }
  return candidates
}

/** A call whose address is known to be somebody else's answers for its own arguments only, not for its neighbours. */
function belongsTo(at: number, { call, around, route }: Candidate): boolean {
  const isElsewhere = route.class === 'official' || route.class === 'provider' || route.class === 'darkroom'
  const span = isElsewhere ? call : around
  return at >= span.start && at < span.end
}

function operationIn(file: SourceFile, { start, end }: Span): CallOperation {
  const text = file.code.slice(start, end)
  if (/\bedit|inpaint|mask/i.test(text) && /image|picture/i.test(text)) return 'edit'
  return /image|picture|dall|draw|asset_pointer|\.png/i.test(text) ? 'generation' : 'unknown'
}

/** The evidence that belongs to a call, one of a kind. */
export function relayEvidence(relays: readonly FoundRelay[], candidate: Candidate): RelayFinding[] {
  const inside = relays.filter(({ at }) => belongsTo(at, candidate)).map(({ finding }) => finding)
  return inside.filter((finding, index) => inside.findIndex(({ id }) => id === finding.id) === index)
}
