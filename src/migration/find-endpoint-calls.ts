import { endpointPaths, imageModelPattern } from './call-signatures.ts'
import type { CallOperation } from './call-site.ts'
import { type Candidate, type FinderContext, MATCHES_PER_PATTERN } from './candidate.ts'
import { readText } from './expressions.ts'
import { argumentSpans, readField } from './fields.ts'
import type { FoundClient } from './project.ts'
import { recogniseRoute } from './recognise-route.ts'
import type { SourceFile } from './source-file.ts'
import { closingAfter, commandAround, functionAround, openBefore, type Span } from './spans.ts'

/** Finds requests that name an image endpoint's address or path themselves: request libraries, curl, .http files, other languages. */
export function findEndpointCalls(file: SourceFile, context: FinderContext): Candidate[] {
  const taken = new Set<number>()
  return endpointPaths.flatMap(({ pattern, operation, requires }) =>
    [...file.code.matchAll(pattern)].slice(0, MATCHES_PER_PATTERN).flatMap((match) => {
      const literal = literalAround(file, match.index)
      if (taken.has(literal.start)) return []
      const candidates = callsOf(file, literal).flatMap((call) => {
        const around = functionAround(file, call.start)
        if (isServerRoute(file, call) || !isForPictures(file, operation, requires, call, around, context)) return []
        return [candidateOf(file, operation, literal, call, around, context)]
      })
      if (candidates.length > 0) taken.add(literal.start)
      return candidates
    }),
  )
}

function candidateOf(
  file: SourceFile,
  operation: CallOperation,
  literal: Span,
  call: Span,
  around: Span,
  context: FinderContext,
): Candidate {
  const { text, via } = addressOf(file, literal, call, context)
  const isShown = call.start <= literal.start && literal.end <= call.end
  return {
    at: isShown ? literal.start : call.start,
    call,
    around,
    operation,
    means: file.language === 'shell' || file.language === 'http' ? 'command' : 'http',
    client: baseClient(file, call, context),
    route: recogniseRoute(text, ['address of the request', ...via].join(', from '), context.gatewayUrl),
    address: isShown ? literal : null,
  }
}

/** The text that holds a path: between its quotes, or between spaces where nothing is quoted. */
function literalAround({ code, language }: SourceFile, at: number): Span {
  const stops = language === 'javascript' || language === 'python' ? /["'`\n]/ : /["'`\s<>()]/
  let [start, end] = [at, at]
  while (start > 0 && at - start < 500 && !stops.test(code[start - 1]!)) start--
  while (end < code.length && end - at < 500 && !stops.test(code[end]!)) end++
  return { start, end }
}

/** The calls that send to an address: the one around it, or those that use the constant it is kept in. */
function callsOf(file: SourceFile, literal: Span): Span[] {
  if (file.language === 'shell' || file.language === 'http') {
    const span = file.language === 'http' ? functionAround(file, literal.start) : commandAround(file, literal.start)
    return [span]
  }
  if (file.language !== 'javascript' && file.language !== 'python') return [lineSpan(file.text, literal)]
  const name = keptAs(file, literal)
  if (name !== null) return usesOf(file, name)
  const call = callAround(file, literal.start)
  return call ? [call] : [lineSpan(file.text, literal)]
}

/** `NAME = "…"`: the constant an address is kept in, also at the end of a longer expression of one line. */
function keptAs(file: SourceFile, literal: Span): string | null {
  const line = file.bones.slice(file.bones.lastIndexOf('\n', literal.start) + 1, literal.start)
  return (
    /(?:^|[\s.])([A-Za-z_$][\w$]*)\s*(?::[^=()]+)?=\s*(?:[\w.$()'", ]*(?:\+|\?\?|\|\||,|\bor\b)\s*)?[fFrR]?["'`]$/.exec(line)?.[1] ?? null
  )
}

function usesOf(file: SourceFile, name: string): Span[] {
  const uses = [...file.code.matchAll(new RegExp(`(?<![\\w$.])${name.replace(/\$/g, '\\$')}(?![\\w$]|\\s*=(?!=))`, 'g'))]
  return uses.slice(0, MATCHES_PER_PATTERN).flatMap((use) => {
    const call = callAround(file, use.index)
    return call && !isDeclaration(file, use.index) ? [call] : []
  })
}

const isDeclaration = (file: SourceFile, at: number) =>
  /\b(?:const|let|var|def|function)\s+$/.test(file.bones.slice(Math.max(0, at - 12), at))

/** The call whose arguments a place stands in, with its callee. */
function callAround(file: SourceFile, at: number): Span | null {
  for (let open = openBefore(file.bones, at, '('); open !== null; open = openBefore(file.bones, open, '(')) {
    const callee = /(?:\bnew\s+)?[A-Za-z_$][\w$]*(?:\s*\??\.\s*[A-Za-z_$][\w$]*)*\s*(?:<[^<>()]*>)?$/.exec(
      file.bones.slice(Math.max(0, open - 200), open),
    )
    if (!callee || /^(?:if|for|while|switch|URL|new\s+URL|String|str|Request|new\s+Request|print|join|urljoin)\s*$/.test(callee[0]))
      continue
    return { start: open - callee[0].length, end: closingAfter(file.bones, open) ?? Math.min(file.text.length, open + 2000) }
  }
  return null
}

function lineSpan(text: string, { start, end }: Span): Span {
  const stop = text.indexOf('\n', end)
  return { start: Math.max(text.lastIndexOf('\n', start) + 1, start - 400), end: Math.min(stop === -1 ? text.length : stop, end + 400) }
}

/** A server that answers under OpenAI's path is not a call. */
function isServerRoute(file: SourceFile, call: Span): boolean {
  const callee = file.text.slice(call.start, call.start + 60)
  return (
    /^(?:app|router|server|fastify|blueprint|bp|mux|r|e|route|Route)\s*\.\s*(?:get|post|put|all|use|route|handle|add_url_rule|api_route)\s*\(|^(?:path|re_path|url|HandleFunc|describe|it|test|expect|log|console\.\w+|logger\.\w+|startsWith|includes|endsWith)\b/.test(
      callee,
    ) ||
    /\.\s*(?:startsWith|endsWith|includes|test|match|replace|split)\s*\(/.test(callee) ||
    file.text[call.start - 1] === '@'
  )
}

function isForPictures(
  file: SourceFile,
  operation: CallOperation,
  requires: RegExp | undefined,
  call: Span,
  around: Span,
  { project }: FinderContext,
): boolean {
  const spans = argumentSpans(file, call, around)
  const text = spans.map(({ start, end }) => file.code.slice(start, end)).join('\n')
  if (operation !== 'chat-image') return requires === undefined || requires.test(text)
  const models = readField(file, spans, 'model', project.namesOf(file)).map(({ value }) => value ?? '')
  return models.some((model) => imageModelPattern.test(model)) || imageModelPattern.test(text)
}

/** What an address comes to, completed by the base of the client that sends it where it is a path only. */
function addressOf(file: SourceFile, literal: Span, call: Span, context: FinderContext): { text: string; via: string[] } {
  const names = context.project.namesOf(file)
  const raw = file.text.slice(literal.start, literal.end)
  const quote = file.text[literal.start - 1] ?? ''
  const start = '"\'`'.includes(quote) ? literal.start - 1 : literal.start
  const sum = /([\w.$]+)\s*\+\s*[fFrR]?$/.exec(file.text.slice(Math.max(0, start - 80), start))?.[1]
  const before = sum === undefined ? null : readText(sum, names)
  const asTemplate = shellTemplate(file, raw)
  const read = readText(`\`${asTemplate.replaceAll('`', '')}\``, names)
  const text = (sum === undefined ? '' : (before?.text ?? `{${sum}}`)) + (read?.text ?? raw)
  const via = [...(before?.via ?? []), ...(read?.via ?? [])]
  if (!text.startsWith('/')) return { text: host(file, text), via }
  const base = baseClient(file, call, context)
  const address = base?.client.address ? readText(base.client.address, context.project.namesOf(base.file)) : null
  return address ? { text: address.text + text, via: [`the base of ${base!.client.name}`, ...address.via] } : { text, via }
}

/** Shell's `$X`, `.http`'s `{{x}}` and Python's `{x}` in the form of a template. */
function shellTemplate(file: SourceFile, raw: string): string {
  if (file.language === 'shell') return raw.replace(/\$\{(\w+)[^}]*\}|\$(\w+)/g, (_whole, a?: string, b?: string) => `\${${a ?? b}}`)
  if (file.language === 'http') return raw.replace(/\{\{\s*(\w+)\s*\}\}/g, '$${$1}')
  return file.language === 'python' ? raw.replace(/(?<!\$)\{([^{}]+)\}/g, '$${$1}') : raw
}

/** A request line of a .http file may name its host in a header of its own. */
function host(file: SourceFile, text: string): string {
  return file.language === 'http' ? text.replace(/^(?:GET|POST|PUT)\s+/, '') : text
}

function baseClient(file: SourceFile, call: Span, { project }: FinderContext): FoundClient | null {
  const receiver = /^([\w$.]+?)\s*\.\s*\w+\s*(?:<[^>]*>)?\s*\(/.exec(file.bones.slice(call.start, call.start + 120))?.[1]
  const name = receiver?.split('.').at(-1) ?? null
  const found = name === null ? null : project.clientOf(file, name, call.start)
  return found?.certain ? found : null
}
