import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GenerationRecord } from '../../src/contract/record.ts'
import { signPicture } from '../../src/evidence/test-credentials.ts'
import { scene } from '../support/edit-pictures.ts'
import { postGeneration, readRecord, seeReply } from '../support/generation-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

/** An upstream whose pictures are signed by whoever the prompt names. */
let upstream: Server
let gateway: TestGateway
const sent = new Map<string, Buffer>()

const configFile = (url: string) => `version: 1
routes:
  - { id: acme, owner: Acme, kind: provider, base_url: ${url}, price_card: acme-pictures }
price_cards:
  - { id: acme-pictures, date: 2026-11-01, owner: Acme, kind: per_call, per_call: '0.03', per: image, models: [gpt-image-2], source: test }
`

beforeAll(async () => {
  upstream = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    const { prompt } = JSON.parse(body)
    const plain = scene(1024, 640)
    const picture = prompt === 'nobody' ? plain : await signPicture(plain, { claimGenerator: prompt })
    sent.set(prompt, picture)
    response.setHeader('content-type', 'application/json').setHeader('x-request-id', 'req_1')
    response.end(JSON.stringify({ created: 1, data: [{ b64_json: picture.toString('base64') }] }))
  })
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  const { port } = upstream.address() as AddressInfo
  gateway = await startTestGateway({ yaml: configFile(`http://127.0.0.1:${port}`) })
})
afterAll(async () => {
  await gateway.close()
  await new Promise((resolve) => upstream.close(resolve))
})

/** The evidence of a picture, once its credentials are read. */
async function evidenceOf(claimGenerator: string): Promise<GenerationRecord['images'][number]> {
  const headers = { 'x-darkroom-route': 'acme' }
  const { generationId } = await seeReply(postGeneration(gateway, { prompt: claimGenerator }, { headers }))
  for (;;) {
    const [image] = (await readRecord(gateway, generationId!)).images
    if (claimGenerator === 'nobody' || image?.evidence['content_credentials'] !== undefined) return image!
    await wait(20)
  }
}

describe('content credentials of a picture', () => {
  it('are read behind the answer and stand in its record, whole and by whom they claim to be', async () => {
    const image = await evidenceOf('OpenAI-API')
    expect(image.sha256).toBe(sha256(sent.get('OpenAI-API')!))
    expect(image.evidence['content_credentials']).toMatchObject({
      present: true,
      valid: 'intact',
      claim_generator: expect.stringContaining('OpenAI-API'),
      trust: 'no_trust_list',
      signals: expect.arrayContaining([expect.objectContaining({ signal: 'c2pa_claim_generator', verdict: 'for' })]),
    })
  })

  it('speak against a route whose pictures were made in ChatGPT', async () => {
    const { evidence } = await evidenceOf('ChatGPT')
    expect(evidence['content_credentials']).toMatchObject({
      signals: expect.arrayContaining([expect.objectContaining({ verdict: 'against', signature: 'chatgpt_claim_generator' })]),
    })
  })

  it('are not made up for a picture without any', async () => {
    expect((await evidenceOf('nobody')).evidence['content_credentials']).toBeUndefined()
  })
})
