import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKey } from '../support/admin-calls.ts'
import { postGeneration, readRecord, seeReply, smallCall } from '../support/generation-calls.ts'
import { approve, pictureOf, reviewOf } from '../support/review-calls.ts'
import { fetchWith } from '../support/two-tenants.ts'
import { openStudio, phone, type StudioStage } from './studio-stage.ts'

let stage: StudioStage

beforeAll(async () => {
  stage = await openStudio()
})
afterAll(() => stage?.[Symbol.asyncDispose]())

async function picture(prompt: string) {
  const seen = await seeReply(postGeneration(stage.gateway, { prompt }))
  return readRecord(stage.gateway, seen.generationId!)
}
const isLoaded = '[...document.querySelectorAll("[role=grid] img")].every((image) => image.complete && image.naturalWidth > 0)'

describe('the Library screen', () => {
  it('finds a picture by a word of its prompt, shows its record and its lineage, and deletes it after a question', async () => {
    await picture('a lighthouse at dusk')
    const fox = await picture('a red fox in the snow')
    const image = fox.images[0]!.id
    const edit = JSON.stringify({ ...smallCall, prompt: 'with a hat', images: [{ file_id: image }] })
    const init = { method: 'POST', body: edit, headers: { 'content-type': 'application/json' } }
    await seeReply(stage.gateway.fetch('/v1/images/edits', init))

    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/library')
    const cells = page.getByRole('gridcell')
    await cells.nth(2).waitFor()
    await expect.poll(() => page.evaluate(isLoaded), { timeout: 20_000 }).toBe(true)
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.getByLabel('Words of the prompt').fill('FOX snow')
    await page.keyboard.press('Enter')
    await cells.nth(1).waitFor({ state: 'detached' })
    expect(new URL(page.url()).searchParams.get('q')).toBe('FOX snow')
    await cells.getByRole('link').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(fox.images[0]!.sha256).waitFor()
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H2')
    expect(new URL(page.url()).pathname).toBe(`/library/${fox.id}`)
    expect(await visit.accessibilityFaults()).toEqual([])
    await dialog.getByLabel('Your name').fill('Ada')
    await dialog.getByRole('button', { name: 'Publish' }).click()
    await dialog.getByText('It is not approved yet').waitFor()
    expect(visit.faults.splice(0)).toEqual([expect.stringContaining('409')])
    await dialog.getByRole('tab', { name: 'Lineage' }).click()
    await dialog.getByRole('link', { name: 'Picture 1 made from it' }).waitFor()
    await dialog.getByRole('tab', { name: 'Whole record' }).click()
    await dialog.getByText('route_contract').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    await dialog.getByRole('button', { name: 'Show as JSON' }).click()
    expect(JSON.parse((await dialog.locator('pre').textContent())!)).toMatchObject({ id: fox.id })
    await page.reload()
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('does not come back').waitFor()
    await page.getByRole('button', { name: 'Delete for ever' }).click()
    await page.getByText('No picture is like that.').waitFor()
    expect((await stage.gateway.fetch(`/v2/images/${image}`)).status).toBe(410)
    await visit.open(`/library/${image}`)
    await page.getByText('The picture was deleted.').waitFor()
  })

  it('gives an approved picture a public address, and takes it back with a reason', async () => {
    const { gateway } = stage
    const made = await pictureOf(gateway, { prompt: 'a harbour' }, { 'x-darkroom-review': 'required' })
    const [image] = made.images
    const decider = await makeKey(gateway, made.project_id)
    const review = (await reviewOf(gateway, image!.id))!
    expect((await approve({ ...gateway, key: decider.key, fetch: fetchWith(gateway, decider.key) }, review)).status).toBe(200)
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open(`/library/${made.id}`)
    await page.getByLabel('Your name').fill('Ada')
    await page.getByRole('button', { name: 'Publish' }).click()
    const address = (await page.getByRole('link', { name: 'Its public address' }).getAttribute('href'))!
    expect((await fetch(address)).status).toBe(200)
    await page.getByRole('button', { name: 'Take it back' }).click()
    await page.getByRole('button', { name: 'Leave it public' }).click()
    await page.getByRole('button', { name: 'Take it back' }).click()
    await page.getByLabel('Why').fill('the campaign is over')
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.getByRole('dialog').last().getByRole('button', { name: 'Take it back' }).click()
    await page.getByRole('button', { name: 'Publish' }).waitFor()
    expect((await fetch(address)).status).toBe(410)
  })

  it('is walked through by arrows on a phone, and gives the focus back', async () => {
    await using visit = await stage.visit({ viewport: phone, hasTouch: true, locale: 'zh-CN', as: 'key' })
    const { page } = visit
    await visit.open('/library')
    await page.getByRole('gridcell').nth(1).waitFor()
    await page.getByRole('gridcell').first().getByRole('link').focus()
    await page.keyboard.press('ArrowRight')
    const second = await page.evaluate('document.activeElement.dataset.place')
    expect(second).toBe('1')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => page.evaluate('document.activeElement.dataset.place'), { timeout: 5000 }).toBe('1')
  })
})
