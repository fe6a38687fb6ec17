/** Who stands behind an address, as far as the address tells. `darkroom` is a call that has moved already. */
export type RouteClass = 'official' | 'provider' | 'self-hosted' | 'wrapper' | 'relay' | 'darkroom' | 'unknown'

/** What a call asks for. `chat-image` is a picture asked through chat completions, which the official API does not serve. */
export type CallOperation = 'generation' | 'edit' | 'variation' | 'responses' | 'chat-image' | 'unknown'

/** Where a site was seen: in a program, in configuration, or in recorded traffic. */
export type FoundIn = 'call' | 'setting' | 'traffic'

/** How a file is read; decides comments, spans and the language of the rewritten call. */
export type SourceKind = 'javascript' | 'python' | 'shell' | 'http' | 'config' | 'notebook' | 'other' | 'har' | 'log'

/** What becomes of a call site. `moved`: it calls the gateway already. */
export type Verdict = 'move' | 'fallback' | 'drop' | 'moved'

/** The order of a migration: what the official API covers first. */
export const migrationSteps = ['generation', 'edits', 'cost-log', 'storage'] as const

/** One of `migrationSteps`. */
export type MigrationStep = (typeof migrationSteps)[number]

/** A place in the file that was scanned. */
export interface Place {
  /** 1-based; in a notebook counted inside the cell. */
  line: number
  /** 1-based cell of a notebook; null elsewhere. */
  cell: number | null
}

/** Where a call goes. */
export interface RouteFinding {
  class: RouteClass
  /** Name of the owner or software as this release knows it; null for an address nobody here knows. */
  name: string | null
  /** Host with its port, without user, path or query; null when the address could not be read. */
  host: string | null
  /** How the address was found, e.g. `baseURL of client, from OPENAI_BASE_URL (.env:3)`. */
  addressFrom: string
  /** Preset of `darkroom.yaml` that describes the same upstream; null when there is none. */
  preset: string | null
  /** Dated fact about the route and where it was read; null when nothing is known. */
  fact: string | null
}

/** A way in which a call may be sent again. */
export interface RetryFinding {
  kind: 'sdk-default' | 'sdk' | 'loop' | 'library' | 'curl' | 'seen'
  /** How often one wish may be sent in all; null when it could not be read. */
  attempts: number | null
  line: number | null
  says: string
}

/** Something the code around a call does or does not do. */
export interface TraitFinding<State extends string> {
  state: State
  line: number | null
  /** False when it was found elsewhere in the file, where it may belong to another call. */
  near: boolean
}

export type OutputState = 'base64' | 'url' | 'both' | 'unknown'
export type CostLogState = 'usage' | 'own-price' | 'none' | 'unknown'
export type StorageState = 'file' | 'object-store' | 'database' | 'passed-on' | 'none' | 'unknown'

/** A model id that a site names. */
export interface ModelFinding {
  id: string
  line: number | null
  state: 'current' | 'older' | 'retired' | 'not-in-catalogue'
  /** Id to use instead; null when the named one may stay. */
  use: string | null
}

/** A parameter written as a literal, held against the contract of the model that would serve it. */
export interface ParameterFinding {
  name: string
  value: string
  line: number | null
  legal: boolean
  /** Why it would be refused; empty for a legal one. */
  why: string
  /** Value to send instead; null to leave the parameter out. Meaningless for a legal one. */
  use: string | null
}

/** A secret that stands in the file. Its value is in no report. */
export interface SecretFinding {
  kind: string
  line: number
}

/** Evidence of a session relay or an account pool. */
export interface RelayFinding {
  id: string
  why: string
  line: number
  source: string
}

/** A request as it stands and as it would be sent to the gateway. Secrets are masked in every text. */
export interface RewrittenCall {
  language: 'javascript' | 'python' | 'shell' | 'http' | 'text'
  before: string
  after: string
  /** What the text does not show. */
  notes: string[]
}

/** What was read about one call site, before it is sorted. */
export interface ObservedSite extends Place {
  file: string
  kind: SourceKind
  found: FoundIn
  operation: CallOperation
  /** The line it begins on, cut and masked. */
  excerpt: string
  route: RouteFinding
  streaming: 'yes' | 'no' | 'unknown'
  output: TraitFinding<OutputState>
  retries: RetryFinding[]
  costLog: TraitFinding<CostLogState>
  storage: TraitFinding<StorageState>
  models: ModelFinding[]
  parameters: ParameterFinding[]
  secrets: SecretFinding[]
  relay: RelayFinding[]
  /** How many recorded requests it stands for; null outside traffic. */
  requests: number | null
  rewrite: RewrittenCall | null
}

/** One thing to do at a call site. */
export interface Task {
  step: MigrationStep
  says: string
}

/** A call site with its verdict and what to do, in order. */
export interface CallSite extends ObservedSite {
  verdict: Verdict
  reason: string
  tasks: Task[]
}

/** A file that was not read, or not as a whole. */
export interface SkippedFile {
  file: string
  why: string
}

/** Everything a scan found. The same folder gives the same inventory on the same day. */
export interface Inventory {
  /** The folder as it was named. */
  folder: string
  /** UTC day against which models were held, `YYYY-MM-DD`. */
  asOf: string
  gatewayUrl: string
  filesRead: number
  skipped: SkippedFile[]
  sites: CallSite[]
}

/** `file:line`, with the cell of a notebook. */
export function placeText({ file, line, cell }: { file: string } & Place): string {
  return cell === null ? `${file}:${line}` : `${file}#cell${cell}:${line}`
}
