import { getRouteApi } from '@tanstack/react-router'
import type { api } from '#sdk'

/** The address of this screen, for what is on it. */
export const jobsRouteApi = getRouteApi('/shell/jobs')

const jobTabs = ['jobs', 'bulks', 'unknown', 'aside'] as const
export type JobTab = (typeof jobTabs)[number]
export const jobStates = ['queued', 'running', 'completed', 'failed', 'cancelled', 'outcome_unknown'] as const

/** What the address says beside the screen: a link shows the same to whoever opens it. */
export interface JobsSearch {
  tab?: JobTab
  /** Only jobs that stand so. */
  state?: api.Job['state']
  /** The job that is followed. */
  job?: string
  /** The bulk that is looked at. */
  bulk?: string
}

/** Reads it; what is none of it is left out. */
export function readJobsSearch({ tab, state, job, bulk }: Record<string, unknown>): JobsSearch {
  return {
    ...(isOneOf(jobTabs, tab) ? { tab } : {}),
    ...(isOneOf(jobStates, state) ? { state } : {}),
    ...(typeof job === 'string' ? { job } : {}),
    ...(typeof bulk === 'string' ? { bulk } : {}),
  }
}

function isOneOf<Value extends string>(values: readonly Value[], value: unknown): value is Value {
  return values.includes(value as Value)
}
