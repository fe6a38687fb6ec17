import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../primitives/json.ts'
import { Secret } from '../primitives/secret.ts'
import { DocumentUnreadable, documentKey, openSealed, sealDocument, type TurnDocument } from './index.ts'

const masterKey = () => new Secret(randomBytes(32).toString('base64'))
const key = documentKey(masterKey())

const document = (changes: Partial<TurnDocument> = {}): TurnDocument => ({
  request: { input: 'Draw the harbour at dawn', instructions: null, pictures: [] },
  response: { id: 'resp_1', output: [] },
  replayedImages: [],
  ...changes,
})
const seal = async (changes?: Partial<TurnDocument>) => (await sealDocument(key, 'gen', document(changes)))!
const reason = (sealed: string, generationId = 'gen', with_ = key) =>
  openSealed(with_, generationId, sealed).then(
    () => 'opened',
    (error) => (error instanceof DocumentUnreadable ? error.reason : error),
  )

describe('a sealed document', () => {
  it('opens to what it was, whatever was said', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.string(), async (value, id) => {
        const said = JSON.parse(JSON.stringify(document({ response: { value } as JsonObject })))
        expect(await openSealed(key, id, (await sealDocument(key, id, said))!)).toEqual(said)
      }),
      { numRuns: 50 },
    )
  })

  it('shows nothing of what was said and is another one each time', async () => {
    const [first, second] = [await seal(), await seal()]
    expect(first).toMatch(/^v1\.[\w-]{8}\.[\w-]+$/)
    expect(first).not.toBe(second)
    expect(Buffer.from(first.split('.')[2]!, 'base64url').toString('latin1')).not.toContain('harbour')
  })

  it('opens with the same master key after a restart, and with no other', async () => {
    const master = masterKey()
    const sealed = (await sealDocument(documentKey(master), 'gen', document()))!
    expect(await openSealed(documentKey(new Secret(master.reveal())), 'gen', sealed)).toEqual(document())
    expect(await reason(sealed, 'gen', documentKey(masterKey()))).toBe('wrong_key')
  })

  it('opens for its own generation only', async () => {
    expect(await reason(await seal(), 'other')).toBe('damaged')
  })

  it('is refused when any of its characters is changed or its end is missing', async () => {
    const sealed = await seal()
    const bytes = Buffer.from(sealed.split('.')[2]!, 'base64url')
    const head = sealed.slice(0, sealed.lastIndexOf('.') + 1)
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      expect(await reason(head + changed.toString('base64url'))).toBe('damaged')
    }
    for (const length of [0, 5, 28, bytes.length - 1])
      expect(await reason(head + bytes.subarray(0, length).toString('base64url'))).toBe('damaged')
  })

  it('of a form that is not known says so', async () => {
    expect(await reason('v2.x.y')).toBe('unknown_version')
    expect(await reason('v1')).toBe('damaged')
    expect(await reason('')).toBe('unknown_version')
  })

  it('is not made of more than 4 MiB', async () => {
    const input = (length: number) => ({ request: { ...document().request, input: 'x'.repeat(length) } })
    expect(await sealDocument(key, 'gen', document(input(4 * 1024 * 1024)))).toBeNull()
    const large = document(input(4 * 1024 * 1024 - 1_000))
    const sealed = (await sealDocument(key, 'gen', large))!
    expect(sealed.length).toBeLessThan(10_000)
    expect(await openSealed(key, 'gen', sealed)).toEqual(large)
  })

  it('has a key that is printed by nothing', () => {
    const master = masterKey()
    expect(`${inspect(documentKey(master))}${JSON.stringify(documentKey(master))}`).not.toContain(master.reveal())
    expect(JSON.parse(JSON.stringify(documentKey(master)))).toEqual({ key: {}, id: expect.any(String) })
  })
})
