import { afterEach, describe, expect, it } from 'vitest'
import { createMetrics, type Metrics } from './create-metrics.ts'

const made: Metrics[] = []

function metrics(): Metrics {
  const one = createMetrics({ version: '1.2.3' })
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
    one.upstreamCall({ routeOwner: 'openai', outcome: 'ok', cause: null, seconds: 19, firstByteSeconds: 18 })
    one.upstreamCall({ routeOwner: 'openai', outcome: 'lost', cause: 'timeout', seconds: 270, firstByteSeconds: null })
    const text = await one.render()
    expect(text).toContain('darkroom_generation_seconds_count{operation="generate",surface="images",outcome="completed"} 1')
    expect(text).toContain('darkroom_upstream_call_seconds_count{route_owner="openai",outcome="lost"} 1')
    expect(text).toContain('darkroom_upstream_failures_total{route_owner="openai",outcome="lost",cause="timeout"} 1')
    expect(text).not.toContain('darkroom_upstream_failures_total{route_owner="openai",outcome="ok"')
    expect(text).toContain('darkroom_upstream_first_byte_seconds_count{route_owner="openai"} 1')
  })

  it('add money up per owner and keep play money in a book of its own', async () => {
    const one = metrics()
    for (const nanos of [5_920_000n, 80_000n]) one.settled({ routeOwner: 'openai', book: 'provider', nanos })
    one.settled({ routeOwner: 'darkroom', book: 'sandbox', nanos: 1n })
    one.heldUnknown({ routeOwner: 'openai', book: 'provider', nanos: 211_000_000n })
    const text = await one.render()
    expect(text).toContain('darkroom_cost_dollars_total{route_owner="openai",book="provider"} 0.006')
    expect(text).toContain('darkroom_cost_dollars_total{route_owner="darkroom",book="sandbox"} 1e-9')
    expect(text).toContain('darkroom_held_unknown_dollars_total{route_owner="openai",book="provider"} 0.211')
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

  it('show the one state that each route is in', async () => {
    const one = metrics()
    one.routesNow([{ routeId: 'openai', state: 'open', callsUnderWay: 3 }])
    one.routeChanged({ routeId: 'openai', state: 'open' })
    one.routesNow([{ routeId: 'openai', state: 'half_open', callsUnderWay: 1 }])
    const text = await one.render()
    expect(text).toContain('darkroom_route_state{route="openai",state="open"} 0')
    expect(text).toContain('darkroom_route_state{route="openai",state="half_open"} 1')
    expect(text).toContain('darkroom_route_available{route="openai"} 0.5')
    expect(text).toContain('darkroom_route_calls_under_way{route="openai"} 1')
    expect(text).toContain('darkroom_route_state_changes_total{route="openai",state="open"} 1')
  })

  it('say that nothing waits where nothing does, and what waits no more is gone', async () => {
    const one = metrics()
    one.jobsWaiting([{ lane: 'economy', count: 7, oldestSeconds: 61 }])
    expect(await one.render()).toContain('darkroom_job_oldest_wait_seconds{lane="economy"} 61')
    one.jobsWaiting([])
    const text = await one.render()
    expect(text).toContain('darkroom_jobs_waiting{lane="standard"} 0')
    expect(text).toContain('darkroom_jobs_waiting{lane="economy"} 0')
  })

  it('follow what the database counts itself, and what it has not answered yet', async () => {
    const one = metrics()
    const answered = one.databaseAsked('write')
    one.databaseNow({ commits: 3, transactions: 40, connections: { open: 10, idle: 4 } })
    one.databaseNow({ commits: 5, transactions: 44, connections: { open: 10, idle: 4 } })
    expect(await one.render()).toContain('darkroom_database_requests_waiting{kind="write"} 1')
    answered()
    const text = await one.render()
    expect(text).toContain('darkroom_database_requests_waiting{kind="write"} 0')
    expect(text).toContain('darkroom_database_seconds_count{kind="write"} 1')
    expect(text).toContain('darkroom_database_commits_total 5')
    expect(text).toContain('darkroom_database_transactions_total 44')
    expect(text).toContain('darkroom_database_connections{state="busy"} 6')
  })

  it('of two gateways in one process do not count together', async () => {
    const [one, other] = [metrics(), metrics()]
    one.relayed(7)
    expect(await other.render()).toContain('darkroom_relay_bytes_total 0')
  })
})
