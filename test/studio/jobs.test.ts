import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawQuery } from '../../src/db/index.ts'
import { makeTestDatabase } from '../../src/db/test-postgres-databases.ts'
import { promptWith, settledRecord, smallCall } from '../support/generation-calls.ts'
import { readJob, submitSmall } from '../support/job-calls.ts'
import { openStudio, type StudioStage } from './studio-stage.ts'

let stage: StudioStage

beforeAll(async () => {
  stage = await openStudio()
})
afterAll(() => stage?.[Symbol.asyncDispose]())

async function submit(prompt: string, wishes: object = {}): Promise<string> {
  const body = JSON.stringify({ request: { ...smallCall, prompt }, ...wishes })
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } }
  return ((await (await stage.gateway.fetch('/v2/images/generate', init)).json()) as { jobId: string }).jobId
}
const nameOf = (id: string) => id.slice(-8)

describe('the Jobs screen', () => {
  it('shows a job that is submitted elsewhere and follows it to its end, also over a reload in the middle', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/jobs')
    await page.getByText('No job was submitted yet.').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    const id = await submit(promptWith('latency=2500'))
    const row = page.getByRole('row').filter({ hasText: nameOf(id) })
    await row.getByText('under way').waitFor()
    await row.getByRole('link').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Its call began').waitFor()
    await page.reload()
    await dialog.getByText('Its call began').waitFor()
    await dialog.getByText('The picture is kept').waitFor()
    await dialog.getByText('done', { exact: true }).waitFor()
    await dialog.getByRole('img').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.keyboard.press('Escape')
    await row.getByText('done', { exact: true }).waitFor()
    await row.getByText('$0.00').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
  })

  it('cancels a job that waits, and makes it again for nothing asked', async () => {
    const start_at = new Date(Date.now() + 3_600_000).toISOString()
    const id = await submit('a fox', { start_at })
    await using visit = await stage.visit({ as: 'key' })
    const { page } = visit
    await visit.open('/jobs')
    await page.getByRole('button', { name: `Cancel job ${nameOf(id)}` }).click()
    await page.getByText('Cancelled. Nothing was charged.').waitFor()
    await page.getByRole('button', { name: `Make again: job ${nameOf(id)}` }).click()
    await page.getByText('It is made again as job').waitFor()
    expect((await readJob(stage.gateway, id)).state).toBe('cancelled')
  })

  it('asks before a job whose outcome nobody knows is paid twice, and takes the word of an administrator on it', async () => {
    const id = await submit(promptWith('reset-before-headers charged'))
    await settledRecord(stage.gateway, id)
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/jobs')
    await page.getByRole('button', { name: `Make again: job ${nameOf(id)}` }).click()
    await page.getByText('Nobody knows whether the first call was charged.').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.getByRole('button', { name: 'Leave it' }).click()
    await page.getByRole('tab', { name: 'Unknown outcomes' }).click()
    await page.getByRole('button', { name: `It was charged: ${nameOf(id)}` }).click()
    await page.getByRole('button', { name: 'Book it' }).click()
    await page.getByText('Say it in a few words.').waitFor()
    await page.getByLabel('How you know').fill('line 12 of the bill')
    await page.getByRole('button', { name: 'Book it' }).click()
    await page.getByText('Every outcome is known.').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    expect(await readJob(stage.gateway, id)).toMatchObject({ state: 'failed', outcome: 'charged' })
  })
})

describe('a bulk', () => {
  it('is checked item by item and priced before it is submitted, then followed to its end with all that came of it', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/jobs')
    await page.getByRole('button', { name: 'Import a bulk' }).click()
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Template as CSV' }).click()
    const template = await readFile((await (await saved).path())!, 'utf8')
    expect(template).toMatch(/^custom_id,prompt,size,quality\r\n/)
    const rows = ['custom_id,prompt,size,quality', 'fox,a fox,1024x640,low', 'hare,a hare,1024x640,low', 'bear,a bear,17x17,low']
    await page.getByLabel('File').setInputFiles({ name: 'animals.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\n')) })
    await page.getByLabel('Name (optional)').fill('animals')
    await page.getByRole('button', { name: 'Check and price' }).click()
    await page.getByText('Items that are refused cost nothing').waitFor()
    await page.getByRole('table').getByText('size', { exact: true }).waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.getByRole('button', { name: 'Submit 2 items' }).click()
    await page.getByRole('heading', { name: 'animals' }).waitFor()
    await page.getByText('over', { exact: true }).waitFor()
    for (const name of ['fox', 'hare']) await page.getByRole('row').filter({ hasText: name }).getByText('done').waitFor()
    await page.getByRole('row').filter({ hasText: 'bear' }).getByText('refused').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    const manifest = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Manifest (CSV)' }).click()
    expect(await readFile((await (await manifest).path())!, 'utf8')).toContain('bear')
  })

  it('pauses, goes on and is cancelled after a question', async () => {
    const start_at = new Date(Date.now() + 3_600_000).toISOString()
    const items = ['a', 'b', 'c'].map((prompt) => ({ request: { ...smallCall, prompt } }))
    const init = {
      method: 'POST',
      body: JSON.stringify({ items, start_at, name: 'later' }),
      headers: { 'content-type': 'application/json' },
    }
    const { id } = (await (await stage.gateway.fetch('/v2/jobs/bulk', init)).json()) as { id: string }
    await using visit = await stage.visit({ as: 'key' })
    const { page } = visit
    await visit.open('/jobs?tab=bulks')
    await page.getByRole('link', { name: 'later' }).click()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.getByRole('button', { name: 'Cancel the bulk' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the bulk' }).click()
    await page.getByLabel('How the bulk stands').getByText('cancelled', { exact: true }).first().waitFor()
    const stands = await (await stage.gateway.fetch(`/v2/jobs/bulk/${id}`)).json()
    expect(stands).toMatchObject({ state: 'cancelled' })
  })
})

describe('a job that the queue put aside', () => {
  it('is shown with the fault that it met, and put back', async () => {
    await using database = await makeTestDatabase()
    await using shared = await openStudio({
      environment: { DATABASE_URL: database.url, DATABASE_POOL: '4', DATABASE_DURABILITY: 'provider' },
    })
    const { parts } = shared.gateway.gateway
    const id = await submitSmall(shared.gateway, { prompt: 'a fox' }, { start_at: new Date(Date.now() + 3_600_000).toISOString() })
    // As if a process had it for the last time that is allowed, and died.
    const dying = "state = 'active', retry_limit = 0, started_on = now(), heartbeat_on = now() - interval '1 minute'"
    await parts.database.transact([{ query: rawQuery(`update pgboss.job set ${dying} where data->>'id' = $1`, [id]) }])
    await expect.poll(async () => (await parts.jobs.queue.deadLetters(10)).length, { timeout: 20_000 }).toBe(1)
    await using visit = await shared.visit()
    const { page } = visit
    await visit.open('/jobs')
    await page.getByRole('tab', { name: 'Put aside' }).click()
    const row = page.getByRole('row').filter({ hasText: nameOf(id) })
    await row.getByText('the process that had it is silent').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.getByRole('button', { name: 'Put all back' }).click()
    await page.getByText('1 job waits again.').waitFor()
    await row.waitFor({ state: 'detached' })
  })
})
