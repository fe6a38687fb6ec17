import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { checklistJson } from './checklist-json.ts'
import { checklistMarkdown } from './checklist-markdown.ts'
import { scanFolder } from './scan-folder.ts'

/** What the thread is given. */
export interface ScanTask {
  body: Uint8Array
  gatewayUrl: string
  /** An empty folder of its own. */
  folder: string
}

/** What it says: the inventory, or why there is none. */
export type ScanWord = { checklist: object; markdown: string } | { refused: string; param: string }

/** Relative, below the folder, in names that every file system knows. */
const isInside = (path: string) =>
  !/^[/\\]|^[A-Za-z]:|[\0\\]/.test(path) &&
  path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && name.length <= 200)

const uploadSchema = z.strictObject({
  files: z
    .array(z.strictObject({ path: z.string().max(1000).refine(isInside, 'expected a path below the folder'), text: z.string() }))
    .min(1)
    .max(5000),
  gateway_url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
})

function scan({ body, gatewayUrl, folder }: ScanTask): ScanWord {
  const read = uploadSchema.safeParse(parsed(body))
  if (!read.success) {
    const [issue] = read.error.issues
    const param = issue!.path.join('.') || 'files'
    return { refused: `Invalid value: ${issue!.message}.`, param }
  }
  for (const { path, text } of read.data.files) {
    try {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    } catch {
      return { refused: `Invalid value: '${path.slice(0, 80)}' is a file and a folder, or cannot be written.`, param: 'files' }
    }
  }
  const inventory = { ...scanFolder(folder, { gatewayUrl: read.data.gateway_url ?? gatewayUrl }), folder: 'upload' }
  return { checklist: JSON.parse(checklistJson(inventory)), markdown: checklistMarkdown(inventory) }
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return null
  }
}

parentPort?.postMessage(scan(workerData as ScanTask))
