import type { JobShelf } from './apiframe/job-shelf.ts'
import type { BatchShelf } from './batches/batch-shelf.ts'
import type { InvoiceWriter } from './billing/invoice.ts'
import type { CallLog } from './call-log.ts'
import type { SandboxSettings } from './config.ts'
import type { SwapCounter } from './faces/swap-counter.ts'
import type { FaultBook } from './faults/fault-book.ts'
import type { FileShelf } from './file-shelf.ts'
import type { RateLimiter } from './rate-limiter.ts'
import type { PicturePress } from './render/index.ts'
import type { ResponseShelf } from './responses/response-shelf.ts'

/** What the endpoints of one sandbox share. */
export interface SandboxState {
  readonly settings: SandboxSettings
  readonly invoice: InvoiceWriter
  readonly calls: CallLog
  readonly faults: FaultBook
  readonly files: FileShelf
  readonly jobs: JobShelf
  readonly batches: BatchShelf
  readonly limiter: RateLimiter
  readonly press: PicturePress
  readonly responses: ResponseShelf
  readonly swaps: SwapCounter
}
