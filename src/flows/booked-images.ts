import { deleteAfterMs, type Retention } from '../contract/retention.ts'
import type { NewImage } from '../generations/index.ts'
import type { BookedRun } from './book-call.ts'
import type { KeptImage } from './keep-images.ts'
import type { RetouchedImage } from './retouch-images.ts'

/** How long pictures are kept, from when on. */
export interface KeptFor {
  retention: Retention
  nowMs: number
}

/** Upstream said nothing of a picture it did not make: there is no evidence to be had of it. */
export function newRetouched(run: BookedRun, kept: KeptFor, image: RetouchedImage, idx: number): NewImage {
  const facts = { width: image.width, height: image.height, format: image.format }
  const madeOf = { imageId: image.original.id, process: image.process }
  return {
    ...ofRun(run, kept, 'results'),
    id: image.id,
    idx,
    sha256: image.sha256,
    ...facts,
    bytes: image.bytes,
    storage: 'stored',
    evidence: {},
    madeOf,
  }
}

/** What every picture of a run has in common. */
function ofRun(run: BookedRun, { retention, nowMs }: KeptFor, kind: 'results' | 'previews') {
  return {
    generationId: run.id,
    attemptId: run.attemptId,
    projectId: run.principal.projectId,
    deleteAfterMs: deleteAfterMs(retention[kind], nowMs),
    deletionPolicy: retention[kind].policy,
  }
}

/** The row of a picture that came; previews that are kept are marked. */
export function newImage(run: BookedRun, kept: KeptFor, image: KeptImage, isPreview: boolean): NewImage {
  return {
    ...ofRun(run, kept, isPreview ? 'previews' : 'results'),
    id: image.id,
    idx: image.index,
    isPreview,
    sha256: image.sha256,
    width: image.facts?.width ?? null,
    height: image.facts?.height ?? null,
    format: image.facts?.format ?? null,
    bytes: image.bytes,
    storage: image.object ? 'stored' : 'not_stored',
    evidence: JSON.parse(JSON.stringify(image.evidence)),
  }
}
