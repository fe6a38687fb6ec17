import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GenerationRecord } from '../../src/contract/record.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { postGeneration, promptWith, seeReply } from '../support/generation-calls.ts'
import { jobWhen, submitSmall } from '../support/job-calls.ts'
import { type ReceivedSpan, type SpanReceiver, startSpanReceiver } from '../support/span-receiver.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { startWebhookReceiver } from '../support/webhook-receiver.ts'
import { allowing, makeWebhook } from '../support/webhook-stage.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const callersSpan = 'b7ad6b7169203331'
const traceparent = `00-${traceId}-${callersSpan}-01`
const canary = 'a capybara that no span may hold'

const tracedBy = (receiver: SpanReceiver, more: Record<string, string> = {}) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=a%20key',
  OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  ...more,
})
const recordOf = async (gateway: TestGateway, id: string) =>
  (await (await gateway.fetch(`/v2/generations/${id}`)).json()) as GenerationRecord

describe('a gateway that is told where its collector is', () => {
  let collector: SpanReceiver
  let spans: ReceivedSpan[]
  let record: GenerationRecord
  let jobId: string
  const log: Record<string, unknown>[] = []
  const named = (name: string) => spans.filter((span) => span.name === name)
  const ofGeneration = (id: string) => spans.filter(({ attributes }) => attributes['darkroom.generation_id'] === id)

  beforeAll(async () => {
    collector = await startSpanReceiver()
    await using receiver = await startWebhookReceiver()
    const gateway = await startTestGateway({
      yaml: allowing([receiver]),
      environment: tracedBy(collector),
      logger: createLogger({ level: 'info', destination: { write: (line) => void log.push(JSON.parse(line)) } }),
    })
    await makeWebhook(gateway, { url: `${receiver.url}/`, events: ['job.completed'] })
    const made = await seeReply(postGeneration(gateway, { prompt: canary }, { headers: { traceparent } }))
    record = await recordOf(gateway, made.generationId!)
    await seeReply(postGeneration(gateway, { prompt: promptWith('status=400', canary) }))
    jobId = await submitSmall(gateway, { prompt: canary }, {}, { traceparent })
    await jobWhen(gateway, jobId)
    await receiver.has(1)
    await gateway.fetch('/healthz')
    await gateway.close()
    spans = collector.spans()
  })
  afterAll(() => collector[Symbol.asyncDispose]())

  it('sends spans as OTLP in JSON, with the headers it was given, and says what it is', () => {
    expect(collector.requests.length).toBeGreaterThan(0)
    for (const { path, headers } of collector.requests) {
      expect(path).toBe('/v1/traces')
      expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-collector-key': 'a key' })
    }
    expect(spans[0]!.resource).toMatchObject({ 'service.name': 'darkroom', 'deployment.environment.name': 'test' })
    expect(spans[0]!.resource['service.version']).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it('tells of a request in the trace of its caller, and of the call it made below it', () => {
    const request = spans.find(({ parentSpanId, name }) => parentSpanId === callersSpan && name === 'POST /v1/images/generations')!
    expect(request).toMatchObject({ kind: 2, traceId, failed: false })
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/v1/images/generations',
      'http.response.status_code': 200,
    })
    const [attempt] = ofGeneration(record.id)
    expect(attempt).toMatchObject({ name: 'generate_content gpt-image-2', kind: 3, traceId, parentSpanId: request.spanId, failed: false })
    expect(attempt!.beganAtMs).toBeGreaterThanOrEqual(request.beganAtMs - 1)
    expect(attempt!.endedAtMs).toBeGreaterThan(attempt!.beganAtMs)
  })

  it('says of a call what the conventions for generative AI ask, and its image tokens and cost as the record has them', () => {
    const { usage, cost, attempts } = record
    expect(ofGeneration(record.id)[0]!.attributes).toMatchObject({
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.provider.name': 'darkroom-sandbox',
      'gen_ai.output.type': 'image',
      'gen_ai.request.model': 'gpt-image-2',
      'gen_ai.usage.input_tokens': usage!.text_in + usage!.text_cached_in + usage!.image_in + usage!.image_cached_in,
      'gen_ai.usage.output_tokens': usage!.image_out + usage!.text_out,
      'darkroom.usage.image_output_tokens': usage!.image_out,
      'darkroom.usage.text_input_tokens': usage!.text_in,
      'darkroom.usage.source': usage!.source,
      'darkroom.attempt_id': attempts[0]!.id,
      'darkroom.route_id': 'sandbox',
      'darkroom.pictures': 1,
      'darkroom.cost_dollars': Number(cost.settled_nanos) / 1e9,
      'darkroom.book': 'sandbox',
      'server.address': '127.0.0.1',
      'http.response.status_code': 200,
    })
    expect(usage!.image_out).toBeGreaterThan(0)
  })

  it('marks a call that was refused as failed, and begins a trace where the caller has none', () => {
    const refused = spans.find(({ attributes }) => attributes['darkroom.outcome'] === 'rejected')!
    expect(refused.failed).toBe(true)
    expect(refused.attributes).toMatchObject({ 'error.type': 'rejected: http_400', 'http.response.status_code': 400 })
    const request = spans.find(({ spanId }) => spanId === refused.parentSpanId)!
    expect(request).toMatchObject({ name: 'POST /v1/images/generations', parentSpanId: null })
    expect(request.traceId).not.toBe(traceId)
  })

  it('tells of a job that runs later, its call and its webhook in the trace of whoever submitted it', () => {
    const [job] = named('job')
    expect(job).toMatchObject({
      kind: 5,
      traceId,
      attributes: { 'darkroom.job_id': jobId, 'darkroom.lane': 'standard', 'darkroom.starts': 1 },
    })
    expect(spans.find(({ spanId }) => spanId === job!.parentSpanId)).toMatchObject({ name: 'POST /v2/images/generate', traceId })
    expect(ofGeneration(jobId)).toMatchObject([{ traceId, parentSpanId: job!.spanId }])
    expect(named('webhook')).toMatchObject([
      {
        kind: 3,
        traceId,
        failed: false,
        attributes: { 'darkroom.event_type': 'job.completed', 'http.response.status_code': 204, 'darkroom.webhook_attempt': 1 },
      },
    ])
  })

  it('puts the trace on the record and into the log', () => {
    expect(record.trace_id).toBe(traceId)
    const lines = log.filter(({ msg }) => msg === 'generation ended')
    expect(lines).toContainEqual(expect.objectContaining({ generation_id: record.id, trace_id: traceId }))
    expect(lines.every(({ request_id }) => /^req_/.test(String(request_id)))).toBe(true)
  })

  it('says nothing of prompts, keys and addresses, and nothing of those who ask after its health', () => {
    const said = collector.requests.map(({ body }) => body).join('\n')
    for (const word of ['capybara', 'dk_', 'sk-', 'Bearer']) expect(said).not.toContain(word)
    expect(spans.map(({ name }) => name).filter((name) => /health|ready|metrics/.test(name))).toEqual([])
  })
})

describe('sampling', () => {
  it('leaves out what the caller leaves out', async () => {
    await using collector = await startSpanReceiver()
    const gateway = await startTestGateway({ environment: tracedBy(collector) })
    const made = await seeReply(postGeneration(gateway, {}, { headers: { traceparent: traceparent.replace(/01$/, '00') } }))
    const { trace_id } = await recordOf(gateway, made.generationId!)
    await gateway.close()
    expect(trace_id).toBe(traceId)
    expect(collector.spans().filter((span) => span.traceId === traceId)).toEqual([])
  })
})

describe('a collector that takes nothing', () => {
  it('costs no call, and is said once in the log', async () => {
    await using collector = await startSpanReceiver(400)
    const lines: string[] = []
    const logger = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } })
    const gateway = await startTestGateway({ environment: tracedBy(collector), logger })
    expect((await seeReply(postGeneration(gateway))).status).toBe(200)
    await gateway.close()
    expect(collector.requests.length).toBeGreaterThan(0)
    expect(lines.filter((line) => line.includes('spans could not be sent'))).toHaveLength(1)
  })
})

describe('a gateway without a collector', () => {
  it("still keeps the caller's trace with the record", async () => {
    await using gateway = await startTestGateway()
    const made = await seeReply(postGeneration(gateway, {}, { headers: { traceparent } }))
    const other = await seeReply(postGeneration(gateway, {}, { headers: { traceparent: 'a capybara' } }))
    expect((await recordOf(gateway, made.generationId!)).trace_id).toBe(traceId)
    expect((await recordOf(gateway, other.generationId!)).trace_id).toBeNull()
    expect(gateway.gateway.parts.tracing.isOn).toBe(false)
  })
})
