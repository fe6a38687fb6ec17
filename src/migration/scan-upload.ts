import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { failure } from '../contract/failure.ts'
import { threadEnvironment } from '../primitives/thread-environment.ts'
import type { ScanTask, ScanWord } from './scan-thread.ts'

/** Texts of a project that somebody uploaded, as they came. */
export interface UploadedProject {
  /** JSON: `{ "files": [{ "path", "text" }], "gateway_url"? }`. */
  body: Buffer
  /** Where the gateway is, unless the body says otherwise. */
  gatewayUrl: string
  /** A folder of ours; what is put there is gone again afterwards. */
  folder: string
}

/** What a scan of an upload found: the JSON checklist, and the one for people. */
export interface ScannedUpload {
  checklist: object
  markdown: string
}

const LONGEST_MS = 30_000
/** The scan of 4 MiB of source takes some 60 MB; a body that needs more than this was made to. */
const HEAP_MIB = 256

let before: Promise<unknown> = Promise.resolve()

/**
 * Takes the inventory of uploaded texts, as `scanFolder` does of a folder: on a thread of its own, one upload at a time.
 * @throws Failure `invalid_value` where the body is none, or takes longer than half a minute
 */
export async function scanUpload(project: UploadedProject): Promise<ScannedUpload> {
  const scan = before.then(() => scanOnThread(project))
  before = scan.catch(() => undefined)
  return scan
}

async function scanOnThread({ body, gatewayUrl, folder }: UploadedProject): Promise<ScannedUpload> {
  const place = await mkdtemp(join(folder, 'scan-'))
  try {
    return await wordOf({ body, gatewayUrl, folder: place })
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

async function wordOf(task: ScanTask): Promise<ScannedUpload> {
  const worker = new Worker(new URL('./scan-thread.ts', import.meta.url), {
    workerData: task,
    name: 'migration-scan',
    env: threadEnvironment(),
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
  })
  const { promise, resolve, reject } = Promise.withResolvers<ScannedUpload>()
  const tooLate = setTimeout(
    () => reject(refused('The scan took longer than half a minute and was ended. Upload fewer files at once.')),
    LONGEST_MS,
  )
  worker.once('message', (word: ScanWord) => ('refused' in word ? reject(refused(word.refused, word.param)) : resolve(word)))
  worker.once('error', () => reject(refused('The scan of these files failed. Upload fewer files, or use `darkroom scan`.')))
  worker.once('exit', () => reject(refused('The scan of these files ended without a word. Use `darkroom scan`.')))
  try {
    return await promise
  } finally {
    clearTimeout(tooLate)
    await worker.terminate()
  }
}

const refused = (what: string, param = 'files') => failure('invalid_value', { param, message: `${what} Nothing was kept or charged.` })
