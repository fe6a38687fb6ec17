import type OpenAI from 'openai'
import { toFile } from 'openai'
import type { JsonObject } from '../primitives/json.ts'
import { clientOf } from './edit-test-kit.ts'
import { smallGeneration } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

/** A line of an input file; `change` members of `undefined` take a member of the body away. */
export function line(customId: unknown, change: Record<string, unknown> = {}, around: Record<string, unknown> = {}): string {
  return JSON.stringify({
    custom_id: customId,
    method: 'POST',
    url: '/v1/images/generations',
    body: { ...smallGeneration, ...change },
    ...around,
  })
}

/** Uploads lines and makes a batch of them. */
export async function makeBatch(
  sandbox: Sandbox,
  lines: readonly string[],
  change: Partial<OpenAI.BatchCreateParams> = {},
): Promise<OpenAI.Batch> {
  const client = clientOf(sandbox)
  const file = await client.files.create({ file: await toFile(Buffer.from(lines.join('\n')), 'lines.jsonl'), purpose: 'batch' })
  return client.batches.create({ input_file_id: file.id, endpoint: '/v1/images/generations', completion_window: '24h', ...change })
}

/** A line of an output or error file. */
export interface OutputLine {
  id: string
  custom_id: string
  response: { status_code: number; request_id: string; body: JsonObject } | null
  error: { code: string; message: string } | null
}

/** The lines of a file that a batch wrote; none where it wrote no file. */
export async function linesIn(sandbox: Sandbox, fileId: string | null | undefined): Promise<OutputLine[]> {
  if (!fileId) return []
  const text = await (await clientOf(sandbox).files.content(fileId)).text()
  return text
    .split('\n')
    .slice(0, -1)
    .map((each) => JSON.parse(each) as OutputLine)
}

/** Makes a batch and runs it to its end. */
export async function runBatch(sandbox: Sandbox, lines: readonly string[], change: Partial<OpenAI.BatchCreateParams> = {}) {
  const { id } = await makeBatch(sandbox, lines, change)
  const batch = await sandbox.batches.advance(id, { to: 'ended' })
  const [output, errors] = await Promise.all([linesIn(sandbox, batch.output_file_id), linesIn(sandbox, batch.error_file_id)])
  return { batch, output, errors }
}
