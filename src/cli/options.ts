import { type ParseArgsConfig, parseArgs } from 'node:util'
import { type GatewayFlags, UsageError } from './command.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/** Options of every command that needs a gateway. */
export const gatewayOptions = {
  live: { type: 'boolean' },
  data: { type: 'string' },
  json: { type: 'boolean' },
} as const satisfies Options

/** Reads a command's arguments strictly. @throws UsageError naming what was not understood. */
export function readArguments<O extends Options>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError((error as Error).message.split('. To specify')[0]!)
  }
}

/** For commands that take options only. @throws UsageError naming the first word too many. */
export function refusePositionals(command: string, positionals: readonly string[]): void {
  if (positionals.length > 0) throw new UsageError(`${command} takes no '${positionals[0]}'`)
}

/** The one prompt of a command. @throws UsageError when there is none, or several words that were not quoted. */
export function onePrompt(command: string, positionals: readonly string[]): string {
  const [prompt] = positionals
  if (prompt === undefined || positionals.length > 1) throw new UsageError(`${command} expects one prompt, in quotes`)
  return prompt
}

/** A whole number given on the command line. @throws UsageError for anything else. */
export function wholeNumber(name: string, text: string | undefined, max = Number.MAX_SAFE_INTEGER): number | undefined {
  if (text === undefined) return undefined
  if (/^\d+$/.test(text) && Number(text) <= max) return Number(text)
  const bound = max === Number.MAX_SAFE_INTEGER ? '' : ` up to ${max}`
  throw new UsageError(`--${name} expects a whole number${bound}, found '${text}'`)
}

const HIGHEST_PORT = 65_535

/** A port given on the command line; 0 takes a free one. */
export function portNumber(text: string | undefined): number | undefined {
  return wholeNumber('port', text, HIGHEST_PORT)
}

/** The flags that choose the gateway. */
export function gatewayFlags(values: { live?: boolean | undefined; data?: string | undefined }): GatewayFlags {
  return { ...(values.live ? { live: true } : {}), ...(values.data === undefined ? {} : { dataFolder: values.data }) }
}
