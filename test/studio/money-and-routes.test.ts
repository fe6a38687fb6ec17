import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallSumsReply, LedgerReply } from '../../src/contract/record.ts'
import type { Sandbox } from '../../src/sandbox/index.ts'
import { forecast, usedUpOn } from '../../studio/src/screens/money/forecast.ts'
import { spreadsheetCell } from '../../studio/src/screens/money/spreadsheet-cell.ts'
import { callAs } from '../support/admin-calls.ts'
import { facesEnvironment, routesYaml, upstream } from '../support/face-routes.ts'
import { postGeneration } from '../support/generation-calls.ts'
import { openStudio, phone, type StudioStage } from './studio-stage.ts'

let sandbox: Sandbox
let stage: StudioStage

beforeAll(async () => {
  sandbox = await upstream()
  stage = await openStudio({ yaml: routesYaml(sandbox, [{ id: 'honest', face: 'honest' }]), environment: facesEnvironment })
})
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]()
  await sandbox?.close()
})

const asAdmin = async <Answer>(method: string, path: string, body?: object) =>
  (await callAs<Answer>(stage.gateway, stage.gateway.adminToken, method, path, body)).json

describe('the Routes screen', () => {
  it('runs a gate: plan and price first, then its evidence, then the route carries production', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/routes')
    const card = page.getByRole('article', { name: 'honest' })
    await card.getByText('Manual tests only').waitFor()
    await card.getByText('Nobody stated:').waitFor()
    await card.getByRole('button', { name: 'Run the gate' }).click()
    await page.getByRole('dialog').getByText('Expected cost:').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.getByRole('button', { name: /^Run it/ }).click()
    const report = page.getByTestId('gate-report')
    await report.getByText('Fit for production').waitFor()
    expect(await report.getByText(/^gen_/).count()).toBeGreaterThan(3)
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.getByRole('button', { name: 'Done' }).click()
    await card.getByText('Production', { exact: true }).waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
  })

  it('scans a project that is chosen as a zip, and shows each call rewritten', async () => {
    const { strToU8, zipSync } = await import('fflate')
    const program = "import OpenAI from 'openai'\nconst c = new OpenAI()\nawait c.images.generate({ model: 'gpt-image-2', prompt: 'x' })\n"
    const archive = zipSync({
      'shop/src/draw.ts': strToU8(program),
      'shop/node_modules/a.js': strToU8(program),
      '../out.ts': strToU8(program),
    })
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/routes?tab=migration')
    const file = { name: 'shop.zip', mimeType: 'application/zip', buffer: Buffer.from(archive) }
    await page.getByTestId('migration-files').setInputFiles(file)
    const found = page.getByTestId('migration-checklist')
    await found.getByText('1 files read, 2 passed over.').waitFor()
    await found.getByRole('button', { name: 'Show shop/src/draw.ts:3 rewritten' }).click()
    await found.getByText(stage.gateway.url).first().waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
  })
})

describe('the rollout wizard', () => {
  it('prices five steps before anything is sent, follows them over a reload, waits for a person, and passes', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/routes?tab=rollout')
    const before = await asAdmin<LedgerReply>('GET', '/v2/ledger')
    await page.getByRole('button', { name: 'Plan and price' }).click()
    await page.getByText('may cost at most').waitFor()
    expect(await page.getByRole('main').getByRole('listitem').count()).toBe(5)
    expect(await asAdmin('GET', '/v2/ledger')).toEqual(before)
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.getByRole('button', { name: /^Begin, for up to/ }).click()
    const walk = page.getByTestId('rollout')
    await walk.waitFor()
    await page.reload()
    const review = await walk.getByRole('link', { name: /^rev_/ }).textContent()
    expect(await walk.locator('[data-state=passed]').count()).toBe(4)
    expect(await visit.accessibilityFaults()).toEqual([])
    await approve(review!)
    await walk.locator('[data-state=passed]').nth(4).waitFor()
    await walk.locator('header').first().getByText('passed').waitFor()
    await page.getByRole('button', { name: 'All walks' }).click()
    await page.getByRole('row', { name: /honest.*passed/ }).waitFor()
  })

  /** By a key of the project: who asked for a picture does not approve it. */
  async function approve(review: string): Promise<void> {
    const { gateway } = stage
    const { json } = await callAs<{ checklist: { id: string }[] }>(gateway, gateway.key, 'GET', `/v2/reviews/${review}`)
    await (await gateway.fetch(`/v2/reviews/${review}/image`)).arrayBuffer()
    const answers = Object.fromEntries(json.checklist.map(({ id }) => [id, 'yes']))
    const decision = { decision: 'approved', why: 'looked at it', answers }
    expect((await callAs(gateway, gateway.key, 'POST', `/v2/reviews/${review}/decision`, decision)).status).toBe(200)
  }
})

describe('the Money screen', () => {
  it('shows what was spent as the ledger says, to the nano, with estimates, previews and a budget that burns down', async () => {
    for (const change of [{}, { quality: 'medium' }, { stream: true, partial_images: 2 }])
      await (
        await postGeneration(stage.gateway, change, { headers: { 'x-darkroom-route': 'honest', 'x-darkroom-project-tag': '=1+1' } })
      ).text()
    const { projects } = await asAdmin<{ projects: { id: string }[] }>('GET', '/v2/projects')
    const wish = { name: 'spring', project_id: projects[0]!.id, period: 'month', limit_usd: '0.10' }
    await asAdmin('POST', '/v2/budgets', wish)
    await (await postGeneration(stage.gateway, {}, { headers: { 'x-darkroom-route': 'honest' } })).text()
    const ledger = await asAdmin<LedgerReply>('GET', '/v2/ledger')
    const calls = await asAdmin<CallSumsReply>('GET', '/v2/ledger/calls?group=quality')
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/money?group=quality')
    const bill = page.getByTestId('bill-provider-Faces Ltd')
    const [charged] = ledger.totals_by_owner
    expect(BigInt(charged!.charged.nanos)).toBeGreaterThan(0n)
    expect(await bill.locator('dd [title]').first().getAttribute('title')).toBe(`${charged!.charged.usd} USD`)
    for (const { quality, settled } of calls.rows)
      expect(
        await bill
          .getByRole('row', { name: new RegExp(`^${quality}`) })
          .locator('[title]')
          .getAttribute('title'),
      ).toBe(`${settled.usd} USD`)
    await bill.getByText('previews cost').waitFor()
    await page.getByRole('article', { name: 'spring' }).getByRole('img').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.getByLabel('Told apart by').selectOption('tag')
    await bill.getByRole('rowheader', { name: '=1+1' }).waitFor()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as CSV' }).click()])
    const text = await readFile(await download.path(), 'utf8')
    const line = text.split('\r\n').find((one) => one.includes('1+1'))
    expect(line).toMatch(/,tag,"'=1\+1",3,3,0\.\d+,\d+,/)
  })

  it('fits a phone in every language, light and dark', async () => {
    for (const [locale, colorScheme] of [
      ['ja-JP', 'dark'],
      ['zh-CN', 'light'],
    ] as const) {
      await using visit = await stage.visit({ viewport: phone, locale, colorScheme, as: 'key' })
      for (const path of ['/money', '/routes', '/routes?tab=migration']) {
        await visit.open(path)
        await visit.page.locator('h2, h3, [role=tabpanel] p').first().waitFor()
        expect(await visit.page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width)
        if (path !== '/routes?tab=migration') expect(await visit.accessibilityFaults()).toEqual([])
      }
    }
  })
})

describe('what the Money screen works out', () => {
  it('a cell of a spreadsheet is no formula, whatever it holds, and a number stays one', () => {
    const law = fc.property(fc.constantFrom('=', '+', '-', '@', '\t=', '\r', ' ='), fc.string(), (sign, rest) => {
      const cell = spreadsheetCell(`${sign}${rest}x`)
      expect(cell.replace(/^"/, '')).toMatch(/^'/)
    })
    fc.assert(law)
    expect(['-1.5', '0.000000001', 'a,b', 'say "x"'].map(spreadsheetCell)).toEqual(['-1.5', '0.000000001', '"a,b"', '"say ""x"""'])
  })

  it('a month ends where the pace of the last seven whole days leads, and says nothing without one', () => {
    const noon = Date.parse('2026-11-28T12:00:00Z')
    const byDay = new Map([
      ['2026-11-20', 100n],
      ...['21', '22', '23', '24', '25', '26', '27'].map((day) => [`2026-11-${day}`, 70n] as const),
      ['2026-11-28', 10n],
    ])
    // 100 + 7 × 70 + 10 so far; 60 more today, 70 on each of the last two days.
    expect(forecast(byDay, noon)).toEqual({ pace: 70n, paceDays: 7, spentThisMonth: 600n, monthEnd: 800n })
    expect(forecast(new Map([['2026-11-28', 10n]]), noon)).toMatchObject({ pace: 0n, paceDays: 0 })
    expect(usedUpOn(140n, 70n, noon)).toBe('2026-11-30')
    expect(usedUpOn(140n, 0n, noon)).toBeNull()
  })
})
