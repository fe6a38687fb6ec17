import { readlinkSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** What a disk can be asked to do through a file handle. */
export type DiskStep = 'write' | 'datasync' | 'sync'

/** Says with which code of the system a step fails; null lets it through. */
export type DiskFault = (step: DiskStep, path: string, count: number) => string | null

/** File handles of this process that fail as told, until it is disposed of. */
export interface FailingDisk extends Disposable {
  /** Steps since it began to fail, in order, with the file each was made on. */
  readonly steps: readonly { step: DiskStep; path: string; failed: boolean }[]
}

/**
 * Lets the steps of some kinds fail: what Node's own file handles are asked meets the fault, everything above them is the real program.
 * The database has files of its own that are not among them.
 * @param fault told the kind of step, the path and how many steps of these kinds there were before
 */
export async function failingDisk(kinds: readonly DiskStep[], fault: DiskFault): Promise<FailingDisk> {
  const probe = await open('/dev/null')
  const prototype: FileHandle = Object.getPrototypeOf(probe)
  await probe.close()
  const steps: { step: DiskStep; path: string; failed: boolean }[] = []
  const originals = kinds.map((step) => [step, prototype[step]] as const)
  for (const [step, original] of originals)
    Object.defineProperty(prototype, step, {
      configurable: true,
      writable: true,
      async value(this: FileHandle, ...given: unknown[]) {
        const path = readlinkSync(`/proc/self/fd/${this.fd}`)
        const code = fault(step, path, steps.length)
        steps.push({ step, path, failed: code !== null })
        if (code !== null) throw Object.assign(new Error(`${code}: ${step} of ${path}`), { code })
        return Reflect.apply(original as (...all: unknown[]) => unknown, this, given)
      },
    })
  return {
    steps,
    [Symbol.dispose]() {
      for (const [step, original] of originals)
        Object.defineProperty(prototype, step, { configurable: true, writable: true, value: original })
    },
  }
}
