import type { TokenCounts } from '../billing/bill.ts'
import { sharedCounts, spoiledUsage, usageReport } from '../billing/usage.ts'
import type { PictureRun } from '../picture-run.ts'
import { scriptedRefusal } from '../refusal.ts'
import type { PicturePart } from '../wire/body-parts.ts'
import type { Frame } from '../wire/send-answer.ts'
import type { AnswerFacts } from './json-answer.ts'
import { maybeBroken, picturePart, withPictures } from './picture-part.ts'

/** Where the stream's pictures come from: finished, or a preview of this stage (0 to below 1). Waits as long as the model would take. */
export type PaintStep = (index: number, stage: number) => Promise<Buffer>

/**
 * The events of a streamed call, each as one frame: for every picture its previews, then its completed event.
 * The n pictures of a call follow one another and share its usage, so that their completed events add up to the whole.
 */
export async function* streamAnswer(run: PictureRun, paint: PaintStep, facts: AnswerFacts): AsyncGenerator<Frame> {
  const { script, n, previewsEach } = run
  const shares = sharedCounts(facts.bill, n)
  const previews = script.errorAfterPartial ? Math.min(1, previewsEach) : previewsEach
  for (let index = 0; index < n; index += 1) {
    if (script.comments) yield comment(script.crlf)
    for (let preview = 0; preview < previews; preview += 1) {
      const bytes = await paint(index, (preview + 1) / (previewsEach + 1))
      yield partialFrame(run, bytes, preview, facts)
    }
    if (script.errorAfterPartial) return yield errorFrame(script.crlf)
    if (!script.noData) yield completedFrame(run, await paint(index, 1), shares[index]!, facts)
    if (script.errorAfterCompleted) return yield errorFrame(script.crlf)
  }
  if (script.doneMarker) yield [`data: [DONE]${lineEnd(script.crlf).repeat(2)}`]
}

function partialFrame(run: PictureRun, bytes: Buffer, preview: number, facts: AnswerFacts): Frame {
  const type = `${familyOf(run)}.partial_image`
  return eventFrame(run, type, { ...commonMembers(run, type, facts), partial_image_index: preview }, [picturePart(bytes, run)])
}

function completedFrame(run: PictureRun, bytes: Buffer, share: TokenCounts, facts: AnswerFacts): Frame {
  const type = `${familyOf(run)}.completed`
  const usage = spoiledUsage(usageReport(share, facts.previewsInUsage), run.script.usage)
  const members = {
    ...commonMembers(run, type, facts),
    usage: usage && { ...usage, output_tokens_details: undefined },
    safety_identifier: run.request.endUser ?? undefined,
  }
  return eventFrame(run, type, members, [picturePart(bytes, run)])
}

/** The first half of an event's name. */
function familyOf({ request }: PictureRun): string {
  return request.operation === 'edit' ? 'image_edit' : 'image_generation'
}

function commonMembers({ reported, script }: PictureRun, type: string, { createdAt }: AnswerFacts): Record<string, unknown> {
  return {
    type,
    b64_json: '',
    created_at: createdAt,
    size: reported.size,
    quality: reported.quality,
    background: reported.background,
    output_format: reported.outputFormat,
    model: script.modelEcho,
  }
}

function eventFrame({ script }: PictureRun, type: string, members: Record<string, unknown>, pictures: readonly PicturePart[]): Frame {
  const end = lineEnd(script.crlf)
  const data = withPictures(maybeBroken(JSON.stringify(members), script), pictures)
  return [`event: ${type}${end}data: `, ...data, `${end}${end}`]
}

/** A stream that was answered 200 can only fail in an event. */
function errorFrame(crlf: boolean | undefined): Frame {
  const end = lineEnd(crlf)
  return [`event: error${end}data: ${JSON.stringify({ type: 'error', error: scriptedRefusal(500, undefined).body })}${end}${end}`]
}

function comment(crlf: boolean | undefined): Frame {
  return [`: keep-alive${lineEnd(crlf).repeat(2)}`]
}

/** How lines end: as the standard has it, or as a script wants it. */
export function lineEnd(crlf: boolean | undefined): string {
  return crlf ? '\r\n' : '\n'
}
