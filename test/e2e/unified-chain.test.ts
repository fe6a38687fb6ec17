import { expect, it } from 'vitest'
import { postGeneration, promptWith, seeReply, settledRecord } from '../support/generation-calls.ts'
import { decodePicture, sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const configFile = (upstream: string) => `version: 1
outbound: { allow: ['${upstream}'] }
routes:
  - { id: unified, owner: Another Gateway, kind: provider, protocol: apiframe, base_url: ${upstream}, key: { env: JOB_KEY }, price_card: pictures }
price_cards:
  - { id: pictures, date: 2026-11-01, owner: Another Gateway, kind: per_call, per_call: '0.04', per: image, models: [gpt-image-2], source: test }
`

async function draw(gateway: TestGateway, change: object) {
  const headers = { 'x-darkroom-route': 'unified' }
  const seen = await seeReply(postGeneration(gateway, { size: '1024x1024', quality: 'low', ...change }, { headers }))
  return { seen, record: await settledRecord(gateway, seen.generationId!) }
}

it('a gateway speaks to another by the unified job API: client code for that API needs another base URL and key, and nothing else', async () => {
  await using served = await startTestGateway()
  await using asking = await startTestGateway({ yaml: configFile(served.url), environment: { JOB_KEY: served.key } })
  for (const [n, sizes] of [
    [1, ['1024x1024']],
    [2, ['1024x1024', '1024x1024']],
  ] as const) {
    const { seen, record } = await draw(asking, { n, prompt: `fox ${n}` })
    const pictures = (JSON.parse(seen.text) as { data: { b64_json: string }[] }).data.map(({ b64_json }) => Buffer.from(b64_json, 'base64'))
    const decoded = await Promise.all(pictures.map(decodePicture))
    expect(decoded.map(({ width, height }) => `${width}x${height}`)).toEqual(sizes)
    expect(record).toMatchObject({
      status: 'completed',
      images: pictures.map((picture) => ({ sha256: sha256(picture), storage: 'stored' })),
    })
    const job = (await (await served.fetch(`/v2/jobs/${record.request_id}`)).json()) as { state: string; results: { sha256: string }[] }
    expect([job.state, job.results.map(({ sha256: hash }) => hash)]).toEqual(['completed', pictures.map(sha256)])
  }
  const refused = await draw(asking, { prompt: promptWith('moderation') })
  expect(refused.record).toMatchObject({ status: 'failed', images: [] })
})
