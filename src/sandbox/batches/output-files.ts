import { newId } from '../../primitives/ids.ts'
import type { FileShelf } from '../file-shelf.ts'
import type { Frame } from '../wire/send-answer.ts'
import type { BatchObject } from './batch-object.ts'
import type { BatchLine } from './check-input.ts'
import type { MadeLine } from './make-line.ts'

/** Why a line was not made. */
const unmadeErrors = {
  expired: { code: 'batch_expired', message: 'This request could not be executed before the completion window expired.' },
  cancelled: { code: 'batch_cancelled', message: 'This request was not executed because the batch was cancelled.' },
} as const

/** A line and what became of it; null = it was not made. */
export interface LineResult {
  line: BatchLine
  made: MadeLine | null
}

/** True for a line that counts as completed, and stands in the output file. */
export function isCompleted({ made }: LineResult): boolean {
  return made !== null && 'statusCode' in made.answer && made.answer.statusCode === 200
}

/**
 * Writes what became of the lines into two files: answers with 200, and all else. Upstream promises no order, so the last line of the input
 * stands first. A file without a line is not written.
 */
export function writeFiles(
  results: readonly LineResult[],
  batch: BatchObject,
  { files, nowMs, lifetimeMs }: { files: FileShelf; nowMs: number; lifetimeMs: number },
): void {
  const why = unmadeErrors[batch.cancelling_at === null ? 'expired' : 'cancelled']
  const write = (kind: string, chosen: readonly LineResult[]) => {
    const content = chosen.toReversed().flatMap((result) => framesOf(result, why))
    if (content.length === 0) return null
    const fileName = `${batch.id}_${kind}.jsonl`
    return files.addWritten({ fileName, content, createdAtMs: nowMs, expiresAtMs: nowMs + lifetimeMs }).id
  }
  batch.output_file_id = write('output', results.filter(isCompleted))
  batch.error_file_id = write(
    'error',
    results.filter((result) => !isCompleted(result)),
  )
}

/** The line of a result: none or two where a script has it so. */
function framesOf({ line, made }: LineResult, why: { code: string; message: string }): Frame[] {
  const fault = made?.script.lineFault
  if (fault === 'lost') return []
  const customId = fault === 'stranger' ? newId('req') : line.customId
  const frame: Frame = [
    `{"id":${JSON.stringify(newId('req').replace('req', 'batch_req'))},"custom_id":${JSON.stringify(customId)},`,
    ...(made ? answerParts(made) : [`"response":null,"error":${JSON.stringify(why)}`]),
    '}\n',
  ]
  return fault === 'twice' ? [frame, frame] : [frame]
}

function answerParts({ requestId, answer }: MadeLine): Frame {
  if ('error' in answer) return [`"response":null,"error":${JSON.stringify(answer.error)}`]
  const { statusCode, body } = answer
  return [`"response":{"status_code":${statusCode},"request_id":${JSON.stringify(requestId)},"body":`, ...body, '},"error":null']
}
