import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postGeneration } from '../support/generation-calls.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'
import { allowing } from '../support/webhook-stage.ts'
import { openStudio, phone, type StudioStage } from './studio-stage.ts'

let stage: StudioStage
let receiver: WebhookReceiver

beforeAll(async () => {
  receiver = await startWebhookReceiver()
  stage = await openStudio({ yaml: allowing([receiver]) })
})
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]()
  await receiver?.[Symbol.asyncDispose]()
})

describe('settings', () => {
  it('make a key that is shown once and works, and revoke it', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/settings?tab=keys')
    await page.getByRole('button', { name: 'New key' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    // Whoever opens a form stands at its first field.
    await page.keyboard.type('press')
    expect(await dialog.getByLabel('Name').inputValue()).toBe('press')
    expect(await visit.accessibilityFaults()).toEqual([])
    await dialog.getByRole('button', { name: 'New key' }).click()
    const key = (await page.getByTestId('secret').textContent())!.trim()
    const ask = () => fetch(`${stage.gateway.url}/v2/projects`, { headers: { authorization: `Bearer ${key}` } })
    expect((await ask()).status).toBe(200)
    // A slip does not take it away.
    await page.keyboard.press('Escape')
    await page.getByText('cannot be shown again').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('rowheader', { name: 'press' }).waitFor()
    expect(await page.content()).not.toContain(key)
    await page.getByRole('button', { name: /^Revoke press/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.getByRole('row', { name: /press.*Revoked/ }).waitFor()
    expect((await ask()).status).toBe(401)
    expect(await visit.accessibilityFaults()).toEqual([])
  })

  it('make a webhook whose test the receiver gets, and whose log shows it', async () => {
    await using visit = await stage.visit({ as: 'key' })
    const { page } = visit
    await visit.open('/settings?tab=webhooks')
    await page.getByRole('button', { name: 'New webhook' }).click()
    await page.getByLabel('Address').fill(receiver.url)
    await page.getByRole('dialog').getByRole('button', { name: 'New webhook' }).click()
    expect(await page.getByTestId('secret').textContent()).toMatch(/whsec_/)
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText(/^Delivered: 2\d\d in/).waitFor()
    await page.getByRole('row', { name: /webhook\.test.*Delivered/ }).waitFor()
    await page.getByRole('button', { name: 'Open webhook.test' }).click()
    await page.getByRole('dialog').getByText('"webhook.test"').waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.keyboard.press('Escape')
    expect(await visit.accessibilityFaults()).toEqual([])
  })

  it('make a budget that refuses the call beyond it, and say why a gateway refuses a budget', async () => {
    await using visit = await stage.visit()
    const { page, faults } = visit
    await visit.open('/settings?tab=budgets')
    await page.getByRole('button', { name: 'New budget' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('pocket money')
    const limit = dialog.getByLabel('Limit, USD')
    await limit.fill('ten')
    await dialog.getByText('Write dollars as a number').waitFor()
    await limit.fill('99999999')
    await dialog.getByRole('button', { name: 'New budget' }).click()
    await dialog.getByRole('alert').getByText('No, nothing was charged.').waitFor()
    expect(faults.splice(0)).toEqual([expect.stringContaining('400')])
    await limit.fill('0.000000001')
    await dialog.getByRole('button', { name: 'New budget' }).click()
    await page.getByRole('row', { name: /pocket money/ }).waitFor()
    const refused = await postGeneration(stage.gateway)
    const { error } = (await refused.json()) as { error: { code: string } }
    expect([refused.status, error.code]).toEqual([402, 'budget_exceeded'])
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.getByRole('button', { name: 'End pocket money' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click()
    await page.getByRole('row', { name: /pocket money.*Ended/ }).waitFor()
  })

  it('set what a project allows, who looks at its pictures and how long it keeps them, and place and release a hold', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/settings')
    await page.getByRole('button', { name: 'New project' }).click()
    await page.getByLabel('Name').fill('print shop')
    await page.getByLabel('Sizes').fill('auto, 1024x1024')
    await page.getByLabel('Most that one call may cost').fill('0,50')
    await page.getByRole('dialog').getByRole('button', { name: 'New project' }).click()
    await page.getByRole('row', { name: /print shop.*1024x1024.*0\.5/ }).waitFor()
    await page.getByRole('tab', { name: 'Review' }).click()
    await page.getByRole('button', { name: 'Change: print shop' }).click()
    await page.getByLabel('Every edit').check()
    await page.getByLabel('Tags').fill('poster, hero')
    await page.getByLabel('May be public').selectOption('never')
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /print shop.*Every edit.*poster, hero.*never/ }).waitFor()
    await page.getByRole('tab', { name: 'Retention' }).click()
    await page.getByRole('button', { name: 'Change: print shop' }).click()
    await page.getByLabel('Pictures').fill('30')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /print shop.*30 days/ }).waitFor()
    const { projects } = (await (await stage.gateway.fetch('/v2/projects')).json()) as { projects: { id: string }[] }
    await page.getByRole('button', { name: 'Place a hold' }).click()
    await page.getByLabel('What').fill(projects[0]!.id)
    await page.getByLabel('Reason').fill('a claim')
    await page.getByRole('dialog').getByRole('button', { name: 'Place a hold' }).click()
    await page.getByRole('row', { name: /a claim.*In force/ }).waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    await page.getByRole('button', { name: /^Release/ }).click()
    await page.getByLabel('Why it ends').fill('settled')
    await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click()
    await page.getByRole('row', { name: /a claim.*Released/ }).waitFor()
  })

  it('show a key no more than it may do, on a phone, in every language', async () => {
    for (const [locale, keys] of [
      ['en-US', 'Only the administrator sees this'],
      ['ja-JP', '管理者だけが見られます'],
      ['zh-CN', '仅管理员可见'],
    ] as const) {
      await using visit = await stage.visit({ as: 'key', viewport: phone, locale, colorScheme: 'dark' })
      for (const tab of ['keys', 'projects', 'budgets', 'review', 'retention', 'members', 'language']) {
        await visit.open(`/settings?tab=${tab}`)
        if (tab === 'keys') await visit.page.getByText(keys).waitFor()
        expect(await visit.page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width)
      }
      expect(await visit.accessibilityFaults()).toEqual([])
    }
  })
})
