import type { Logger } from '../create-logger.ts'
import { noTracing, type Tracing } from './tracing.ts'
import type { TracingConfig } from './tracing-config.ts'

/** Opens tracing where it is configured. The libraries for it are loaded then, and only then. */
export async function openTracing(config: TracingConfig | null, about: { version: string; logger: Logger }): Promise<Tracing> {
  if (config === null) return noTracing
  const { OtlpTracing } = await import('./otlp-tracing.ts')
  return new OtlpTracing(config, about)
}
