import pino, { type DestinationStream } from 'pino'
import { cleanText } from './clean-text.ts'
import { type LogFields, logFields } from './log-fields.ts'

/** How much is logged. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** Says something at a level: named fields and what happened, in words of ours. `err` is taken apart. */
type Say = (fields: LogFields & { err?: unknown }, message: string) => void

/**
 * A logger as the program uses it. It is pino's, and what reaches the destination is filtered whatever is handed in; the type says beforehand which
 * fields would be dropped, see `logFields`.
 */
export interface Logger extends Record<Exclude<LogLevel, 'silent'>, Say> {
  readonly level: string
  child(fields: LogFields): Logger
}

/** Settings of the log. */
export interface LoggerConfig {
  level: LogLevel
  /** Takes one line of JSON at a time, with its line break. @default standard output */
  destination?: DestinationStream
}

const MAX_LIST = 50
const allowed: ReadonlySet<string> = new Set(['level', 'time', 'msg', ...logFields])

/**
 * Makes the log: one JSON object a line, named fields only, texts cleaned and cut. The filter stands twice: fields of a
 * call are picked before they are written out, so that a body handed in by mistake costs nothing, and each finished line
 * is read once more, so that what child loggers, serializers and messages add goes through the same door.
 */
export function createLogger(config: LoggerConfig): Logger {
  const options: pino.LoggerOptions = {
    level: config.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: pickFields },
    hooks: { logMethod: dropInterpolation, streamWrite: cleanLine },
  }
  return (config.destination ? pino(options, config.destination) : pino(options)) as unknown as Logger
}

/** Values for `%s` and `%o` in a message could be anything; the message itself is ours. */
function dropInterpolation(this: pino.Logger, given: Parameters<pino.LogFn>, method: pino.LogFn): void {
  const [first, second] = given as unknown[]
  if (typeof first === 'string') method.call(this, first)
  else method.call(this, first, typeof second === 'string' ? second : undefined)
}

function pickFields(fields: Record<string, unknown>): Record<string, unknown> {
  const picked: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value instanceof Error) Object.assign(picked, takeApart(value))
    else if (allowed.has(name)) picked[name] = plain(value)
  }
  return picked
}

/** A list of names becomes one text, a bigint its digits; what is no plain value becomes undefined and is left out. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value) && value.every(isPlain)) return value.slice(0, MAX_LIST).join(', ')
  return isPlain(value) ? value : undefined
}

const isPlain = (value: unknown) => value === null || ['string', 'number', 'boolean'].includes(typeof value)

/**
 * An error's message up to where it begins to quote: what a parser could not read, or what somebody handed in, may be what a caller said.
 * Names in single quotes, as Node writes files and members, stay.
 */
function ownWords(message: string): string {
  const quotes = message.search(/["`{[\n]/)
  return quotes < 0 ? message : `${message.slice(0, quotes)}…`
}

/** An error as fields. Its cause stays out: causes hold whole requests. Of the stack only the places are kept. */
function takeApart(error: Error): Record<string, unknown> {
  const places = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  return {
    err_name: error.name,
    err_code: (error as NodeJS.ErrnoException).code ?? null,
    err_message: ownWords(error.message),
    err_stack: places.map((line) => line.trim()).join(' | '),
  }
}

function cleanLine(line: string): string {
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(JSON.parse(line) as Record<string, unknown>)) {
    if (allowed.has(name) && isPlain(value)) kept[name] = typeof value === 'string' ? cleanText(value) : value
  }
  return `${JSON.stringify(kept)}\n`
}
