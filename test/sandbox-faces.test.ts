import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { credentialSignals } from '../src/evidence/index.ts'
import { TestEvidence } from '../src/evidence/test-evidence.ts'
import { type Sandbox, startSandbox } from '../src/sandbox/index.ts'

let sandbox: Sandbox
let evidence: TestEvidence
beforeAll(async () => {
  sandbox = await startSandbox({ latencyMs: 0 })
  evidence = await TestEvidence.open()
})
afterAll(async () => {
  await sandbox.close()
  await evidence[Symbol.asyncDispose]()
})

async function pictureOn(face: string, change: Record<string, unknown> = {}, on = sandbox): Promise<Buffer> {
  const response = await fetch(`${on.url}/faces/${face}/v1/images/generations`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-any', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-image-2', prompt: 'a cat', size: '1024x1024', quality: 'low', ...change }),
  })
  const { data } = (await response.json()) as { data: { b64_json: string }[] }
  return Buffer.from(data[0]!.b64_json, 'base64')
}

/** What follows the issuer's name in a certificate: its dates, its subject and its public key. */
function subjectAndKeyIn(bytes: Buffer): string {
  const issuer = bytes.indexOf('Darkroom Sandbox Authority')
  expect(issuer).toBeGreaterThan(0)
  return bytes.toString('hex', issuer, issuer + 280)
}

describe('a picture of a face, read as Darkroom reads what upstreams send', () => {
  it.each([
    { output_format: 'png' },
    { output_format: 'png', background: 'transparent' },
    { output_format: 'jpeg' },
    { output_format: 'webp' },
    { output_format: 'webp', background: 'transparent', output_compression: 60 },
  ])('of %o has an intact manifest, signed by nobody but the sandbox', async (change) => {
    const found = await evidence.read(await pictureOn('honest', change))
    expect(found).toMatchObject({
      present: true,
      valid: 'intact',
      problems: [],
      claim_generator: 'OpenAI-API c2pa-rs/0.36.1',
      actions: [
        { action: 'c2pa.created', digital_source_type: 'trainedAlgorithmicMedia', software_agent: { name: 'gpt-image', version: '2.0' } },
      ],
      signer: { common_name: 'Darkroom Sandbox', organisation: 'Darkroom Sandbox', issuer: 'Darkroom Sandbox Authority' },
      alg: 'ES256',
    })
  })

  it('of gpt-image-2.5 says 2.0 as well', async () => {
    const found = await evidence.read(await pictureOn('two-five-signed-two', { model: 'gpt-image-2.5-sunburst' }))
    expect(found).toMatchObject({ valid: 'intact', actions: [{ software_agent: { name: 'gpt-image', version: '2.0' } }] })
  })

  it('of a relayed subscription speaks against an API', async () => {
    const found = await evidence.read(await pictureOn('session-relay', { output_format: 'webp' }))
    expect(found).toMatchObject({ valid: 'intact', claim_generator: 'ChatGPT c2pa-rs/0.36.1' })
    expect(credentialSignals(found)).toContainEqual(
      expect.objectContaining({ signal: 'c2pa_claim_generator', verdict: 'against', signature: 'chatgpt_claim_generator' }),
    )
  })

  it('carries the one certificate of its sandbox', async () => {
    await using another = await startSandbox({ latencyMs: 0, flat: true })
    const pictures = [
      await pictureOn('honest'),
      await pictureOn('chatgpt-signed', { prompt: 'a dog' }),
      await pictureOn('honest', {}, another),
    ]
    const [first, second, foreign] = pictures.map(subjectAndKeyIn)
    expect(second).toBe(first)
    expect(foreign).not.toBe(first)
  })

  it('that was re-encoded, or that has no face’s signature, has no manifest', async () => {
    for (const face of ['cdn-reencoding', 're-encoding', 'apiframe'])
      expect(await evidence.read(await pictureOn(face))).toMatchObject({ present: false })
  })

  it('is broken as soon as somebody turns one bit of it', async () => {
    const bytes = Buffer.from(await pictureOn('honest'))
    bytes[bytes.length - 40]! ^= 1
    expect(await evidence.read(bytes)).toMatchObject({ present: true, valid: 'broken' })
  })
})
