import { type Environment, readChoice, readInteger, readText, SettingError } from '../primitives/settings.ts'
import type { TraceSampler, TracingConfig } from '../telemetry/index.ts'

const samplers = {
  always_on: (): TraceSampler => ({ parentBased: false, share: 1 }),
  always_off: (): TraceSampler => ({ parentBased: false, share: 0 }),
  traceidratio: (share: number): TraceSampler => ({ parentBased: false, share }),
  parentbased_always_on: (): TraceSampler => ({ parentBased: true, share: 1 }),
  parentbased_always_off: (): TraceSampler => ({ parentBased: true, share: 0 }),
  parentbased_traceidratio: (share: number): TraceSampler => ({ parentBased: true, share }),
}
const samplerNames = Object.keys(samplers) as (keyof typeof samplers)[]

/**
 * Reads the standard variables of OpenTelemetry, as far as they concern traces. Null, and nothing is loaded, unless an endpoint is named.
 * @throws SettingError for what cannot be used
 */
export function readTracing(environment: Environment): TracingConfig | null {
  const url = endpoint(environment)
  if (url === null || readChoice(environment, 'OTEL_SDK_DISABLED', 'false', ['true', 'false']) === 'true') return null
  if (readChoice(environment, 'OTEL_TRACES_EXPORTER', 'otlp', ['otlp', 'none']) === 'none') return null
  for (const name of ['OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'])
    readChoice(environment, name, 'http/json', ['http/json'])
  const timeoutMs = readInteger(environment, 'OTEL_EXPORTER_OTLP_TIMEOUT', null, { min: 1, max: 600_000 })
  const resource = pairs(environment, 'OTEL_RESOURCE_ATTRIBUTES')
  return {
    url,
    headers: { ...pairs(environment, 'OTEL_EXPORTER_OTLP_HEADERS'), ...pairs(environment, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS') },
    resource: { ...resource, 'service.name': readText(environment, 'OTEL_SERVICE_NAME', resource['service.name'] ?? 'darkroom') },
    sampler: samplers[readChoice(environment, 'OTEL_TRACES_SAMPLER', 'parentbased_always_on', samplerNames)](share(environment)),
    ...(timeoutMs !== null && { timeoutMs }),
  }
}

/** The one of traces is taken as it stands; to the one of everything their path is added. */
function endpoint(environment: Environment): string | null {
  const ofTraces = readText(environment, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', null)
  if (ofTraces !== null) return checked('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', ofTraces)
  const ofAll = readText(environment, 'OTEL_EXPORTER_OTLP_ENDPOINT', null)
  return ofAll === null ? null : `${checked('OTEL_EXPORTER_OTLP_ENDPOINT', ofAll).replace(/\/+$/, '')}/v1/traces`
}

function checked(name: string, url: string): string {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw new SettingError(name, 'an http or https address', url)
  return url
}

/** `key=value,key=value`, values percent-encoded. They may be secrets: what cannot be read is not shown. */
function pairs(environment: Environment, name: string): Record<string, string> {
  const listed = readText(environment, name, '').split(',').filter(Boolean)
  return Object.fromEntries(
    listed.map((pair) => {
      const match = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair)
      const value = match && decoded(match[2]!)
      if (match === null || value === null) throw new SettingError(name, 'key=value pairs with commas between them', 'something else')
      return [match[1]!, value]
    }),
  )
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function share(environment: Environment): number {
  const text = readText(environment, 'OTEL_TRACES_SAMPLER_ARG', '1')
  const value = Number(text)
  if (!/^\d*\.?\d+$/.test(text) || value > 1) throw new SettingError('OTEL_TRACES_SAMPLER_ARG', 'a share from 0 to 1', text)
  return value
}
