import { describe, expect, it } from 'vitest'
import { readTracing } from './read-tracing.ts'

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }

describe('readTracing', () => {
  it.each([
    ['nothing is set', {}],
    ['everything but an endpoint is', { OTEL_SERVICE_NAME: 'pictures', OTEL_TRACES_SAMPLER: 'always_on' }],
    ['the SDK is disabled', { ...endpoint, OTEL_SDK_DISABLED: 'true' }],
    ['no exporter is wanted', { ...endpoint, OTEL_TRACES_EXPORTER: 'none' }],
    ['the endpoint is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ])('is off where %s', (_, environment) => {
    expect(readTracing(environment)).toBeNull()
  })

  it('adds the path of traces to the endpoint of everything, and takes that of traces as it stands', () => {
    expect(readTracing(endpoint)?.url).toBe('http://collector:4318/v1/traces')
    const own = { ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/otlp' }
    expect(readTracing(own)?.url).toBe('https://traces.example/otlp')
  })

  it('calls the service darkroom unless somebody names it', () => {
    const named = { ...endpoint, OTEL_RESOURCE_ATTRIBUTES: 'service.name=a%2Cb, team = images' }
    expect(readTracing(endpoint)?.resource).toEqual({ 'service.name': 'darkroom' })
    expect(readTracing(named)?.resource).toEqual({ 'service.name': 'a,b', team: 'images' })
    expect(readTracing({ ...named, OTEL_SERVICE_NAME: 'pictures' })?.resource['service.name']).toBe('pictures')
  })

  it('sends the headers of traces in place of those of everything', () => {
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=2', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=3' }
    expect(readTracing({ ...endpoint, ...headers })?.headers).toEqual({ a: '1', b: '3' })
  })

  it.each([
    [undefined, undefined, { parentBased: true, share: 1 }],
    ['always_off', undefined, { parentBased: false, share: 0 }],
    ['traceidratio', '0.25', { parentBased: false, share: 0.25 }],
    ['parentbased_traceidratio', '.5', { parentBased: true, share: 0.5 }],
  ])('samples by %s %s', (sampler, arg, read) => {
    expect(readTracing({ ...endpoint, OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: arg })?.sampler).toEqual(read)
  })

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/protobuf'],
    ['OTEL_TRACES_EXPORTER', 'jaeger'],
    ['OTEL_TRACES_SAMPLER', 'xray'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.1'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', 'soon'],
  ])('stops the start at %s=%s, and says so', (name, value) => {
    expect(() => readTracing({ ...endpoint, [name]: value })).toThrow(name)
  })

  it('never shows headers that it cannot read', () => {
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'a secret' }
    expect(() => readTracing({ ...endpoint, ...headers })).toThrow(/^(?!.*a secret).*OTEL_EXPORTER_OTLP_HEADERS/)
  })
})
