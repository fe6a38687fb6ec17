import type { Bill } from '../billing/bill.ts'
import { spoiledUsage, usageReport } from '../billing/usage.ts'
import type { PictureRun } from '../picture-run.ts'
import type { Frame } from '../wire/send-answer.ts'
import { addressOf, maybeBroken, picturePart, withPictures } from './picture-part.ts'

/** What an answer says beside the pictures. */
export interface AnswerFacts {
  /** Seconds since 1970. */
  createdAt: number
  bill: Bill
  /** Whether usage holds the previews' tokens. */
  previewsInUsage: boolean
  /** On one line, without a line break behind it. @default false */
  compact?: boolean
}

/** The JSON answer of a call as one frame, laid out as upstream lays it out. */
export function jsonAnswer(run: PictureRun, pictures: readonly Buffer[], facts: AnswerFacts): Frame {
  const { createdAt, bill, previewsInUsage, compact = false } = facts
  const { script, reported } = run
  const text = JSON.stringify(
    {
      created: createdAt,
      background: reported.background,
      data: script.noData ? [] : pictures.map((_, index) => (script.url ? { url: addressOf(run, index) } : { b64_json: '' })),
      output_format: reported.outputFormat,
      quality: reported.quality,
      size: reported.size,
      safety_identifier: run.request.endUser ?? undefined,
      model: script.modelEcho,
      usage: spoiledUsage(usageReport(bill, previewsInUsage), script.usage),
    },
    null,
    compact ? 0 : 2,
  )
  return withPictures(
    maybeBroken(compact ? text : `${text}\n`, script),
    pictures.map((bytes) => picturePart(bytes, run)),
  )
}
