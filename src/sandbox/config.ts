import { MainModelCatalogue } from '../contract/main-model-catalogue.ts'
import { ModelCatalogue } from '../contract/model-catalogue.ts'
import type { Quality } from '../contract/model-row.ts'
import { type Clock, systemClock } from '../primitives/clock.ts'
import type { RateLimits } from './rate-limiter.ts'

/** How a sandbox behaves. Everything has a default: `{}` is a sandbox on a free loopback port that charges on paper only. */
export interface SandboxOptions {
  /** Address to listen on. @default '127.0.0.1' */
  host?: string
  /** 0 = any free port. @default 0 */
  port?: number
  /** Append-only JSONL file of charged calls; null keeps the invoice in memory. @default null */
  invoicePath?: string | null
  /** @default the system's clocks */
  clock?: Clock
  /** Time from request to picture, painting included: one figure, or one per quality. @default 0.2 s (low) to 0.9 s (max) */
  latencyMs?: number | Partial<Record<Quality, number>>
  /** Limits per minute. @default none is enforced */
  limits?: RateLimits
  /** Paint plain pictures instead of compositions: cheap, for storms of calls. @default false */
  flat?: boolean
  /** Part of every composition's seed: another seed gives other pictures for the same prompts. @default '' */
  seed?: string
  /** Largest JSON body of a call that brings no pictures. @default 1 MiB */
  maxBodyBytes?: number
  /** Largest body of an edit or a Responses call, pictures included, and of an upload. It is held in memory. @default 256 MiB */
  maxEditBodyBytes?: number
  /** Bound of all uploaded files together. They are held in memory. @default 512 MiB */
  maxFilesBytes?: number
  /** Bound of all files together that batches wrote, pictures as bytes; beyond it the oldest are forgotten. @default 512 MiB */
  maxBatchFilesBytes?: number
  /** Batches stay where they are until an admin call lets them go on, instead of running as soon as they are made. @default false */
  holdBatches?: boolean
  /** Bounds of what one batch may ask. @default upstream's: 209,715,200 bytes and 50,000 requests */
  batchLimits?: Partial<BatchLimits>
  /** Whether `usage.output_tokens` holds the previews' tokens. Upstream does not say; the invoice charges them either way. @default true */
  previewsInUsage?: boolean
  /** Whether gpt-image-2 takes `background: transparent` (a preview upstream, not open to every account). @default true */
  transparentPreview?: boolean
  /** Models that are served. @default the shipped catalogue */
  catalogue?: ModelCatalogue
  /** Main models of Responses that are served; any other is refused. @default the shipped ones */
  mainModels?: MainModelCatalogue
  /** How long a response is kept. @default 30 days, as upstream */
  responseLifetimeMs?: number
  /** Bound of the pictures of all kept responses together; beyond it the oldest are forgotten. @default 256 MiB */
  maxResponsesBytes?: number
}

/** Bounds of what one batch may ask. */
export interface BatchLimits {
  bytes: number
  requests: number
}

/** As upstream's own words name them (reported, 2024 to 2026). */
const UPSTREAM_BATCH_LIMITS: BatchLimits = { bytes: 209_715_200, requests: 50_000 }

/** Options with every gap filled. */
export interface SandboxSettings {
  host: string
  port: number
  invoicePath: string | null
  clock: Clock
  latencyMs: Record<Quality, number>
  limits: RateLimits
  flat: boolean
  seed: string
  maxBodyBytes: number
  maxEditBodyBytes: number
  maxFilesBytes: number
  maxBatchFilesBytes: number
  holdBatches: boolean
  batchLimits: BatchLimits
  previewsInUsage: boolean
  transparentPreview: boolean
  catalogue: ModelCatalogue
  mainModels: MainModelCatalogue
  responseLifetimeMs: number
  maxResponsesBytes: number
}

/** Short enough that a first picture takes about a second, long enough that a spinner can be seen. */
const DEFAULT_LATENCY_MS: Record<Quality, number> = { low: 200, medium: 400, high: 700, xhigh: 800, max: 900 }

/** Fills the gaps of the options. */
export function sandboxSettings(options: SandboxOptions): SandboxSettings {
  const { latencyMs = {} } = options
  return {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    invoicePath: options.invoicePath ?? null,
    clock: options.clock ?? systemClock,
    latencyMs: typeof latencyMs === 'number' ? sameForAll(latencyMs) : { ...DEFAULT_LATENCY_MS, ...latencyMs },
    limits: options.limits ?? {},
    flat: options.flat ?? false,
    seed: options.seed ?? '',
    maxBodyBytes: options.maxBodyBytes ?? 1_048_576,
    maxEditBodyBytes: options.maxEditBodyBytes ?? 268_435_456,
    maxFilesBytes: options.maxFilesBytes ?? 536_870_912,
    maxBatchFilesBytes: options.maxBatchFilesBytes ?? 536_870_912,
    holdBatches: options.holdBatches ?? false,
    batchLimits: { ...UPSTREAM_BATCH_LIMITS, ...options.batchLimits },
    previewsInUsage: options.previewsInUsage ?? true,
    transparentPreview: options.transparentPreview ?? true,
    catalogue: options.catalogue ?? new ModelCatalogue(),
    mainModels: options.mainModels ?? new MainModelCatalogue(),
    responseLifetimeMs: options.responseLifetimeMs ?? 2_592_000_000,
    maxResponsesBytes: options.maxResponsesBytes ?? 268_435_456,
  }
}

function sameForAll(ms: number): Record<Quality, number> {
  return { low: ms, medium: ms, high: ms, xhigh: ms, max: ms }
}
