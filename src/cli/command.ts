import type { Readable, Writable } from 'node:stream'
import type { Environment } from '../primitives/settings.ts'

/** A gateway that a command can talk to over HTTP, and how to let go of it. */
export interface OpenedGateway {
  baseUrl: string
  /** What serves, e.g. "the built-in sandbox". */
  serves: string
  /** Waits for the calls under way, then ends the gateway. */
  close(): Promise<void>
}

/** Flags that change which gateway a command opens. */
export interface GatewayFlags {
  live?: boolean
  port?: number
  host?: string
  /** `all`, `api` or `worker`. */
  role?: string
  dataFolder?: string
  /** Start although a secret is missing or cannot be opened: the command is about to mend that. */
  mayLackSecrets?: boolean
  /** Leave the jobs that wait where they are: the command looks at them, or is about to cancel some. */
  leavesJobs?: boolean
  /** Call nobody, whatever waits, and share nothing with others: the data folder is a copy that somebody looks at. */
  callsNobody?: boolean
}

/** A stream of the terminal, or of whatever took its place. */
export type Output = Writable & { isTTY?: boolean; columns?: number }

/** What a command is given: streams, environment, and the doors that only the program's start can open. */
export interface CommandContext {
  stdin: Readable
  stdout: Output
  stderr: Output
  environment: Environment
  version: string
  /** Builds a gateway on its own data folder and a free loopback port. It logs nothing but errors. */
  openGateway(flags: GatewayFlags): Promise<OpenedGateway>
  /** Runs the server until it is asked to stop. Resolves with the exit code. */
  serve(flags: GatewayFlags): Promise<number>
  /** Folder that holds data for these flags. */
  dataFolder(flags: GatewayFlags): string
  /** The OpenAPI document of this release. */
  openApi(): Promise<string>
  /** Listens for the wish to stop from the first call on; a command that never asks is simply ended by it. Its reason is an `Interrupted`. */
  interruption(): AbortSignal
}

/** One command of `darkroom`. */
export interface Command {
  name: string
  summary: string
  /** Shown by `darkroom <name> --help`, without the program's name. */
  usage: string
  /** @returns the exit code: 0 done, 1 refused or failed, 2 misused. */
  run(args: readonly string[], context: CommandContext): Promise<number>
}

/** The command line was not understood; shown with the command's usage, exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

/** A command that cannot be carried out, in words for whoever typed it; exit code 1. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CommandError'
  }
}

/** Somebody asked the program to stop. */
export class Interrupted extends Error {
  /** As a shell reports a program that a signal ended: 128 and the signal's number. */
  readonly exitCode: number

  constructor(exitCode: number) {
    super('Interrupted.')
    this.name = 'Interrupted'
    this.exitCode = exitCode
  }
}

/** Writes text and a line break, as it stands. */
export function say(stream: Output, text: string): void {
  stream.write(`${text}\n`)
}
