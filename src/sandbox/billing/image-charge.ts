import { isoTime } from '../../primitives/clock.ts'
import type { CallRecord } from '../call-log.ts'
import type { ChargePhase } from '../faults/fault-script.ts'
import { type PictureRun, sizeText } from '../picture-run.ts'
import type { Bill } from './bill.ts'
import type { Charge } from './invoice.ts'

/** The invoice's line for a call of the Image API. */
export function imageCharge(
  run: PictureRun,
  bill: Bill,
  { atMs, record, phase }: { atMs: number; record: Pick<CallRecord, 'request_id' | 'client_request_id'>; phase: ChargePhase },
): Charge {
  return {
    book: 'image_api',
    at: isoTime(atMs),
    request_id: record.request_id,
    client_request_id: record.client_request_id,
    response_id: null,
    model: run.model.id,
    operation: run.request.operation,
    size: sizeText(run.size),
    quality: run.quality,
    n: run.n,
    text_in: bill.textIn,
    text_cached_in: 0,
    image_in: bill.imageIn,
    image_cached_in: 0,
    image_out: bill.pictureOut + bill.previewOut,
    text_out: 0,
    partial_images: run.previewsEach * run.n,
    nanos: String(bill.nanos),
    charged_at_phase: phase,
  }
}
