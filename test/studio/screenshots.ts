import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { studioScreens } from '../../src/http/serve-studio.ts'
import { smallCall } from '../support/generation-calls.ts'
import { closeBrowser, desktop, openStudio, phone, type StudioStage, type Visit, type VisitOptions } from './studio-stage.ts'

// `npm run studio:screenshots [-- screen …]`: the main screens in three languages, light and dark, on a desk and in a hand, into docs/studio.
// Fonts for Chinese and Japanese must be installed (Debian: fonts-noto-cjk).

const folder = join(import.meta.dirname, '../../docs/studio')
const asked = process.argv.slice(2)
const screens = studioScreens.filter((screen) => asked.length === 0 || asked.includes(screen))
const looks: readonly (VisitOptions & { name: string })[] = [
  { name: 'en-light-desktop', locale: 'en-US', colorScheme: 'light', viewport: desktop },
  { name: 'en-dark-phone', locale: 'en-US', colorScheme: 'dark', viewport: phone, hasTouch: true },
  { name: 'ja-dark-desktop', locale: 'ja-JP', colorScheme: 'dark', viewport: desktop },
  { name: 'zh-light-phone', locale: 'zh-CN', colorScheme: 'light', viewport: phone, hasTouch: true },
]

/** Something to look at. @returns id of one of the pictures */
async function makePictures({ gateway }: StudioStage): Promise<string> {
  for (const prompt of ['A tea poster: 新茶入荷 / First flush', 'A lighthouse at dusk', '雨の京都、提灯の路地'])
    await gateway.fetch('/v1/images/generations', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...smallCall, prompt }),
    })
  const found = (await (await gateway.fetch('/v2/images?limit=1')).json()) as { images: { id: string }[] }
  return found.images[0]!.id
}

/** What is done on a screen before it is looked at. */
const acts: Partial<Record<string, (visit: Visit) => Promise<void>>> = {
  async make({ page }) {
    await page.locator('form fieldset').first().getByRole('button').nth(1).click()
    await page.locator('form button[type=submit]').click()
    await page.locator('main nav').waitFor()
    // In a hand the picture is below the form.
    await page.evaluate("document.querySelector('figure img').scrollIntoView({ block: 'center' }); if (innerWidth > 700) scrollTo(0, 0)")
  },
}

await mkdir(folder, { recursive: true })
const stage = await openStudio({ config: { sandbox: { port: 0, latencyMs: 0, flat: false } } })
try {
  const image = await makePictures(stage)
  /** Where a screen has something to show. */
  const addresses: Partial<Record<string, string>> = { edit: `/edit?image=${image}` }
  for (const { name, ...look } of looks) {
    for (const screen of screens) {
      await using visit = await stage.visit({ ...look, as: screen === 'sign-in' ? null : 'admin' })
      await visit.open(addresses[screen] ?? `/${screen}`)
      await acts[screen]?.(visit)
      await visit.page.waitForLoadState('networkidle')
      await visit.page.screenshot({ path: join(folder, `${screen}-${name}.png`) })
      console.log(`docs/studio/${screen}-${name}.png`)
    }
  }
} finally {
  await stage[Symbol.asyncDispose]()
  await closeBrowser()
}
