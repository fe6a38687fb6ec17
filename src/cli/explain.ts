import { Failure, type NextAction, type Outcome } from '../contract/failure.ts'
import type { ErrorObject } from '../contract/record.ts'
import { ConfigurationError } from '../primitives/settings.ts'
import { faultTable } from './bulk/fault-table.ts'
import { CommandError, Interrupted, UsageError } from './command.ts'
import { RefusedError } from './gateway-client.ts'
import { wrap } from './layout.ts'

/** What went wrong, as it is shown on the error stream, and what the program exits with. */
export interface Explanation {
  text: string
  exitCode: number
}

/**
 * Says what went wrong, whether it cost money and what to do.
 * @param options.asJson shows the error object instead of sentences.
 * @param options.width columns of the terminal; undefined where no terminal reads it.
 */
export function explain(error: unknown, options: { asJson: boolean; width: number | undefined }): Explanation {
  const exitCode = exitCodeOf(error)
  if (options.asJson) return { text: JSON.stringify({ error: errorObject(error) }, null, 2), exitCode }
  const lines = sentences(error).flatMap((line) => line.split('\n'))
  const wrapped = lines.map((line) => (options.width ? wrap(line, options.width) : line))
  const faults = error instanceof RefusedError ? faultTable(error.error['items'], options.width) : []
  return { text: [...wrapped, ...faults].join('\n'), exitCode }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return 2
  return error instanceof Interrupted ? error.exitCode : 1
}

function errorObject(error: unknown): Partial<ErrorObject> {
  if (error instanceof RefusedError) return error.error
  if (error instanceof Failure)
    return { message: error.message, code: error.code, param: error.param, outcome: error.outcome, next_action: error.nextAction }
  return { message: sentences(error).join('\n') }
}

function sentences(error: unknown): string[] {
  if (error instanceof RefusedError) return refusalSentences(error.status, error.error)
  const isMeantForPeople = [Failure, ConfigurationError, CommandError, UsageError, Interrupted].some((kind) => error instanceof kind)
  if (isMeantForPeople) return [(error as Error).message]
  return [systemSentence(error) ?? `darkroom failed inside: ${error instanceof Error ? error.stack : error}`]
}

/** Also the sentences of a check, which lists what a call would be answered. */
export function refusalSentences(status: number | null, error: Partial<ErrorObject>): string[] {
  const head = error.outcome === 'not_charged' ? 'Refused' : 'Failed'
  const facts = [[status, error.code, error.param].filter((fact) => fact != null).join(' '), error.generation_id, pageOf(error)]
  const next = error.next_action && nextWords[error.next_action]
  const advice = [error.outcome && outcomeWords[error.outcome], next].filter(Boolean).join(' ')
  const options = optionsIn(error.message ?? '')
  return [
    `${head}: ${error.message ?? 'no reason was given.'}`,
    ...(options.length > 0 ? [`On the command line: ${options.join('; ')}.`] : []),
    `${advice} (${facts.filter(Boolean).join('; ')})`.trim(),
  ]
}

/** What an answer may advise in the words of the API, and what that is on the command line. */
const optionWords: Readonly<Record<string, string>> = {
  'darkroom.mask_mode: luminance': '--mask-mode luminance, or a mask made with darkroom mask',
  'found no fully transparent pixel': 'for a black and white mask --mask-mode luminance, or a mask made with darkroom mask',
  'x-darkroom-mask-source: convert': '--convert-source',
  'x-darkroom-mask: guide': 'leave --strict out',
  'x-darkroom-transparency: key': '--key-transparency',
  'darkroom.feather_px': '--feather, with --strict',
  accept_double_charge: 'darkroom jobs retry ID --accept-double-charge',
  'POST /v2/jobs/{id}/retry': 'darkroom jobs retry ID',
}

function optionsIn(message: string): string[] {
  return Object.entries(optionWords).flatMap(([words, option]) => (message.includes(words) ? [option] : []))
}

const outcomeWords: Readonly<Record<Outcome, string>> = {
  not_charged: 'Not charged.',
  charged: 'It was charged.',
  unknown: 'Nobody knows yet whether it was charged.',
}

const nextWords: Readonly<Record<NextAction, string>> = {
  retry: 'The same call may be sent again.',
  downgrade: 'A cheaper quality may go through.',
  reroute: 'Another route may serve it.',
  human: 'Somebody has to look at it.',
  stop: 'Change it before you send it again.',
  none: '',
}

/** `/docs/errors#code` is where a running gateway explains it; the repository's page is there without one. */
const pageOf = ({ docs }: Partial<ErrorObject>) => docs?.replace('/docs/errors#', 'docs/errors.md#')

/** What the operating system refused, in words for the commonest cases of a start. */
function systemSentence(error: unknown): string | null {
  if (!(error instanceof Error) || !('syscall' in error)) return null
  const { code, syscall, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string }
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return `${error.message}.`
  const options = '--port, PORT or DARKROOM_SANDBOX_PORT'
  if (code === 'EADDRINUSE') return `Port ${port} of ${address} is taken by another program. Choose another one: ${options}.`
  if (code === 'EACCES') return `Port ${port} may not be opened by this user. Choose one above 1023: ${options}.`
  return `Cannot listen on ${address ?? 'that host'} (${code}). Choose an address of this machine: --host or HOST.`
}
