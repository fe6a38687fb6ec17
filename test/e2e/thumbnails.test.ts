import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LineageReply } from '../../src/contract/lineage-replies.ts'
import { postGeneration, readRecord, seeReply } from '../support/generation-calls.ts'
import { decodePicture } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { rehash, tidy, untidiness } from './data-folder-state.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

async function picture() {
  const seen = await seeReply(postGeneration(gateway, { prompt: 'a fox in the snow' }))
  return (await readRecord(gateway, seen.generationId!)).images[0]!
}
const filesOf = async () => (await rehash(gateway.dataFolder)).files

describe('a small version of a picture', () => {
  it('is made once, kept by browsers as it is, and goes with the picture', async () => {
    const { id } = await picture()
    const before = await filesOf()
    const path = `/v2/images/${id}/thumbnail?width=200`
    const answers = await Promise.all([gateway.fetch(path), gateway.fetch(path)])
    for (const answer of answers) {
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp'])
      expect(answer.headers.get('cache-control')).toMatch(/^private, max-age=\d+, immutable$/)
      expect(answer.headers.get('vary')).toContain('cookie')
      expect(await decodePicture(Buffer.from(await answer.arrayBuffer()))).toMatchObject({ width: 320, height: 200 })
    }
    expect(await filesOf()).toBe(before + 1)
    const etag = answers[0]!.headers.get('etag')!
    expect((await gateway.fetch(path, { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect((await gateway.fetch(`/v2/images/${id}/thumbnail?width=641`)).status).toBe(400)

    await gateway.fetch(`/v2/images/${id}`, { method: 'DELETE' })
    expect((await gateway.fetch(path)).status).toBe(410)
    await gateway.gateway.parts.retentionRounds.run()
    expect(await filesOf()).toBe(before - 1)
    expect(await untidiness(gateway)).toEqual(tidy)
  })
})

describe('the lineage of a picture', () => {
  const lineage = async (id: string) => (await (await gateway.fetch(`/v2/images/${id}/lineage`)).json()) as LineageReply

  it('leads from an edit to what it was made from, by id and by bytes, and back', async () => {
    const source = await picture()
    const bytes = await (await gateway.fetch(`/v2/images/${source.id}`)).arrayBuffer()
    const edit = { model: 'gpt-image-2', prompt: 'a lamp', size: '1024x640', quality: 'low' }
    const named = JSON.stringify({ ...edit, images: [{ file_id: source.id }] })
    const form = new FormData()
    for (const [name, value] of Object.entries(edit)) form.append(name, value)
    form.append('image', new Blob([bytes], { type: 'image/png' }), 'fox.png')
    const answers = [
      await seeReply(gateway.fetch('/v1/images/edits', { method: 'POST', body: named, headers: { 'content-type': 'application/json' } })),
      await seeReply(gateway.fetch('/v1/images/edits', { method: 'POST', body: form })),
    ]
    const edits = await Promise.all(answers.map(({ generationId }) => readRecord(gateway, generationId!)))
    for (const { images } of edits) {
      const { made_from, taken_up_by } = await lineage(images[0]!.id)
      expect(made_from).toMatchObject([{ role: 'image', sha256: source.sha256, image: { id: source.id } }])
      expect(taken_up_by).toEqual([])
    }
    const { made_from, taken_up_by } = await lineage(source.id)
    expect(made_from).toEqual([])
    expect(taken_up_by.map(({ images }) => images)).toEqual(edits.toReversed().map(({ images }) => [images[0]!.id]))
  })
})
