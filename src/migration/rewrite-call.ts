import type { ObservedSite, RewrittenCall } from './call-site.ts'
import type { Candidate, Judged } from './candidate.ts'
import { canonicalCall, javaScriptClient, keyVariable, pythonClient } from './canonical-call.ts'
import { maskSecrets } from './secrets.ts'
import type { SourceFile } from './source-file.ts'
import type { Span } from './spans.ts'

/** A longer call is written anew instead of being changed in place. */
const CHANGEABLE_LENGTH = 4000

interface Replacement extends Span {
  text: string
}

type UnwrittenSite = Omit<ObservedSite, 'rewrite'>

/**
 * Writes a call as it would be sent to the gateway: same call, the gateway's address and key, refused values replaced.
 * A relay is never rewritten, it is replaced by the official call. Null for a call that has moved already.
 */
export function rewriteCall(
  file: SourceFile,
  candidate: Candidate,
  site: UnwrittenSite,
  judged: readonly Judged[],
  gatewayUrl: string,
): RewrittenCall | null {
  if (site.route.class === 'darkroom') return null
  const isRelay = site.route.class === 'relay' || site.relay.length > 0
  if (site.found === 'setting') return rewriteSetting(file, candidate, site, judged, gatewayUrl, isRelay)
  const isForeign =
    candidate.means === 'fal' || candidate.means === 'replicate' || site.route.name === 'fal' || site.route.name === 'Replicate'
  const isFormer = /\bopenai\s*\.\s*Image\b|\.createImage/.test(file.text.slice(candidate.call.start, candidate.call.end))
  const isGone = isFormer || site.operation === 'variation' || site.operation === 'chat-image'
  const isLong = candidate.call.end - candidate.call.start > CHANGEABLE_LENGTH
  if (isRelay || isForeign || isGone || isLong) return replaced(file, candidate, site, gatewayUrl, isRelay)
  return changed(file, candidate, site, judged, gatewayUrl)
}

function languageOf({ language }: SourceFile): RewrittenCall['language'] {
  if (language === 'javascript' || language === 'python' || language === 'http') return language
  return language === 'shell' ? 'shell' : 'text'
}

function replaced(file: SourceFile, { call }: Candidate, site: UnwrittenSite, gatewayUrl: string, isRelay: boolean): RewrittenCall {
  const language = languageOf(file)
  const pick = (name: string) => {
    const parameter = site.parameters.find((finding) => finding.name === name)
    return parameter ? (parameter.legal ? parameter.value : parameter.use) : null
  }
  const [model] = site.models
  const after = canonicalCall(
    language,
    {
      operation: site.operation,
      model: model?.use ?? (model && model.state !== 'not-in-catalogue' ? model.id : 'gpt-image-2'),
      size: pick('size'),
      quality: pick('quality'),
      stream: site.streaming === 'yes',
    },
    gatewayUrl,
  )
  const before = isRelay ? site.excerpt : cut(maskSecrets(file.text.slice(call.start, Math.min(call.end, call.start + CHANGEABLE_LENGTH))))
  return { language, before, after, notes: [isRelay ? 'This replaces the code; nothing of it is kept.' : replacementNote(site)] }
}

function replacementNote({ operation, route }: UnwrittenSite): string {
  if (operation === 'variation')
    return 'Variations are gone upstream (a bare 404): send the picture as an edit and say in the prompt what may change.'
  if (operation === 'chat-image')
    return 'The picture is asked for directly: take the prompt out of the messages, and the reference pictures into an edit.'
  if (route.name === 'fal' || route.name === 'Replicate')
    return `${route.name} has a protocol of its own: this is the same wish as an Image API call.`
  return 'Its form is too old or too long to be changed in place: this is the same call in the official one.'
}

const CUT_LINES = 40

/** At most some lines, and none as long as a machine writes them. */
function cut(text: string): string {
  const lines = text.split('\n').map((line) => (line.length > 240 ? `${line.slice(0, 240)}…` : line.trimEnd()))
  return (lines.length > CUT_LINES ? [...lines.slice(0, CUT_LINES), '…'] : lines).join('\n').trimEnd()
}

function changed(
  file: SourceFile,
  candidate: Candidate,
  site: UnwrittenSite,
  judged: readonly Judged[],
  gatewayUrl: string,
): RewrittenCall {
  const { call, client, address } = candidate
  const language = languageOf(file)
  const values = judged.flatMap((value) => valueReplacement(file, call, value, language))
  const target = address === null ? [] : [{ ...address, text: targetAddress(site, gatewayUrl) }]
  const after = apply(file.text, call, [...values, ...target])
  const isRequest = candidate.means === 'http' || candidate.means === 'command'
  const isSdk = candidate.means === 'ai-sdk'
  const head = isRequest
    ? ''
    : isSdk
      ? aiSdkHead(client?.client.name ?? 'openai', gatewayUrl)
      : `${clientLine(client?.client.name ?? null, client?.client.constructs ?? '', language, gatewayUrl)}\n`
  return {
    language,
    before: cut(maskSecrets(file.text.slice(call.start, call.end))),
    after: maskSecrets(cut(head + (isRequest ? withOurKey(after, language) : after))),
    notes: notesOf(file, candidate, site, judged),
  }
}

function clientLine(name: string | null, constructs: string, language: RewrittenCall['language'], gatewayUrl: string): string {
  const kept = name !== null && /^\w+$/.test(name) ? name : 'client'
  if (language === 'python') return `${kept} = ${pythonClient(gatewayUrl, constructs.startsWith('Async') ? 'AsyncOpenAI' : 'OpenAI')}`
  return `const ${kept} = ${javaScriptClient(gatewayUrl)}`
}

/** The provider of the AI SDK, pointed at the gateway. */
function aiSdkHead(name: string, gatewayUrl: string): string {
  return `const ${name} = ${javaScriptClient(gatewayUrl).replace('new OpenAI(', 'createOpenAI(')}\n`
}

/** Replaces a refused value where it stands inside the call; a parameter that nobody takes goes out with its comma. */
function valueReplacement(file: SourceFile, call: Span, { name, field, use }: Judged, language: RewrittenCall['language']): Replacement[] {
  const { value, at, literal } = field
  if (use === undefined || !literal || value === null || at < call.start || at + value.length > call.end) return []
  if (use !== null) return [{ start: at, end: at + value.length, text: use }]
  const before = file.text.slice(call.start, at)
  const shellForm = language === 'shell' ? /\s*(?:\\\r?\n\s*)?(?:-F|--form|--form-string|-d)\s*["']?\w+=$/.exec(before) : null
  const key = shellForm ?? new RegExp(`\\\\?["']?${name}\\\\?["']?\\s*[:=]\\s*[rbu]?\\\\?["'\`]?$`).exec(before)
  if (!key) return []
  const after = shellForm ? /^["']?/ : /^\\?["'`]?[ \t]*,?[ \t]*/
  const end = at + value.length + after.exec(file.text.slice(at + value.length, call.end))![0].length
  return [{ ...wholeLine(file.text, call.start + key.index, end), text: '' }]
}

/** Takes the line along when nothing else stands on it. */
function wholeLine(text: string, start: number, end: number): Span {
  const indent = /\n[ \t]*$/.exec(text.slice(0, start).slice(-200))
  return indent && text[end] === '\n' ? { start: start - indent[0].length, end } : { start, end }
}

function targetAddress({ operation, route }: UnwrittenSite, gatewayUrl: string): string {
  const paths = { edit: '/v1/images/edits', responses: '/v1/responses' } as Readonly<Record<string, string>>
  const path = route.name === 'Apiframe' ? '/v2/images/generate' : (paths[operation] ?? '/v1/images/generations')
  return `${gatewayUrl}${path}`
}

function apply(text: string, { start, end }: Span, replacements: readonly Replacement[]): string {
  let written = ''
  let done = start
  for (const replacement of [...replacements].sort((a, b) => a.start - b.start)) {
    if (replacement.start < done) continue
    written += text.slice(done, replacement.start) + replacement.text
    done = replacement.end
  }
  return written + text.slice(done, end)
}

/** Puts the gateway's key in the place of any other in the headers of a request, and takes cookies out. */
function withOurKey(text: string, language: RewrittenCall['language']): string {
  const keys = {
    shell: (head: string, scheme: string) => `-H "${head}: ${scheme}$${keyVariable}"`,
    http: (head: string, scheme: string) => `${head}: ${scheme}{{${keyVariable}}}`,
  }
  if (language === 'shell') {
    return text
      .replace(
        /(?:-H|--header)\s+(["'])(Authorization|X-API-Key|api-key)\s*:\s*(Bearer\s+)?[^"'\n]*\1/gi,
        (_whole, _quote, head: string, scheme = '') => keys.shell(ourHead(head), schemeOf(head, scheme)),
      )
      .replace(/\s*(?:-b|--cookie)\s+(?:"[^"]*"|'[^']*'|\S+)/g, '')
  }
  if (language === 'http')
    return text.replace(/^(Authorization|X-API-Key|api-key)\s*:\s*(Bearer\s+)?.*$/gim, (_whole, head: string, scheme = '') =>
      keys.http(ourHead(head), schemeOf(head, scheme)),
    )
  const value = language === 'python' ? `f"Bearer {os.environ['${keyVariable}']}"` : `\`Bearer \${process.env.${keyVariable}}\``
  const plain = language === 'python' ? `os.environ["${keyVariable}"]` : `process.env.${keyVariable}`
  return text
    .replace(
      /(["']?Authorization["']?\s*[:,]\s*)(?:[fF]?"[^"\n]*"|[fF]?'[^'\n]*'|`[^`\n]*`)(?:\s*\+\s*[\w.$[\]"']+)?/gi,
      (_whole, head: string) => head + value,
    )
    .replace(
      /(["'](?:X-API-Key)["']\s*:\s*)(?:[fF]?"[^"\n]*"|[fF]?'[^'\n]*'|`[^`\n]*`|[\w.$[\]"']+)/gi,
      (_whole, head: string) => head + plain,
    )
    .replace(
      /["']api-key["'](\s*:\s*)(?:[fF]?"[^"\n]*"|[fF]?'[^'\n]*'|`[^`\n]*`|[\w.$[\]"']+)/gi,
      (_whole, colon: string) => `"Authorization"${colon}${value}`,
    )
}

const ourHead = (head: string) => (/^api-key$/i.test(head) ? 'Authorization' : head)
const schemeOf = (head: string, scheme: string) =>
  /^x-api-key$/i.test(head) ? '' : scheme.trim() === '' && /^api-key$/i.test(head) ? 'Bearer ' : scheme

function notesOf(file: SourceFile, { client, call, address, means }: Candidate, site: UnwrittenSite, judged: readonly Judged[]): string[] {
  const elsewhere = judged.filter(
    ({ use, field }) => use !== undefined && (!field.literal || field.at < call.start || field.at >= call.end),
  )
  const notes = elsewhere.map(
    ({ name, field, use }) =>
      `${name}: replace ${field.value ?? 'its value'} by ${use ?? 'nothing'} where it is set (line ${file.lineOf(field.at)}).`,
  )
  if (client && client.file !== file) notes.push(`The client is made in ${client.file.path}: change it there once for all its calls.`)
  if (address === null && means === 'http') notes.push('The address is kept elsewhere: set it to the gateway there.')
  const isRequest = means === 'http' || means === 'command'
  if (isRequest && languageOf(file) !== 'text' && !/authorization|api-key/i.test(file.text.slice(call.start, call.end)))
    notes.push(`Its headers are set elsewhere: send the key of ${keyVariable} as Authorization: Bearer there.`)
  if (site.route.name === 'Azure OpenAI') notes.push('The deployment name becomes a model id, api-version goes.')
  if (languageOf(file) === 'text')
    notes.push('Only the address is rewritten in this language; send the gateway key as Authorization: Bearer.')
  if (site.output.state === 'url' || site.output.state === 'both')
    notes.push('The answer holds b64_json and no URL: read the bytes, or the stored picture at /v2/images/{id}.')
  return notes
}

function rewriteSetting(
  file: SourceFile,
  { call, address }: Candidate,
  site: UnwrittenSite,
  judged: readonly Judged[],
  gatewayUrl: string,
  isRelay: boolean,
): RewrittenCall | null {
  const values = judged.flatMap((value) => valueReplacement(file, call, value, 'text'))
  const target =
    address === null ? [] : [{ ...address, text: `${gatewayUrl}${/\/v\d/.test(file.text.slice(address.start, address.end)) ? '/v1' : ''}` }]
  if (isRelay && address === null) return null
  if (values.length + target.length === 0) return null
  const notes = target.length > 0 ? [`Its key becomes a Darkroom key, kept in ${keyVariable}.`] : []
  return { language: 'text', before: site.excerpt, after: cut(maskSecrets(apply(file.text, call, [...values, ...target]))).trim(), notes }
}
