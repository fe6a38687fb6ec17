import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findEmbeddedManifest, type SignedFormat } from './embedded-manifest.ts'
import type { ContentCredentials } from './index.ts'
import { signPicture } from './test-credentials.ts'
import { noise, TestEvidence } from './test-evidence.ts'

/** A signed picture, and how it reads. */
interface Sample {
  bytes: Buffer
  format: SignedFormat
  honest: ContentCredentials
}

let evidence: TestEvidence
const samples: Sample[] = []

beforeAll(async () => {
  evidence = await TestEvidence.open()
  for (const format of ['png', 'jpeg', 'webp'] as const) {
    const bytes = await signPicture(await noise(format), { claimGenerator: 'OpenAI-API c2pa-rs/0.36.1', softwareAgent: 'gpt-image' })
    samples.push({ bytes, format, honest: await evidence.read(bytes) })
  }
})
afterAll(() => evidence[Symbol.asyncDispose]())

const share = () => fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const damage = fc.record({
  sample: fc.nat({ max: 2 }),
  writes: fc.array(fc.record({ at: share(), bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }), { minLength: 1, maxLength: 6 }),
})

/** What the signature covers. */
const signedFacts = ({ claim_generator, claim_generator_info, software_agents, actions, signer, alg }: ContentCredentials) => ({
  claim_generator,
  claim_generator_info,
  software_agents,
  actions,
  signer,
  alg,
})

describe('a damaged file', () => {
  it('is answered whatever bytes its manifest holds, and what is intact says what was signed', async () => {
    await fc.assert(
      fc.asyncProperty(damage, async ({ sample, writes }) => {
        const { bytes, format, honest } = samples[sample]!
        const copy = Buffer.from(bytes)
        const { store, place } = findEmbeddedManifest(bytes, format)!
        // Where the manifest's words are; behind them is padding.
        const span = Math.min(store.length, 4000)
        for (const { at, bytes: written } of writes) copy.set(written, place.start + Math.floor(at * span))
        const found = await evidence.read(copy)
        if (found.valid === 'intact') expect(signedFacts(found)).toEqual(signedFacts(honest))
        expect(JSON.stringify(found).length).toBeLessThan(20_000)
      }),
      { numRuns: 200 },
    )
  })

  it('is never intact when a byte outside of its manifest is another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 2 }), share(), fc.integer({ min: 1, max: 255 }), async (sample, at, flip) => {
        const { bytes, format } = samples[sample]!
        const { place } = findEmbeddedManifest(bytes, format)!
        const outside = Math.floor(at * (bytes.length - place.length))
        const copy = Buffer.from(bytes)
        copy[outside < place.start ? outside : outside + place.length]! ^= flip
        expect((await evidence.read(copy)).valid).not.toBe('intact')
      }),
      { numRuns: 100 },
    )
  })
})
