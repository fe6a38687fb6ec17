import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import sharp from 'sharp'
import { studioScreens } from '../../src/http/serve-studio.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { facesEnvironment, routesYaml } from '../support/face-routes.ts'
import { tellStory } from './screenshot-story.ts'
import { closeBrowser, desktop, openStudio, phone, type Visit, type VisitOptions } from './studio-stage.ts'

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

/** The Jobs screen listens as long as it is open, so the network is never idle. */
async function settled({ page }: Visit): Promise<void> {
  await wait(1500)
  await page.evaluate(
    'Promise.all([...document.images].filter((image) => image.getBoundingClientRect().top < innerHeight).map((image) => image.decode().catch(() => 0)))',
  )
}

await mkdir(folder, { recursive: true })
const reseller = await startSandbox({ latencyMs: 0 })
const stage = await openStudio({
  config: { sandbox: { port: 0, latencyMs: 0, flat: false } },
  yaml: routesYaml(reseller, [{ id: 'faces', face: 'honest' }]),
  environment: facesEnvironment,
})
try {
  const image = await tellStory(stage.gateway, 'faces')
  /** Where a screen has something to show. */
  const addresses: Partial<Record<string, string>> = { edit: `/edit?image=${image}` }
  for (const { name, ...look } of looks) {
    for (const screen of screens) {
      await using visit = await stage.visit({ ...look, as: screen === 'sign-in' ? null : 'admin' })
      await visit.open(addresses[screen] ?? `/${screen}`)
      await acts[screen]?.(visit)
      await settled(visit)
      const file = `${screen}-${name}.webp`
      await sharp(await visit.page.screenshot())
        .webp({ quality: 82 })
        .toFile(join(folder, file))
      console.log(`docs/studio/${file}`)
    }
  }
} finally {
  await stage[Symbol.asyncDispose]()
  await reseller.close()
  await closeBrowser()
}
