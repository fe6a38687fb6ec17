import type { Downgrade } from './downgrade.ts'

/** How routes are chosen for the calls of a project. */
export interface RoutingPolicy {
  /** What comes first among routes of one grade. `official`: the model maker's own, then the order of the file. */
  order: 'official' | 'listed' | 'cost' | 'latency'
  /** Owners whose routes may serve; null = all. */
  allowOwners: readonly string[] | null
  /** What may be given up so that a call can be served at all. */
  downgrade: readonly Downgrade[]
  /** A complete 500 or 503 of the API itself is followed by one more call. */
  redispatch500: boolean
}

/** The policy of every project, and of those that have one of their own. */
export interface RoutingPolicies {
  default: RoutingPolicy
  /** By name of the project. */
  projects: ReadonlyMap<string, RoutingPolicy>
}

/** The policy of a project. */
export function policyOf({ default: common, projects }: RoutingPolicies, projectName: string): RoutingPolicy {
  return projects.get(projectName) ?? common
}
