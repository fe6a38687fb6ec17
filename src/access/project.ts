import type { Surface } from '../contract/image-request.ts'
import type { Quality } from '../contract/model-row.ts'
import type { ProjectRetention } from '../contract/retention.ts'
import { noReview, type Publishing, type ReviewPolicy } from '../contract/review-policy.ts'
import type { ProjectRow } from '../db/index.ts'
import type { Nanos } from '../primitives/money.ts'

/** What a project allows; null = no limit of its own. */
export interface ProjectSettings {
  /** Ids of models, main models of Responses calls included. */
  models: readonly string[] | null
  /** `auto` or `1024x1024`, as a request writes them. */
  sizes: readonly string[] | null
  /** `auto` or a quality, as a request writes them. */
  qualities: readonly string[] | null
  surfaces: readonly Surface[] | null
  /** What one call may cost at most. */
  priceCeiling: Nanos | null
  imagesPerMinute: number | null
  concurrentCalls: number | null
  /** What quality `auto` is read as when it is priced; null = the model's dearest. */
  autoQuality: Quality | null
  /** What one Responses call is counted at before it is made, at least; null = as configured for the gateway. */
  responsesCeiling: Nanos | null
  /** How long what it records is kept; null = as configured for the gateway. */
  retention: ProjectRetention | null
  /** Which pictures people look at; null = those alone whose call asks for it. */
  review: ReviewPolicy | null
  /** When a picture may be public; null = once it is approved. */
  publish: Publishing | null
}

/** A team's space. */
export interface Project {
  id: string
  name: string
  settings: ProjectSettings
  createdAtMs: number
  /** Null while its keys work. */
  archivedAtMs: number | null
}

/** A project that limits nothing. */
export const noLimits: ProjectSettings = {
  models: null,
  sizes: null,
  qualities: null,
  surfaces: null,
  priceCeiling: null,
  imagesPerMinute: null,
  concurrentCalls: null,
  autoQuality: null,
  responsesCeiling: null,
  retention: null,
  review: null,
  publish: null,
}

type StoredSettings = Partial<Omit<ProjectSettings, 'autoQuality' | 'priceCeiling' | 'responsesCeiling'>> & {
  priceCeilingNanos?: string | null
  responsesCeilingNanos?: string | null
}

/** A project as its row says it is. The JSON was written by `settingsColumns`, so it is read back without being checked again. */
export function projectOf(row: ProjectRow): Project {
  const { priceCeilingNanos, responsesCeilingNanos, ...rest } = JSON.parse(row.settings_json ?? '{}') as StoredSettings
  return {
    id: row.id,
    name: row.name,
    settings: {
      ...noLimits,
      ...rest,
      // Rules that came later are not in what was stored before.
      review: rest.review ? { ...noReview, ...rest.review } : null,
      priceCeiling: nanosOrNull(priceCeilingNanos),
      responsesCeiling: nanosOrNull(responsesCeilingNanos),
      autoQuality: row.auto_quality as Quality | null,
    },
    createdAtMs: row.created_at_ms,
    archivedAtMs: row.archived_at_ms,
  }
}

/** Settings with some of them changed. What somebody has allowed and allows still is allowed since then. */
export function changedSettings(before: ProjectSettings, change: Partial<ProjectSettings>): ProjectSettings {
  const next = { ...before, ...change }
  const stood = before.review?.ownApproval
  if (!stood || next.review?.ownApproval?.allowedBy !== stood.allowedBy) return next
  return { ...next, review: { ...next.review, ownApproval: stood } }
}

/** Settings as columns of the project's row. Amounts are texts: JSON has no whole numbers of that size. */
export function settingsColumns({ autoQuality, priceCeiling, responsesCeiling, ...rest }: ProjectSettings) {
  const stored: StoredSettings = {
    ...rest,
    priceCeilingNanos: priceCeiling?.toString() ?? null,
    responsesCeilingNanos: responsesCeiling?.toString() ?? null,
  }
  return { auto_quality: autoQuality, settings_json: JSON.stringify(stored) }
}

const nanosOrNull = (text: string | null | undefined): Nanos | null => (text == null ? null : BigInt(text))
