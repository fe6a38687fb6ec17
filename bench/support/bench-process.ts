import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Functions that one process offers to the bench. Arguments and results travel as structured clones. */
type Orders<Offered> = { [Name in keyof Offered]: (...given: never[]) => unknown }

interface Order {
  id: number
  name: string
  given: unknown[]
}

type Answer = { id: number; result: unknown } | { id: number; error: string }

/** In a bench's own process: answers orders until the bench lets go, then runs `close` and ends. */
export function answerOrders<Offered extends Orders<Offered>>(offered: Offered, close: () => unknown = () => undefined): void {
  const send = (answer: Answer) => process.connected && process.send!(answer)
  process.on('message', async ({ id, name, given }: Order) => {
    try {
      const order = offered[name as keyof Offered]
      send({ id, result: await order(...(given as never[])) })
    } catch (error) {
      send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
  process.once('disconnect', close)
}

const CLOSE_LIMIT_MS = 30_000

/** How a bench process is started. */
export interface StartOptions {
  /** Core it may use; left to the system when it cannot be pinned. */
  core?: number
  nodeArguments?: readonly string[]
}

/** Another process of the bench, seen from the bench. */
export class BenchProcess<Offered extends Orders<Offered>> implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #orders = 0

  /** @param script file name in the bench folder */
  constructor(script: string, { core, nodeArguments = [] }: StartOptions = {}) {
    const path = fileURLToPath(new URL(`../${script}`, import.meta.url))
    const command = [...pinned(core), process.execPath, ...nodeArguments, path]
    this.#child = spawn(command[0]!, command.slice(1), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
      env: { ...process.env, NODE_COMPILE_CACHE: compiledCode() },
    })
    this.#child.on('message', (answer: Answer) => this.#settle(answer))
    this.#child.on('exit', (code) => this.#failAll(new Error(`${script} ended with ${code}`)))
  }

  /** Runs an order over there. @throws Error with the stack of that process. */
  ask<Name extends keyof Offered & string>(name: Name, ...given: Parameters<Offered[Name]>): Promise<Awaited<ReturnType<Offered[Name]>>> {
    const id = this.#orders++
    const waiting = Promise.withResolvers<unknown>()
    this.#waiting.set(id, waiting)
    this.#child.send({ id, name, given } satisfies Order)
    return waiting.promise as Promise<Awaited<ReturnType<Offered[Name]>>>
  }

  /** Lets the process close what it holds and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, 'exit')
    const giveUp = setTimeout(() => this.#child.kill('SIGKILL'), CLOSE_LIMIT_MS)
    this.#child.disconnect()
    await ended
    clearTimeout(giveUp)
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('error' in answer) waiting?.reject(new Error(answer.error))
    else waiting?.resolve(answer.result)
  }

  #failAll(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error)
    this.#waiting.clear()
  }
}

let folder: string | null = null

/** Where the processes of this run keep compiled code, as the gateway does in production; gone with the run. */
function compiledCode(): string {
  if (folder) return folder
  const made = mkdtempSync(join(tmpdir(), 'darkroom-bench-compiled-'))
  process.once('exit', () => rmSync(made, { recursive: true, force: true }))
  folder = made
  return made
}

/** True when processes can be given a core each: the measured one has it alone, upstream and clients share another. */
export const canPin = availableParallelism() >= 2 && spawnSync('taskset', ['--version']).status === 0

function pinned(core: number | undefined): string[] {
  return core === undefined || !canPin ? [] : ['taskset', '--cpu-list', String(core)]
}
