import { imageModelPattern } from './call-signatures.ts'
import { type Candidate, type FinderContext, MATCHES_PER_PATTERN } from './candidate.ts'
import { knownClassOf, recogniseRoute, unread } from './recognise-route.ts'
import type { SourceFile } from './source-file.ts'
import { lineStart, type Span } from './spans.ts'

/** Names under which an image or OpenAI address is configured. */
const addressName = /(?:OPENAI|IMAGE|DALLE|GPT)\w*(?:BASE|URL|ENDPOINT|HOST|PROXY)|(?:base_?url|api_?base|endpoint)$/i

const settingLine = /(?:^|[\s,{])["']?([\w.-]+)["']?\s*[:=]\s*["']?((?:https?:)\/\/[^\s"'#,]+|[\w./-]+)["']?/g

/** Finds settings that decide where image calls go or which model they name. Only in configuration and, for addresses, shell exports. */
export function findSettings(file: SourceFile, context: FinderContext): Candidate[] {
  if (file.kind !== 'config') return []
  return [...file.code.matchAll(settingLine)]
    .flatMap((match) => {
      const [whole, name = '', value = ''] = match
      const end = match.index + whole.length
      const span = { start: lineStart(file.text, end - value.length), end: endOfLine(file.text, end) }
      const at = end - value.length - (/["']$/.test(whole) ? 1 : 0)
      if (value.includes('://')) return isImageAddress(name, value) ? [setting(file, at, span, value, context)] : []
      return imageModelPattern.test(value) && /model|engine|deployment/i.test(name) ? [setting(file, at, span, null, context)] : []
    })
    .slice(0, MATCHES_PER_PATTERN)
}

function isImageAddress(name: string, value: string): boolean {
  const known = knownClassOf(value)
  return known !== null ? known !== 'relay' || addressName.test(name) : addressName.test(name)
}

function setting(file: SourceFile, at: number, span: Span, address: string | null, { gatewayUrl }: FinderContext): Candidate {
  const said = `setting in ${file.path}`
  const route = address === null ? unread('a model id, no address') : recogniseRoute(address, said, gatewayUrl)
  return {
    at,
    call: span,
    around: span,
    operation: 'unknown',
    means: 'http',
    client: null,
    route,
    address: address === null ? null : { start: at, end: at + address.length },
  }
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}
