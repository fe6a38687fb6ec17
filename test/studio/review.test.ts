import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReviewReply } from '../../src/contract/record.ts'
import { editRoom } from '../support/edit-calls.ts'
import { pictureOf, reviewOf } from '../support/review-calls.ts'
import { openStudio, phone, type StudioStage, type Visit } from './studio-stage.ts'

let stage: StudioStage
let shown: ReviewReply
let plain: ReviewReply
let edited: ReviewReply

beforeAll(async () => {
  stage = await openStudio()
  const { gateway } = stage
  const queued = { 'x-darkroom-review': 'required' }
  const texts = { texts: [{ text: '新茶入荷', lang: 'ja' }], review: 'required' }
  // In this order: the queue has the longest waiting first.
  const reviewed = async (imageId: string) => (await reviewOf(gateway, imageId))!
  const { images } = await pictureOf(gateway, { prompt: 'A tea poster: 新茶入荷', darkroom: texts })
  shown = await reviewed(images[0]!.id)
  plain = await reviewed((await pictureOf(gateway, {}, queued)).images[0]!.id)
  const { record } = await editRoom(gateway, { headers: queued })
  await gateway.gateway.parts.reviewRounds.run()
  edited = await reviewed(record!.images[0]!.id)
})
afterAll(() => stage?.[Symbol.asyncDispose]())

const reviewNow = async ({ id }: ReviewReply) => (await (await stage.gateway.fetch(`/v2/reviews/${id}`)).json()) as ReviewReply
/** Types into the dialog that is open, by keyboard alone: the field is found by its label, as a screen reader finds it. */
async function say({ page }: Visit, label: string, text: string) {
  await page.getByRole('dialog').getByLabel(label, { exact: true }).focus()
  await page.keyboard.type(text)
}

describe('the review screen', () => {
  it('by keyboard: a text is approved once it was read at full size and not before, then gets an address that opens until it is ended', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/review')
    await page.getByLabel('Your name').fill('Ann')
    await page.getByLabel('Your name').blur()
    await page.getByText('Read it at full size, all of it').first().waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.keyboard.press('a')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.keyboard.press('f')
    await page.getByText(/^\d+% of it was in sight/).waitFor()
    // It is larger than its window: every corner must have been in sight.
    const pane = page.getByRole('region', { name: 'The picture at full size' })
    // How far a key scrolls depends on how fast the page is drawn.
    const lookAround = async () => {
      for (const key of ['Home', ...Array(4).fill('ArrowRight'), 'End', ...Array(4).fill('ArrowLeft')]) await pane.press(key, { delay: 80 })
      return page.getByText('All of it was in sight.').isVisible()
    }
    await expect.poll(lookAround, { timeout: 30_000 }).toBe(true)
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('a')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Approve' }).press('Enter')
    await dialog.getByText('An approval answers every question').waitFor()
    for (const group of await dialog.getByRole('group').all()) await group.getByRole('radio', { name: 'Yes' }).press('Space')
    await say(visit, 'Why', 'each character is right')
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Publish' }).press('Enter')
    const address = (await page.getByRole('link', { name: /\/p\/pub_/ }).getAttribute('href'))!
    expect((await fetch(address)).status).toBe(200)
    const { decisions } = await reviewNow(shown)
    expect(decisions).toMatchObject([{ decision: 'approved', by: { name: 'Ann' }, why: 'each character is right' }])
    expect(decisions[0]!.full_size_read_at).not.toBeNull()
    await page.getByRole('button', { name: 'Unpublish' }).press('Enter')
    await say(visit, 'Why', 'the campaign is over')
    await page.keyboard.press('Enter')
    await page.getByText(/Not public since .*the campaign is over/).waitFor()
    expect((await fetch(address)).status).toBe(410)
    expect(await visit.accessibilityFaults()).toEqual([])
  })

  it('by keyboard: one is rejected, of the next a change is asked for that leads to the next picture', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/review')
    await page.getByLabel('Your name').fill('Ann')
    await page.getByLabel('Your name').blur()
    await page.getByRole('heading', { name: 'Asked for by its call' }).waitFor()
    // Turned off, they do nothing: WCAG 2.1.4.
    await page.getByText('Keyboard shortcuts').press('Enter')
    await page.getByLabel('Single keys work').press('Space')
    await page.keyboard.press('r')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.getByLabel('Single keys work').press('Space')
    await page.keyboard.press('r')
    await say(visit, 'Why', 'six fingers')
    await page.keyboard.press('Enter')
    await page.getByText('six fingers').waitFor()
    expect((await reviewNow(plain)).state).toBe('rejected')
    await page.locator(`img[src*="${plain.image.id}/thumbnail"]`).waitFor({ state: 'detached' })
    await page.keyboard.press('j')
    await page.waitForURL(`**review=${edited.id}`)
    await page.getByRole('heading', { name: 'What was compared' }).waitFor()
    await page.keyboard.press('c')
    await say(visit, 'The one thing to change', 'turn the lamp on')
    await say(visit, 'Why', 'too dark')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Open the next edit' }).waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    const { change, state } = await reviewNow(edited)
    expect(state).toBe('changes_requested')
    await page.getByRole('link', { name: 'Open the next edit' }).press('Enter')
    await page.waitForURL(/\/edit\?image=img_/)
    const next = (await (await stage.gateway.fetch(`/v2/generations/${change!.generation_id}`)).json()) as { images: { id: string }[] }
    expect(page.url()).toContain(next.images[0]!.id)
  })

  it('on a phone, to whoever asked for the picture: says in their language why they cannot approve it', async () => {
    const { images } = await pictureOf(stage.gateway, {}, { 'x-darkroom-review': 'required' })
    for (const [locale, why, approve] of [
      ['en-US', 'somebody else must approve it', 'Approve'],
      ['ja-JP', '承認は別の人が行います', '承認'],
      ['zh-CN', '须由他人批准', '批准'],
    ] as const) {
      await using visit = await stage.visit({ as: 'key', viewport: phone, locale, colorScheme: 'dark' })
      await visit.open(`/review?image=${images[0]!.id}`)
      await visit.page.getByText(why).first().waitFor()
      await visit.page.getByRole('button', { name: approve, exact: true }).click({ force: true })
      expect(await visit.page.getByRole('dialog').count()).toBe(0)
      expect(await visit.page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width)
      expect(await visit.accessibilityFaults()).toEqual([])
    }
  })
})
