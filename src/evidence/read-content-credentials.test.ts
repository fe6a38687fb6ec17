import { DataHashAssertion } from '@trustnxt/c2pa-ts/manifest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharp } from '../pixels/sharp.ts'
import { boundedText, MAX_TEXT } from './bounded-text.ts'
import { findEmbeddedManifest, type SignedFormat } from './embedded-manifest.ts'
import { type SigningTerms, signPicture } from './test-credentials.ts'
import { noise, TestEvidence } from './test-evidence.ts'

const byApi: SigningTerms = {
  claimGenerator: 'OpenAI-API c2pa-rs/0.36.1',
  softwareAgent: 'gpt-image',
  signer: { commonName: 'Test API', organisation: 'Tests of OpenAI' },
}

let evidence: TestEvidence
beforeAll(async () => {
  evidence = await TestEvidence.open()
})
afterAll(() => evidence[Symbol.asyncDispose]())

const signed = async (format: SignedFormat, terms = byApi) => signPicture(await noise(format), terms)

/** The bytes with one bit turned. */
function turned(bytes: Buffer, place: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[place]! ^= 1
  return copy
}

describe.each(['png', 'jpeg', 'webp'] as const)('content credentials of a %s', (format) => {
  it('are intact as signed, with everything the claim says', async () => {
    const found = await evidence.read(await signed(format))
    expect(found).toMatchObject({
      present: true,
      valid: 'intact',
      problems: [],
      claim_generator: 'OpenAI-API c2pa-rs/0.36.1',
      claim_generator_info: [{ name: 'OpenAI-API c2pa-rs/0.36.1', version: null }],
      software_agents: ['gpt-image'],
      signer: { common_name: 'Test API', organisation: 'Tests of OpenAI', issuer: 'Test Authority' },
      actions: [
        { action: 'c2pa.created', digital_source_type: 'trainedAlgorithmicMedia', software_agent: { name: 'gpt-image', version: null } },
      ],
      made_at: null,
      alg: 'ES256',
      trust: 'no_trust_list',
    })
    expect(Date.parse(found.signer!.not_before!)).toBeLessThan(Date.parse(found.signer!.not_after!))
  })

  it('are absent from a picture that was never signed, and from one that was re-encoded', async () => {
    const absent = { present: false, valid: 'unchecked', problems: [], claim_generator: null, signer: null, actions: [] }
    expect(await evidence.read(await noise(format))).toMatchObject(absent)
    const reencoded = await sharp(await signed(format))
      .toFormat(format)
      .toBuffer()
    expect(await evidence.read(reencoded)).toMatchObject(absent)
  })

  it('are broken when one bit of the pixels was turned', async () => {
    const bytes = await signed(format)
    const { place } = findEmbeddedManifest(bytes, format)!
    const inPixels = format === 'webp' ? place.start - 20 : bytes.length - 20
    expect(await evidence.read(turned(bytes, inPixels))).toMatchObject({ valid: 'broken', problems: ['assertion.dataHash.mismatch'] })
  })

  it('are broken when the claim was rewritten', async () => {
    const bytes = await signed(format, { ...byApi, claimGenerator: 'ChatGPT c2pa-rs/0.36.1' })
    for (let at = bytes.indexOf('ChatGPT'); at >= 0; at = bytes.indexOf('ChatGPT', at)) bytes.write('OpenAI1', at, 'latin1')
    const found = await evidence.read(bytes)
    expect(found).toMatchObject({ valid: 'broken', claim_generator: 'OpenAI1 c2pa-rs/0.36.1' })
    expect(found.problems).toContain('claimSignature.mismatch')
  })

  it('are broken when an assertion was rewritten under a claim that was not', async () => {
    const bytes = await signed(format)
    bytes.write('gpt-other', bytes.lastIndexOf('gpt-image'), 'latin1')
    expect(await evidence.read(bytes)).toMatchObject({ valid: 'broken', problems: ['assertion.hashedURI.mismatch'] })
  })

  it('are broken when the manifest was moved to another picture', async () => {
    const bytes = await signed(format)
    const { place } = findEmbeddedManifest(bytes, format)!
    const other = await sharp(await noise(format))
      .negate()
      .toFormat(format)
      .toBuffer()
    const theirs = await signPicture(other, byApi)
    const { place: theirPlace } = findEmbeddedManifest(theirs, format)!
    const moved = Buffer.concat([
      theirs.subarray(0, theirPlace.start),
      bytes.subarray(place.start, place.start + place.length),
      theirs.subarray(theirPlace.start + theirPlace.length),
    ])
    if (format === 'webp') moved.writeUInt32LE(moved.length - 8, 4)
    const found = await evidence.read(moved)
    expect(found).toMatchObject({ valid: 'broken', claim_generator: byApi.claimGenerator })
    expect(found.problems).toContain('assertion.dataHash.mismatch')
  })

  it('are broken when garbage stands in their place', async () => {
    const bytes = await signed(format)
    const store = bytes.indexOf('jumb')
    // What a JPEG's segment begins with is what makes it a manifest at all.
    bytes.fill(0xa5, format === 'jpeg' ? store + 40 : store, store + 3000)
    const found = await evidence.read(bytes)
    expect(found).toMatchObject({ present: true, valid: 'broken', claim_generator: null, signer: null })
  })

  it('are broken in a file that was cut off', async () => {
    const bytes = await signed(format)
    const found = await evidence.read(bytes.subarray(0, bytes.length - 5))
    expect(found).toMatchObject({ present: true, valid: 'broken', problems: ['file_incomplete'] })
  })
})

describe('a manifest', () => {
  it('is read in the second layout of claims too, which names its generator in a map', async () => {
    const found = await evidence.read(await signed('png', { ...byApi, claimVersion: 2 }))
    expect(found).toMatchObject({ valid: 'intact', claim_generator: 'OpenAI-API c2pa-rs/0.36.1', software_agents: ['gpt-image'] })
  })

  it('is read from several segments of a JPEG', async () => {
    const bytes = await signed('jpeg', { ...byApi, paddingBytes: 150_000 })
    expect(findEmbeddedManifest(bytes, 'jpeg')!.store.length).toBeGreaterThan(150_000)
    expect(await evidence.read(bytes)).toMatchObject({ valid: 'intact', problems: [] })
  })

  it('is intact under a certificate that has ended, which is said, and broken all the same by other pixels', async () => {
    const bytes = await signed('png', { ...byApi, signer: { ...byApi.signer!, notAfter: new Date(Date.now() - 86_400_000) } })
    expect(await evidence.read(bytes)).toMatchObject({ valid: 'intact', problems: ['signingCredential.expired'] })
    expect(await evidence.read(turned(bytes, bytes.length - 20))).toMatchObject({
      valid: 'broken',
      problems: ['signingCredential.expired', 'assertion.dataHash.mismatch'],
    })
  })

  it('is unchecked under an algorithm that cannot be verified here, and still says what it says', async () => {
    const found = await evidence.read(await signed('png', { ...byApi, algorithm: 'ES512' }))
    expect(found).toMatchObject({ valid: 'unchecked', problems: ['algorithm.unsupported'], alg: 'ES512', software_agents: ['gpt-image'] })
  })

  it('is unchecked when its hash leaves out more than the manifest', async () => {
    const bytes = await signed('png', { ...byApi, prepare: leaveBytesOut })
    expect(await evidence.read(bytes)).toMatchObject({ valid: 'unchecked', problems: ['hash_leaves_bytes_out'] })
  })

  it('is broken when it is there twice', async () => {
    const bytes = await signed('png')
    const { place } = findEmbeddedManifest(bytes, 'png')!
    const chunk = bytes.subarray(place.start, place.start + place.length)
    const twice = Buffer.concat([bytes.subarray(0, place.start), chunk, bytes.subarray(place.start)])
    expect(await evidence.read(twice)).toMatchObject({ valid: 'broken', problems: ['no_single_manifest_store'] })
  })

  it('is unchecked when boxes stand inside boxes until the child gives up, and the next picture is read', async () => {
    expect(await evidence.read(await withManifest(nestedBoxes(20_000)))).toMatchObject({ present: true, valid: 'unchecked' })
    expect(await evidence.read(await signed('png'))).toMatchObject({ valid: 'intact' })
  })

  it('is unchecked when its signature cannot be read, though all else is as it was', async () => {
    const bytes = await signed('png')
    // The certificate within the signature: a length that leads nowhere.
    bytes.writeUInt16BE(0xffff, bytes.indexOf(Buffer.from('3082', 'hex')) + 2)
    expect(await evidence.read(bytes)).toMatchObject({ valid: 'unchecked', problems: ['check_not_finished', 'signingCredential.invalid'] })
  })

  it('is unchecked above eight megabytes', async () => {
    const found = await evidence.read(await withManifest(Buffer.alloc(8 * 1024 * 1024 + 1)))
    expect(found).toMatchObject({ present: true, valid: 'unchecked', problems: ['manifest_too_large'] })
  })

  it('says nothing that is long or invisible', async () => {
    const claimGenerator = `Chat\u202eGPT\u0007${'x'.repeat(5000)}`
    const found = await evidence.read(await signed('png', { claimGenerator, softwareAgent: 'y'.repeat(5000) }))
    expect(found.claim_generator).toBe(`ChatGPT${'x'.repeat(MAX_TEXT - 7)}`)
    expect(found.software_agents).toEqual(['y'.repeat(MAX_TEXT)])
  })

  it('cannot be read from a file that is not there', async () => {
    await using closed = await TestEvidence.open()
    await closed[Symbol.asyncDispose]()
    await expect(closed.read(Buffer.alloc(0))).rejects.toThrow('ENOENT')
  })
})

describe('bounded text', () => {
  it('is null for anything but a text with something in it', () => {
    expect([7, null, undefined, {}, '', ' \u0000\u200b '].map(boundedText)).toEqual([null, null, null, null, null, null])
  })

  it('never ends in half a character', () => {
    expect(boundedText('😀'.repeat(300))).toBe('😀'.repeat(MAX_TEXT))
  })
})

/** Its hash leaves out the first bytes of the file too. */
function leaveBytesOut({ assertions }: { assertions?: { assertions: unknown[] } }): void {
  const binding = assertions!.assertions.find((assertion) => assertion instanceof DataHashAssertion)!
  const { updateWithAsset } = binding
  binding.updateWithAsset = (asset) => {
    const place = asset.getHashExclusionRange()
    const wider = { start: 0, length: place.start + place.length }
    return updateWithAsset.call(binding, Object.assign(Object.create(asset), { getHashExclusionRange: () => wider }))
  }
}

/** A PNG with these bytes as its manifest. */
async function withManifest(store: Buffer): Promise<Buffer> {
  const picture = await noise('png')
  const afterHeader = 33
  const chunk = Buffer.alloc(12 + store.length)
  chunk.writeUInt32BE(store.length, 0)
  chunk.write('caBX', 4, 'latin1')
  store.copy(chunk, 8)
  return Buffer.concat([picture.subarray(0, afterHeader), chunk, picture.subarray(afterHeader)])
}

function nestedBoxes(depth: number): Buffer {
  const description = Buffer.concat([Buffer.from([0, 0, 0, 25]), Buffer.from('jumd'), Buffer.alloc(17)])
  const store = Buffer.alloc(depth * (8 + description.length))
  for (let level = 0, at = 0; level < depth; level++, at += 8 + description.length) {
    store.writeUInt32BE(store.length - at, at)
    store.write('jumb', at + 4, 'latin1')
    description.copy(store, at + 8)
  }
  return store
}
