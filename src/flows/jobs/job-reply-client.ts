import { statementContext } from '../../db/index.ts'
import type { ReplyClient } from '../../relay/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { GenerationRun } from '../generation-run.ts'
import { tellJob } from './tell-job.ts'

/** How events of previews begin, in answers to generations and to edits. */
const partialEvent = /^event: image_(?:generation|edit)\.partial_image\r?\n/
const LONGEST_EVENT_LINE = 64

/** In place of a caller who waits: of what streams past, only that a preview came is told. */
export class JobReplyClient implements ReplyClient {
  readonly gone = false
  readonly #parts: GatewayParts
  readonly #run: GenerationRun
  #isFrameStart = true
  #previews = 0

  constructor(parts: GatewayParts, run: GenerationRun) {
    this.#parts = parts
    this.#run = run
  }

  announce(): void {}

  commit(): void {}

  write(bytes: Buffer, boundary: boolean): void {
    if (this.#isFrameStart && partialEvent.test(bytes.subarray(0, LONGEST_EVENT_LINE).toString('latin1'))) this.#tell()
    this.#isFrameStart = boundary
  }

  end(): void {}

  fail(): void {}

  cut(): void {}

  backlog(): null {
    return null
  }

  /** Nobody waits for it: a preview that is not told of is no loss, the picture comes after it. */
  #tell(): void {
    const { id, principal, request } = this.#run
    this.#previews += 1
    const total = request.partialImages * request.n
    const progress = Math.min(90, 10 + Math.round((80 * this.#previews) / (total + 1)))
    const context = statementContext(this.#parts.database, this.#parts.clock, this.#parts.newId)
    const told = tellJob(context, { jobId: id, projectId: principal.projectId }, 'job.partial', { progress, preview: this.#previews })
    this.#parts.database.transact([told]).then(
      () => this.#parts.jobEvents.happened(id),
      () => undefined,
    )
  }
}
