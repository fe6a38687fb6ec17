import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReviewReply } from '../../src/contract/record.ts'
import { callAs } from '../support/admin-calls.ts'
import { pictureOf, type ReviewedProject, reviewedProject, reviewOf } from '../support/review-calls.ts'
import { fetchWith } from '../support/two-tenants.ts'
import { openStudio, type StudioStage, type Visit } from './studio-stage.ts'

let stage: StudioStage
/** Two people must approve there. */
let pair: ReviewedProject

const asked = { 'x-darkroom-review': 'required' }
/** Each is one call of so many pictures. */
const [CALLS, PICTURES] = [11, 10]

beforeAll(async () => {
  stage = await openStudio()
  const { gateway } = stage
  pair = await reviewedProject(gateway, { review: { sample_percent: 100, two_persons: true } })
})
afterAll(() => stage?.[Symbol.asyncDispose]())

const reviewNow = async ({ id }: ReviewReply) =>
  (await callAs<ReviewReply>(stage.gateway, stage.gateway.adminToken, 'GET', `/v2/reviews/${id}`)).json
const waiting = async (on: ReviewedProject['maker']) => (await reviewOf(on, (await pictureOf(on, {}, asked)).images[0]!.id))!
const deciding = (page: Page) => page.getByRole('region', { name: 'Decide' })

async function open({ page, ...visit }: Visit, { id }: ReviewReply, name?: string): Promise<void> {
  await visit.open(`/review?show=all&review=${id}`)
  if (name !== undefined) await sayName(page, name)
}

async function sayName(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name)
  await page.getByLabel('Your name').blur()
}

async function approve(page: Page): Promise<void> {
  await deciding(page).getByRole('button', { name: 'Approve' }).click()
  const dialog = page.getByRole('dialog')
  for (const question of await dialog.getByRole('group').all()) await question.getByRole('radio', { name: 'Yes' }).check()
  await dialog.getByLabel('Why').fill('as asked')
  await dialog.getByRole('button', { name: 'Approve' }).click()
}

describe('where a project wants two people', () => {
  it('the first approval waits for another person, is refused a second time with the reason, and is one of two for the next', async () => {
    const review = await waiting(pair.maker)
    await using visit = await stage.visit()
    const { page } = visit
    await open(visit, review, 'Ann')
    await page.getByText('wants 2 people to approve; 0 has so far').waitFor()
    await approve(page)
    await page.getByText('Somebody else must approve as well.').waitFor()
    await page.getByText('You gave the first of two approvals').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    await deciding(page).getByRole('button', { name: 'Approve' }).click({ force: true })
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await reviewNow(review)).toMatchObject({ state: 'open', approvals: { given: 1, needed: 2 } })

    await sayName(page, 'Bob')
    await approve(page)
    await page.getByText('On record: Approved.').waitFor()
    const { state, decisions } = await reviewNow(review)
    expect([state, decisions.map(({ by }) => by.name)]).toEqual(['approved', ['Ann', 'Bob']])
  })

  it('the administrator is not offered to approve their own', async () => {
    await using visit = await stage.visit()
    await callAs(stage.gateway, stage.gateway.adminToken, 'PATCH', `/v2/projects/${await defaultProject()}`, {
      settings: { review: { two_persons: true } },
    })
    const review = await waiting(administrator())
    await open(visit, review, 'Ann')
    await visit.page.getByText('You asked for this picture').waitFor()
    expect(await visit.page.getByRole('button', { name: 'I work alone here' }).count()).toBe(0)
    await callAs(stage.gateway, stage.gateway.adminToken, 'PATCH', `/v2/projects/${await defaultProject()}`, { settings: { review: null } })
  })
})

it('a claim keeps others away until it is released, by whoever has it', async () => {
  const review = await waiting(stage.gateway)
  await using visit = await stage.visit()
  const { page } = visit
  await open(visit, review, 'Ann')
  await page.getByRole('button', { name: 'Claim' }).click()
  await page
    .getByRole('article')
    .getByText(/^Ann has it until/)
    .waitFor()
  expect((await reviewNow(review)).claim).toMatchObject({ name: 'Ann' })
  await sayName(page, 'Bob')
  await page.getByText('Somebody else works on this one').waitFor()
  expect(await page.getByRole('button', { name: 'Release' }).count()).toBe(0)
  await deciding(page).getByRole('button', { name: 'Reject' }).click({ force: true })
  expect(await page.getByRole('dialog').count()).toBe(0)
  expect(await visit.accessibilityFaults()).toEqual([])
  {
    // A key does not know what it is called: the gateway does.
    await using other = await stage.visit({ as: 'key' })
    await open(other, review)
    await other.page.getByRole('button', { name: 'Release' }).click()
    await other.page.getByText('Ann has claimed it, and only they can release it').waitFor()
  }
  await sayName(page, 'Ann')
  await page.getByRole('button', { name: 'Release' }).click()
  await page.getByRole('button', { name: 'Claim' }).waitFor()
  expect(await reviewNow(review)).toMatchObject({ state: 'open', claim: null })
})

it('an approval is revoked with its reason, and both stay on record', async () => {
  const review = await waiting(stage.gateway)
  await using visit = await stage.visit()
  const { page } = visit
  await open(visit, review, 'Ann')
  await approve(page)
  await page.getByRole('button', { name: 'Publish' }).click()
  const address = (await page.getByRole('link', { name: /\/p\/pub_/ }).getAttribute('href'))!
  await page.getByRole('button', { name: 'Revoke the approval' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Revoke the approval' }).click()
  await dialog.getByText('Say why').waitFor()
  await dialog.getByLabel('Why').fill('the logo is wrong')
  expect(await visit.accessibilityFaults()).toEqual([])
  await dialog.getByRole('button', { name: 'Revoke the approval' }).click()
  await page.getByText(/Not public since .*the logo is wrong/).waitFor()
  const history = page.getByRole('region', { name: 'Decisions' }).getByRole('listitem')
  expect(await history.count()).toBe(2)
  expect(await history.last().textContent()).toMatch(/Approval revoked.*Ann.*the logo is wrong/)
  expect(await page.getByRole('button', { name: 'Revoke the approval' }).count()).toBe(0)
  expect([(await reviewNow(review)).state, (await fetch(address)).status]).toEqual(['revoked', 410])
  expect(await visit.accessibilityFaults()).toEqual([])
})

it('more than a hundred are decided in steps: what a broken step leaves is sent again, and what is refused says why', async () => {
  const { gateway } = stage
  for (let call = 0; call < CALLS; call++) await pictureOf(gateway, { n: PICTURES }, asked)
  const own = await waiting(administrator())
  await using visit = await stage.visit()
  const { page, faults } = visit
  await visit.open('/review')
  const bar = page.getByRole('region', { name: 'Several at once' })
  await bar.getByRole('button', { name: 'Select all 50 listed' }).click()
  await bar.getByRole('button', { name: 'Reject those' }).click()
  await page.getByText('Say your name above first').last().waitFor()
  await sayName(page, 'Ann')
  const queue = page.getByRole('region', { name: 'Queue' })
  for (let pages = 1; pages < 3; pages++) await queue.getByRole('button', { name: 'Show more' }).click()
  // What the tests before this one left waits too.
  const listed = await reviewsIn('open')
  const all = listed.length
  const refused = listed.filter(({ submitter }) => submitter.kind === 'admin').length
  await bar.getByRole('button', { name: `Select all ${all} listed` }).click()
  await bar.getByText(`${all} selected`).waitFor()
  expect(await visit.accessibilityFaults()).toEqual([])
  await bar.getByRole('button', { name: 'Approve those' }).click()
  const dialog = page.getByRole('dialog', { name: `Approve ${all} pictures` })
  await dialog.getByText('The gateway takes 100 at once: these go in 2 steps.').waitFor()
  await dialog.getByLabel('I have looked at each of them').check()
  await dialog.getByLabel('Why').fill('the whole series')
  expect(await visit.accessibilityFaults()).toEqual([])

  // The line breaks after the first step.
  let steps = 0
  await page.route('**/v2/reviews/decisions', (route) => (steps++ === 0 ? route.continue() : route.abort()))
  await dialog.getByRole('button', { name: 'Approve' }).click()
  const rest = page.getByRole('dialog', { name: `Approve ${all - 100} pictures` })
  await rest.getByRole('alert').waitFor()
  expect(faults.splice(0)).toEqual(expect.arrayContaining([expect.stringContaining('ERR_FAILED')]))
  await page.unroute('**/v2/reviews/decisions')
  await rest.getByRole('button', { name: 'Approve' }).click()

  await bar.getByText(`Decided: ${all - refused}. Refused: ${refused}.`).waitFor()
  await bar.getByText(`${refused} × You asked for this picture`).click()
  await bar.getByRole('link', { name: own.id }).waitFor()
  expect(await visit.accessibilityFaults()).toEqual([])
  const why = (await reviewsIn('approved')).flatMap(({ decisions }) => decisions.map((decision) => decision.why))
  expect(why.filter((text) => text === 'the whole series')).toHaveLength(all - refused)
  expect((await reviewNow(own)).state).toBe('open')
})

async function reviewsIn(state: string): Promise<ReviewReply[]> {
  const { gateway } = stage
  const path = `/v2/reviews?state=${state}&limit=200`
  return (await callAs<{ reviews: ReviewReply[] }>(gateway, gateway.adminToken, 'GET', path)).json.reviews
}

/** Calls as the administrator. */
function administrator(): ReviewedProject['maker'] {
  const { gateway } = stage
  return { ...gateway, key: gateway.adminToken, fetch: fetchWith(gateway, gateway.adminToken) }
}

async function defaultProject(): Promise<string> {
  const { json } = await callAs<{ projects: { id: string; name: string }[] }>(
    stage.gateway,
    stage.gateway.adminToken,
    'GET',
    '/v2/projects',
  )
  return json.projects.find(({ name }) => name === 'default')!.id
}
