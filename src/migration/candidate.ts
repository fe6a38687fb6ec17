import type { LibraryCall } from './call-signatures.ts'
import type { CallOperation, RouteFinding } from './call-site.ts'
import type { FieldValue } from './fields.ts'
import type { FoundClient, Project } from './project.ts'
import type { Span } from './spans.ts'

/** A file with more places of one kind is a machine's; further ones are not listed. */
export const MATCHES_PER_PATTERN = 100

/** What the finders share. */
export interface FinderContext {
  project: Project
  gatewayUrl: string
}

/** A place that calls for pictures, before its surroundings are read. */
export interface Candidate {
  /** Where a reader would look: the first character of the call or its address. */
  at: number
  /** The call with its arguments. */
  call: Span
  /** The function around it. */
  around: Span
  operation: CallOperation
  means: LibraryCall['library'] | 'http' | 'command'
  /** What it is made with; null for a bare request. */
  client: FoundClient | null
  route: RouteFinding
  /** The address literal of a bare request, for putting the gateway's in its place; null for a library's call. */
  address: Span | null
}

/** A value and what it should become; applied where it stands as a literal. */
export interface Judged {
  name: string
  field: FieldValue
  /** Null leaves the parameter out; undefined leaves it as it is. */
  use: string | null | undefined
}
