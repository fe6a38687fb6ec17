import { afterEach, describe, expect, it } from 'vitest'
import { createMetrics, type Metrics } from './create-metrics.ts'

const made: Metrics[] = []

function metrics(): Metrics {
  const one = createMetrics()
  made.push(one)
  return one
}

afterEach(() => {
  for (const one of made.splice(0)) one.close()
})

describe('the metrics', () => {
  it('count replies by route, method and status', async () => {
    const one = metrics()
    one.httpReply({ route: '/v1/images/generations', method: 'POST', status: 200, seconds: 31 })
    one.httpReply({ route: '/v1/images/generations', method: 'POST', status: 200, seconds: 1 })
    const text = await one.render()
    expect(text).toContain('darkroom_http_reply_seconds_count{route="/v1/images/generations",method="POST",status="200"} 2')
    expect(text).toContain('darkroom_http_reply_seconds_bucket{le="2",route="/v1/images/generations",method="POST",status="200"} 1')
    expect(one.contentType).toMatch(/^text\/plain; version=0\.0\.4/)
  })

  it('count generations by outcome and upstream calls by owner and outcome class', async () => {
    const one = metrics()
    one.generationEnded({ operation: 'generate', surface: 'images', outcome: 'completed', seconds: 20 })
    one.upstreamCall({ routeOwner: 'openai', outcome: 'ok', seconds: 19, firstByteSeconds: 18 })
    one.upstreamCall({ routeOwner: 'openai', outcome: 'lost', seconds: 270, firstByteSeconds: null })
    const text = await one.render()
    expect(text).toContain('darkroom_generation_seconds_count{operation="generate",surface="images",outcome="completed"} 1')
    expect(text).toContain('darkroom_upstream_call_seconds_count{route_owner="openai",outcome="lost"} 1')
    expect(text).toContain('darkroom_upstream_first_byte_seconds_count{route_owner="openai"} 1')
  })

  it('add money up per owner and keep play money in a book of its own', async () => {
    const one = metrics()
    for (const nanos of [5_920_000n, 80_000n]) one.settled({ routeOwner: 'openai', book: 'provider', nanos })
    one.settled({ routeOwner: 'darkroom', book: 'sandbox', nanos: 1n })
    one.heldUnknown({ routeOwner: 'openai', book: 'provider', nanos: 211_000_000n })
    const text = await one.render()
    expect(text).toContain('darkroom_settled_nanos_total{route_owner="openai",book="provider"} 6000000')
    expect(text).toContain('darkroom_settled_nanos_total{route_owner="darkroom",book="sandbox"} 1')
    expect(text).toContain('darkroom_held_unknown_nanos_total{route_owner="openai",book="provider"} 211000000')
  })

  it('count relayed bytes, show event-loop lag and memory', async () => {
    const one = metrics()
    one.relayed(4_194_304)
    one.relayed(1)
    const text = await one.render()
    expect(text).toContain('darkroom_relay_bytes_total 4194305')
    expect(text).toMatch(/darkroom_event_loop_lag_seconds\{quantile="0\.99"\} \d/)
    expect(Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(1_000_000)
  })

  it('of two gateways in one process do not count together', async () => {
    const [one, other] = [metrics(), metrics()]
    one.relayed(7)
    expect(await other.render()).toContain('darkroom_relay_bytes_total 0')
  })
})
