import { postGeneration, promptWith, seeReply } from './generation-calls.ts'
import { readMetrics, type ToldMetric } from './metrics-text.ts'
import type { TestGateway } from './test-gateway.ts'

/** What a gateway says at `/metrics` once it has made a picture and had one refused. */
export async function toldMetrics(gateway: TestGateway): Promise<Map<string, ToldMetric>> {
  await seeReply(postGeneration(gateway))
  await seeReply(postGeneration(gateway, { prompt: promptWith('status=400') }))
  // What is told of a call is told when its reply has left.
  await gateway.gateway.parts.running.endedWithin(10_000)
  const answer = await fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${gateway.adminToken}` } })
  return readMetrics(await answer.text())
}
