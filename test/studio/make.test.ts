import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GuardReply } from '../../src/contract/record.ts'
import { makeBudget } from '../support/admin-calls.ts'
import { promptWith } from '../support/generation-calls.ts'
import { openStudio, phone, type StudioStage, type Visit } from './studio-stage.ts'

let stage: StudioStage

beforeAll(async () => {
  stage = await openStudio()
})
afterAll(() => stage?.[Symbol.asyncDispose]())

const say = async ({ page }: Visit, prompt: string) => page.getByLabel('What is to be on the picture?').fill(prompt)
const make = ({ page }: Visit) => page.getByRole('button', { name: 'Make the picture' }).click()
const made = ({ page }: Visit) => page.getByText(/pictures? made and stored/).waitFor()
const estimate = ({ page }: Visit) => page.getByRole('region', { name: 'Estimate' })
/** The expected price, in large type. */
const price = (visit: Visit, text: RegExp) => estimate(visit).locator('strong').getByText(text).waitFor()
/** How often the sandbox was asked for a picture so far. */
const calls = () => stage.gateway.gateway.sandbox!.calls.posts()
const more = ({ page }: Visit) => page.getByText('More settings').click()

describe('somebody who makes a picture', () => {
  it('reads the price while they choose, sees previews come with theirs, and then everything about the picture', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/make')
    await price(visit, /\$0\.005915/)
    await say(visit, promptWith('trickle=4000', 'A fox at dusk'))
    await page.getByRole('radio', { name: /^medium/ }).check()
    await price(visit, /\$0\.05/)
    await more(visit)
    await page.getByLabel('Previews on the way').selectOption('2')
    await page.getByLabel('File format').selectOption('webp')
    await estimate(visit)
      .getByText(/between/)
      .waitFor()
    await estimate(visit).locator('summary').click()
    await page.getByRole('row', { name: 'Previews 200 tokens $0.006' }).waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    await make(visit)
    await page.getByAltText('Preview 1').waitFor()
    await page.getByText(/[12] of 2 previews came, \$0\.003 each: \$0\.00[36] so far\./).waitFor()
    await made(visit)
    const picture = page.getByAltText(/A fox at dusk/)
    await expect.poll(() => page.evaluate('document.querySelector("figure img").naturalWidth')).toBe(1024)
    await page.getByText('Of that 2 previews').waitFor()
    await page.getByRole('row', { name: 'Format webp webp' }).waitFor()
    await page.getByText('✓ token count').waitFor()
    expect(await page.getByText(/^req_/).textContent()).toMatch(/^req_\w+$/)
    await page.getByText('The same as a program').click()
    await page.getByRole('tab', { name: 'Python' }).click()
    await page.getByText('import urllib.request').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    const id = (await picture.getAttribute('src'))!.split('/').at(-1)!
    await page.getByRole('link', { name: /Edit a region/ }).click()
    expect(new URL(page.url()).search).toBe(`?image=${id}`)
    await page.goBack()
    await made(visit)
  })

  it('names words that must stand in the picture, and sees how they were read', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/make')
    await say(visit, 'A shop front at dusk, its sign says "OPEN"')
    await page.getByRole('button', { name: 'Add words' }).click()
    await page.getByLabel('Text 1', { exact: true }).fill('OPEN')
    await make(visit)
    await made(visit)
    const words = page.getByRole('region', { name: 'Do the words read as they must?' })
    await words.getByText('OPEN').first().waitFor({ timeout: 60_000 })
    expect(await visit.accessibilityFaults()).toEqual([])
    const id = (await page.locator('figure img').getAttribute('src'))!.split('/').at(-1)!
    const guard = (await (await stage.gateway.fetch(`/v2/images/${id}/guard`)).json()) as GuardReply
    expect(guard.text!.texts).toMatchObject([{ text: 'OPEN', lang: 'en' }])
  }, 90_000)

  it('types any size and gets a legal one with the reason, the ratio held where they want it', async () => {
    await using visit = await stage.visit({ viewport: phone, hasTouch: true })
    const { page } = visit
    await visit.open('/make')
    await page.getByRole('radio', { name: /Own size/ }).check()
    const [width, height] = [page.getByRole('textbox', { name: 'Width' }), page.getByRole('textbox', { name: 'Height' })]
    await width.fill('1920')
    await height.fill('1080')
    await page.getByText('1920 × 1080 cannot be made: both edges must be multiples of 16. The nearest is taken: 1920 × 1088.').waitFor()
    await height.blur()
    expect(await height.inputValue()).toBe('1088')
    await page.getByLabel('Keep the ratio').check()
    await width.fill('5000')
    await page.getByText(/5000 × 2833 cannot be made: .*no edge may be longer than 3840/).waitFor()
    await width.blur()
    const taken = [await width.inputValue(), await height.inputValue()].map(Number) as [number, number]
    expect(Math.abs(taken[0] / taken[1] - 1920 / 1088)).toBeLessThan(0.02)
    await page.getByRole('button', { name: 'Swap' }).click()
    await page.getByText(`${taken[1]} × ${taken[0]} can be made`).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width)
  })

  it('says it in parts: the gateway writes the text, keeps it, and the record names the version', async () => {
    await using visit = await stage.visit({ as: 'key' })
    const { page } = visit
    await visit.open('/make')
    await page.getByRole('radio', { name: 'In parts' }).check()
    await make(visit)
    await page.getByText('Say first what the picture is to show').waitFor()
    await page.getByLabel('What is it for?').fill('Poster of a tea fair')
    await page.getByLabel('What must be seen?').fill('A steaming cup\nTea fields')
    await page.getByRole('button', { name: 'Add words' }).click()
    await page.getByLabel('Text 1', { exact: true }).fill('新茶')
    await page.getByLabel('Language of text 1').selectOption('ja')
    await page.getByText('The text that is sent').click()
    await page.getByText('"新茶" (language: ja)').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    await make(visit)
    await made(visit)
    const { images } = (await (await stage.gateway.fetch('/v2/images?limit=1')).json()) as { images: { generation_id: string }[] }
    const record = await (await stage.gateway.fetch(`/v2/generations/${images[0]!.generation_id}`)).json()
    expect(record).toMatchObject({ request_shape: { prompt_version: expect.stringMatching(/^prm_\w+@1$/) } })
  })
})

describe('a picture that is under way', () => {
  it('is found again after a reload and after a lost connection, and made once', async () => {
    await using visit = await stage.visit()
    const { page, faults } = visit
    await visit.open('/make')
    await say(visit, promptWith('latency=1500', 'A lighthouse'))
    const before = calls()
    await make(visit)
    await expect.poll(calls).toBe(before + 1)
    await page.reload()
    await page.getByText('Looking for the picture that you had made').waitFor()
    await made(visit)
    expect(await page.getByLabel('What is to be on the picture?').inputValue()).toContain('A lighthouse')
    expect(calls()).toBe(before + 1)
    // Once more, without the network from the start: it is sent when that is back.
    await visit.context.setOffline(true)
    await make(visit)
    await page.getByText('This computer has no network now').waitFor()
    await visit.context.setOffline(false)
    await made(visit)
    expect(calls()).toBe(before + 2)
    expect(faults.splice(0).every((fault) => /ERR_INTERNET_DISCONNECTED|409/.test(fault))).toBe(true)
  })

  it('is refused by a budget with the word that nothing was charged, before and after the button', async () => {
    await using visit = await stage.visit()
    const { page, faults } = visit
    await visit.open('/make')
    await say(visit, 'A fox')
    await price(visit, /\$0\.0059/)
    const { defaultProjectId } = stage.gateway.gateway.parts.access
    await makeBudget(stage.gateway, { project_id: defaultProjectId, period: 'total', limit_usd: '0.000001', book: 'sandbox' })
    await page.getByRole('radio', { name: /^high/ }).check()
    await estimate(visit).getByText('This call would be refused. Nothing was sent or charged.').waitFor()
    await make(visit)
    const alert = page.getByRole('alert')
    await alert.getByText('No, nothing was charged.').waitFor()
    await page.getByRole('link', { name: 'Look at the budgets' }).waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    expect(faults.splice(0)).toEqual([expect.stringContaining('402')])
  })
})
