import type { SecretFinding } from './call-site.ts'
import type { SourceFile } from './source-file.ts'
import type { Span } from './spans.ts'

/** A form that a secret has. Group 1, where there is one, stays; what follows it is masked. */
interface SecretForm {
  kind: string
  pattern: RegExp
}

/** What stands in the place of a secret. */
export const MASK = '[masked]'

/** Forms of secrets that image code is found with, the more exact first. */
const forms: readonly SecretForm[] = [
  { kind: 'OpenAI API key', pattern: /(\bsk-)(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{16,}/g },
  { kind: 'OpenAI session or refresh token', pattern: /(\b(?:sess|rt)[-_])[A-Za-z0-9._-]{20,}/g },
  { kind: 'Apiframe key', pattern: /(\bafk_)[A-Za-z0-9_-]{8,}/g },
  { kind: 'Darkroom key', pattern: /(\bdk_(?:live|test)_)[A-Za-z0-9]{8,}/g },
  { kind: 'replicate or other provider key', pattern: /(\b(?:r8|key|pk|fal)_)[A-Za-z0-9]{20,}/g },
  {
    kind: 'session cookie',
    pattern:
      /((?:__Secure-next-auth\.session-token|next-auth\.session-token|cf_clearance|__cf_bm|_puid)(?:\.\d)?["']?\s*[=:]\s*["']?)[^\s;,"'`$\\{}<][^\s;,"'`\\]{5,}/g,
  },
  { kind: 'JSON web token', pattern: /(\beyJ)[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)*/g },
  { kind: 'password in an address', pattern: /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/:@"'`${}]+:[^\s/@"'`${}]+(?=@)/gi },
  { kind: 'key in an address', pattern: /([?&](?:api[-_]?key|key|access_token|token|sig|signature)=)[^\s&"'`${}<]{6,}/gi },
  { kind: 'bearer token', pattern: /(\b(?:Bearer|Basic|Key)\s+)(?!\$|\{|<|%|your|xxx)[A-Za-z0-9._~+/=-]{12,}/gi },
  {
    kind: 'secret in an assignment',
    pattern:
      /((?:api[-_]?key|secret|passw(?:or)?d|access[-_]?token|refresh[-_]?token|session[-_]?token|auth[-_]?token|cookie|_KEY|_TOKEN|_SECRET|_COOKIE)["']?\s*[:=]\s*["'`]?)(?!process\.|os\.|import\.|env|config|settings|self\.|this\.|await|new |your|<|\$|\{)(?=[^\s"'`,;(){}]*\d)[^\s"'`,;(){}[\]$<>]{12,}/gi,
  },
]

/** Keys that a documentation example would hold. */
const placeholder = /x{4,}|\.{3}|your|example|placeholder|changeme|test-key|dummy|<|\*{3}/i

/** Replaces every secret in a text. Before a text is cut: half a secret has no form any more. */
export function maskSecrets(text: string): string {
  return forms.reduce((masked, { pattern }) => masked.replace(pattern, (_whole, kept: string) => `${kept}${MASK}`), text)
}

/** Says which secrets stand in a piece of a file, one finding a line and kind. */
export function findSecrets(file: SourceFile, span: Span): SecretFinding[] {
  const found: SecretFinding[] = []
  let text = file.text.slice(span.start, span.end)
  for (const { kind, pattern } of forms) {
    text = text.replace(pattern, (whole: string, kept: string, ...rest: unknown[]) => {
      const line = file.lineOf(span.start + (rest.at(-2) as number))
      const isNew = !found.some((finding) => finding.line === line && finding.kind === kind)
      if (isNew && !placeholder.test(whole.slice(kept.length))) found.push({ kind, line })
      return ' '.repeat(whole.length)
    })
  }
  return found.sort((a, b) => a.line - b.line || a.kind.localeCompare(b.kind))
}

/** Kinds of secrets in a text of a recording. */
export function findSecretKinds(text: string): string[] {
  let rest = text
  return forms.flatMap(({ kind, pattern }) => {
    const without = rest.replace(pattern, ' ')
    const isFound = without !== rest
    rest = without
    return isFound ? [kind] : []
  })
}

/** Masks every text inside a value, for whatever a report is made of. Numbers and names of fields stay. */
export function maskInside<T>(value: T): T {
  if (typeof value === 'string') return maskSecrets(value) as T
  if (Array.isArray(value)) return value.map(maskInside) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, maskInside(inside)])) as T
}
