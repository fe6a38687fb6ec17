import { statementContext } from '../../db/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { GenerationRun } from '../generation-run.ts'
import { tellJob } from './tell-job.ts'

/** A preview that came while its call goes on. */
export interface LivePreview {
  /** The id it will be recorded with. */
  imageId: string
  sha256: string
  bytes: number
  /** In the spool, until it is in the store. */
  path: string
}

/** The previews of jobs under way in this process: they can be looked at before the picture is there. */
export class LivePreviews {
  readonly #byJob = new Map<string, LivePreview[]>()
  readonly #telling = new Map<string, Promise<void>>()

  /** The preview of this id; null once it is in the store, or was never one. */
  find(imageId: string): LivePreview | null {
    for (const previews of this.#byJob.values()) {
      const found = previews.find((preview) => preview.imageId === imageId)
      if (found) return found
    }
    return null
  }

  /** The id that a preview of a job was told of with; null for one that nobody was told of. It is given once. */
  take(jobId: string, sha256: string): string | null {
    const previews = this.#byJob.get(jobId) ?? []
    const at = previews.findIndex((preview) => preview.sha256 === sha256)
    return at < 0 ? null : previews.splice(at, 1)[0]!.imageId
  }

  /** The job's call is over. */
  end(jobId: string): void {
    this.#byJob.delete(jobId)
    this.#telling.delete(jobId)
  }

  /** A preview came. That it did is told; nobody waits for that, and one that is not told of is no loss. */
  came(parts: GatewayParts, run: GenerationRun, { path, sha256, bytes }: Omit<LivePreview, 'imageId'>): void {
    const previews = this.#byJob.get(run.id) ?? []
    const imageId = parts.newId('img')
    this.#byJob.set(run.id, [...previews, { imageId, path, sha256, bytes }])
    const count = previews.length + 1
    const { request, principal, id } = run
    const progress = Math.min(90, 10 + Math.round((80 * count) / (request.partialImages * request.n + 1)))
    const data = { progress, preview: count, images: [{ id: imageId, sha256 }] }
    const tell = async () => {
      const context = statementContext(parts.database, parts.clock, parts.newId)
      await parts.database.transact([tellJob(context, { jobId: id, projectId: principal.projectId }, 'job.partial', data)])
      parts.jobEvents.happened(id)
    }
    // One after the other: transactions that run side by side may end in any order.
    this.#telling.set(
      id,
      this.told(id)
        .then(tell)
        .catch(() => undefined),
    )
  }

  /** Resolves when the previews that came of a job are told of: what comes after them is told after them. */
  async told(jobId: string): Promise<void> {
    await this.#telling.get(jobId)
  }
}
