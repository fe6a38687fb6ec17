import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeFolder, type RunningServer, serve } from '../cli/darkroom-program.ts'
import { type Visit, visitAt } from './studio-stage.ts'

let folder: Awaited<ReturnType<typeof makeFolder>>
let server: RunningServer
let visit: Visit

beforeAll(async () => {
  folder = await makeFolder()
  server = await serve([], { cwd: folder.path })
  visit = await visitAt(server.url)
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
})

/** Draws with the mouse across the middle of the picture. */
async function paint({ page }: Visit): Promise<void> {
  const surface = page.getByRole('application')
  await surface.waitFor()
  const { x, y, width, height } = (await surface.boundingBox())!
  await page.mouse.move(x + 0.4 * width, y + 0.4 * height)
  await page.mouse.down()
  await page.mouse.move(x + 0.6 * width, y + 0.5 * height, { steps: 5 })
  await page.mouse.up()
}

it('whoever reads only the screen makes a picture, edits one region of it, sees what it cost and approves it', async () => {
  await using _visit = visit
  const { page } = visit
  const [, link] = /Studio +(\S+) +\(signs you in once\)/.exec(server.said())!
  await page.goto(link!)
  await page.getByRole('heading', { name: 'Make' }).waitFor()
  await page.getByLabel('What is to be on the picture?').fill('A lighthouse at dusk')
  await page.getByText('More settings').click()
  await page.getByLabel('Previews on the way').selectOption('1')
  await page.getByRole('region', { name: 'Estimate' }).locator('strong').getByText('$').waitFor()
  expect(await visit.accessibilityFaults()).toEqual([])
  await page.getByRole('button', { name: 'Make the picture' }).click()

  const picture = page.getByRole('region', { name: 'The picture' })
  await picture.getByText('1 picture made and stored').waitFor()
  expect(await picture.getByRole('status').textContent()).toMatch(/It cost \$0\.0\d+/)
  await picture.getByText('Of that 1 preview').waitFor()
  expect(await visit.accessibilityFaults()).toEqual([])
  await page.getByRole('navigation', { name: 'What next?' }).getByRole('link', { name: 'Edit a region' }).click()

  await page.getByRole('heading', { name: 'Edit', exact: true }).waitFor()
  await paint(visit)
  await page.getByText('of the picture may change').waitFor()
  await page.getByLabel('What should change?').fill('Switch the lamp on')
  expect(await visit.accessibilityFaults()).toEqual([])
  await page.getByRole('button', { name: 'Make this change' }).click()
  const result = page.getByRole('tabpanel', { name: 'Result' })
  await result.getByText('your pixels, bit for bit').waitFor()
  expect(await result.getByRole('definition').first().textContent()).toMatch(/^\$0\.0\d+/)
  expect(await visit.accessibilityFaults()).toEqual([])
  await result.getByRole('link', { name: 'Decide in Review' }).click()

  const deciding = page.getByRole('region', { name: 'Decide' })
  await page.getByText('You asked for this picture').waitFor()
  expect(await visit.accessibilityFaults()).toEqual([])
  await page.getByRole('button', { name: 'I work alone here' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Allow it' }).click()
  await dialog.getByText('Say who you are').waitFor()
  await dialog.getByLabel('Your name').fill('Ann')
  expect(await visit.accessibilityFaults()).toEqual([])
  await dialog.getByRole('button', { name: 'Allow it' }).click()
  // Whoever works by keyboard goes on where they were.
  await expect.poll(() => page.evaluate('document.activeElement.textContent')).toMatch(/^Approve/)
  await deciding.getByRole('button', { name: 'Approve' }).click()
  for (const question of await dialog.getByRole('group').all()) await question.getByRole('radio', { name: 'Yes' }).check()
  await dialog.getByLabel('Why').fill('as asked')
  expect(await visit.accessibilityFaults()).toEqual([])
  await dialog.getByRole('button', { name: 'Approve' }).click()

  await page.getByText('On record: Approved.').waitFor()
  await page.getByText(/About their own picture, as Ann allowed it on/).waitFor()
  expect(await visit.accessibilityFaults()).toEqual([])
  await page.getByRole('link', { name: 'Money' }).click()
  await page.getByRole('heading', { name: 'Money' }).waitFor()
  expect(await visit.accessibilityFaults()).toEqual([])
  await page.getByRole('link', { name: 'Settings', exact: true }).click()
  await page.getByRole('tab', { name: 'Review' }).click()
  await page.getByRole('row', { name: /default.*may approve their own \(Ann,/ }).waitFor()
  expect(await visit.accessibilityFaults()).toEqual([])
}, 120_000)
