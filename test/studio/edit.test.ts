import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { differences, maskWithHoles, scene } from '../support/edit-pictures.ts'
import { openStudio, phone, type StudioStage } from './studio-stage.ts'

const [WIDTH, HEIGHT] = [1024, 640]
const room = scene(WIDTH, HEIGHT)

let stage: StudioStage
beforeAll(async () => {
  stage = await openStudio()
})
afterAll(() => stage?.[Symbol.asyncDispose]())

const surface = (page: Page) => page.getByRole('application')
const png = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer })

/** Brings the picture to the desk. */
async function bring(page: Page, buffer = room): Promise<void> {
  await page.locator('input[type=file]').first().setInputFiles(png('room.png', buffer))
  await surface(page).waitFor()
}

/** Saves the mask as the page does. @returns alpha of each pixel, with the size of the file */
async function exportedMask(page: Page) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save the mask' }).click()])
  const { data, info } = await sharp(await download.path())
    .raw()
    .toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width: WIDTH, height: HEIGHT, channels: 4 })
  const alpha = Buffer.alloc(WIDTH * HEIGHT)
  for (let at = 0; at < alpha.length; at++) alpha[at] = data[4 * at + 3]!
  return {
    alpha,
    png: await sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 4 } })
      .png()
      .toBuffer(),
  }
}

const alphaAt = (alpha: Buffer, x: number, y: number) => alpha[y * WIDTH + x]
const openPixels = (alpha: Buffer) => alpha.filter((value) => value === 0).length

/** Draws with the mouse between two places of the surface, as shares of its extent. */
async function drag(page: Page, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  const { x, y, width, height } = (await surface(page).boundingBox())!
  await page.mouse.move(x + from[0] * width, y + from[1] * height)
  await page.mouse.down()
  await page.mouse.move(x + to[0] * width, y + to[1] * height, { steps: 5 })
  await page.mouse.up()
}

/** Makes the change that is on the desk. @returns address of the result */
async function makeChange(page: Page, prompt: string): Promise<string> {
  await page.getByLabel('What should change?').fill(prompt)
  await page.getByRole('button', { name: 'Make this change' }).click()
  return (await page.getByRole('img', { name: 'After' }).getAttribute('src'))!
}

describe('editing a region of a picture', () => {
  it('changes what was painted and no pixel outside, and says what it costs and what moved', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/edit')
    await bring(page)
    await drag(page, [0.3, 0.3], [0.6, 0.5])
    await page.getByText('of the picture may change').waitFor()
    await page.getByRole('region', { name: 'Estimate' }).getByText('$').first().waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    // A mask stays while something is noted about its picture, and nothing begins before people said what should change.
    await page.getByLabel('Rights').fill('own photograph')
    await page.getByRole('button', { name: 'Make this change' }).click()
    await page.getByText('Say what should change').waitFor()
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA')
    const { png: mask } = await exportedMask(page)

    const address = await makeChange(page, 'a vase of tulips')
    const result = Buffer.from(await (await stage.gateway.fetch(address)).arrayBuffer())
    const { outside, inside } = await differences(room, result, mask)
    expect(outside).toBe(0)
    expect(inside).toBeGreaterThan(1000)
    await page.getByText('your pixels, bit for bit').waitFor()
    const slider = page.getByRole('slider', { name: 'Compare before and after' })
    await slider.focus()
    await page.keyboard.press('ArrowLeft')
    expect(await slider.getAttribute('aria-valuetext')).toBe('49% of the width shows before')
    await page.getByRole('tab', { name: 'What else moved' }).click()
    await page.getByText('Changed outside the mask').waitFor()
    await page.getByRole('img', { name: 'Where the edit changed the picture' }).waitFor()
    await page.getByRole('tab', { name: 'Guard' }).click()
    await page.getByText('Outside the mask').first().waitFor()
    await page.getByRole('tabpanel', { name: 'Guard' }).getByText('kept').first().waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
  })

  it('goes on from any picture of a tree that grows with each change and is there after a reload', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/edit')
    await bring(page)
    await drag(page, [0.1, 0.1], [0.2, 0.1])
    await makeChange(page, 'a vase')
    const tree = page.getByRole('region', { name: 'Changes so far' })
    await page.getByRole('button', { name: 'Go on from this picture' }).click()
    await page.getByText('Nothing is marked yet').waitFor()
    await drag(page, [0.1, 0.1], [0.2, 0.1])
    await makeChange(page, 'a lamp')
    await tree.getByRole('button', { name: 'Go on from here: Beginning' }).click()
    await page.getByText('Nothing is marked yet').waitFor()
    await drag(page, [0.8, 0.8], [0.9, 0.8])
    await makeChange(page, 'a rug')
    expect(await tree.getByText(/^Change \d/).allTextContents()).toEqual(['Change 1 strict', 'Change 2 strict', 'Change 3 strict'])
    // The second was made of the first, the third of the beginning.
    expect(await tree.locator('ul ul ul').count()).toBe(1)
    await tree.getByRole('button', { name: 'Go on from here: Change 2' }).click()
    await page.waitForURL('**/edit?image=img_*')
    await page.reload()
    await tree.getByText('Change 3').waitFor()
    expect(await tree.locator('[aria-current=true]').textContent()).toContain('Change 2')
  })
})

describe('the mask editor', () => {
  it('draws by keyboard, by numbers and by lasso, takes back, does again, inverts, and saves PNGs of exactly the pixels of the picture', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/edit')
    await bring(page)
    await surface(page).focus()
    // The cursor begins in the middle.
    for (const key of ['ArrowRight', 'Shift+ArrowRight', 'Alt+ArrowDown', ' ']) await page.keyboard.press(key)
    await page.getByText('of the picture may change').waitFor()
    const dot = await exportedMask(page)
    expect(openPixels(dot.alpha)).toBeGreaterThan(1000)
    expect(alphaAt(dot.alpha, WIDTH / 2, 40)).toBe(255)

    await page.getByRole('button', { name: 'Undo' }).click()
    expect(openPixels((await exportedMask(page)).alpha)).toBe(0)
    await page.getByRole('button', { name: 'Redo' }).click()
    expect((await exportedMask(page)).alpha).toEqual(dot.alpha)
    await surface(page).focus()
    await page.keyboard.press('i')
    expect((await exportedMask(page)).alpha).toEqual(dot.alpha.map((value) => 255 - value))
    await page.keyboard.press('Control+z')

    // Rectangle by its corners, then one by numbers.
    await page.getByRole('button', { name: 'Clear' }).click()
    await surface(page).focus()
    for (const key of ['r', ' ', 'Alt+ArrowRight', 'Alt+ArrowDown', ' ']) await page.keyboard.press(key)
    expect(openPixels((await exportedMask(page)).alpha)).toBe(4)
    await page.getByText('By numbers').click()
    for (const [side, value] of Object.entries({ Left: 10, Top: 20, Width: 30, Height: 40 }))
      await page.getByLabel(side, { exact: true }).fill(String(value))
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByRole('button', { name: 'May change' }).click()
    const { alpha } = await exportedMask(page)
    expect([openPixels(alpha), alphaAt(alpha, 10, 20), alphaAt(alpha, 39, 59), alphaAt(alpha, 40, 60)]).toEqual([1200, 0, 0, 255])

    await page.getByRole('button', { name: 'Protect and measure' }).click()
    await page.getByText('from 10, 20: 30×40 px').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
  })

  it('takes a mask of the same size, refuses one of another until people say where it lies, and what is no PNG', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/edit')
    await bring(page)
    const input = page.getByLabel('Import a mask', { exact: true }).and(page.locator('input'))
    const hole = { x: 100, y: 50, width: 20, height: 10 }
    await input.setInputFiles(png('mask.png', maskWithHoles(WIDTH, HEIGHT, [hole])))
    await page.getByText('transparent pixels may change').waitFor()
    const { alpha } = await exportedMask(page)
    expect([openPixels(alpha), alphaAt(alpha, 100, 50)]).toEqual([200, 0])

    await input.setInputFiles(png('mask.png', maskWithHoles(512, 512, [hole])))
    await page.getByText('The mask has 512×512 pixels, the picture 1024×640').waitFor()
    expect((await exportedMask(page)).alpha).toEqual(alpha)
    await page.getByRole('button', { name: 'Place it in the middle' }).click()
    const placed = (await exportedMask(page)).alpha
    expect([openPixels(placed), alphaAt(placed, 256 + 100, 64 + 50)]).toEqual([200, 0])

    await input.setInputFiles({ name: 'mask.png', mimeType: 'image/png', buffer: Buffer.from('hello') })
    await page.getByText('That is no PNG').waitFor()
  })

  it('offers to crop a picture whose shape no model draws, so that everything else can be kept', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/edit')
    await bring(page, scene(1037, 645))
    const strict = page.getByLabel('Keep everything else bit for bit')
    expect(await strict.isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Crop the picture to 1024×640' }).click()
    await page.getByText('1024×640 · PNG').waitFor()
    expect([await strict.isDisabled(), await strict.isChecked()]).toEqual([false, true])
  })

  it('works with a finger on a phone of 360 pixels, in every language', async () => {
    for (const [locale, start] of [
      ['ja-JP', 'この変更を実行'],
      ['zh-CN', '进行这次修改'],
    ] as const) {
      await using visit = await stage.visit({ viewport: phone, hasTouch: true, locale, colorScheme: 'dark' })
      const { page } = visit
      await visit.open('/edit')
      await bring(page)
      const { x, y, width, height } = (await surface(page).boundingBox())!
      await page.touchscreen.tap(x + width / 2, y + height / 2)
      await page.getByText('%').waitFor()
      await page.getByRole('button', { name: start }).waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width)
      expect(await visit.accessibilityFaults()).toEqual([])
    }
  })
})
