import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { studioScreens } from '../../src/http/serve-studio.ts'
import { openStudio, phone, type StudioStage } from './studio-stage.ts'

let stage: StudioStage

beforeAll(async () => {
  stage = await openStudio()
})
afterAll(() => stage?.[Symbol.asyncDispose]())

const screens = studioScreens.filter((screen) => screen !== 'sign-in')

describe('somebody who comes to the studio', () => {
  it('signs in with a key where they wanted to go, stays signed in over a reload, and signs out for good', async () => {
    await using visit = await stage.visit({ as: null })
    const { page } = visit
    await visit.open('/money?x=1')
    expect(await visit.accessibilityFaults()).toEqual([])
    const key = page.getByLabel('Darkroom key or admin token')
    await key.fill(stage.gateway.key)
    await key.press('Enter')
    await page.getByRole('heading', { name: 'Money', level: 1 }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/money')
    expect(await page.evaluate('document.cookie')).toBe('')
    await page.reload()
    await page.getByRole('heading', { name: 'Money', level: 1 }).waitFor()
    const [cookie] = await visit.context.cookies()
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await visit.open('/money')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    // Whoever kept a copy of the cookie has nothing.
    const copy = await fetch(`${stage.gateway.url}/v2/session`, { headers: { cookie: `${cookie!.name}=${cookie!.value}` } })
    expect(await copy.json()).toMatchObject({ session: null })
  })

  it('is told what is wrong with a wrong key, and tries again', async () => {
    await using visit = await stage.visit({ as: null })
    const { page, faults } = visit
    await visit.open('/sign-in')
    const key = page.getByLabel('Darkroom key or admin token')
    await key.fill('dk_live_wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('That key is not known here').waitFor()
    expect(await key.getAttribute('aria-invalid')).toBe('true')
    expect(await visit.accessibilityFaults()).toEqual([])
    await key.fill(stage.gateway.adminToken)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Make', level: 1 }).waitFor()
    expect(faults.splice(0)).toEqual([expect.stringContaining('401')])
  })

  it('is in by the link that start-up prints, once', async () => {
    const code = stage.gateway.gateway.parts.access.signInCodes.make().reveal()
    await using visit = await stage.visit({ as: null })
    await visit.page.goto(`/sign-in#${code}`)
    await visit.page.getByRole('heading', { name: 'Make', level: 1 }).waitFor()
    expect(visit.page.url()).not.toContain(code)
    await using other = await stage.visit({ as: null })
    await other.page.goto(`/sign-in#${code}`)
    await other.page.getByText('This link was used already').waitFor()
    expect(other.faults.splice(0)).toEqual([expect.stringContaining('401')])
  })

  it('is asked to sign in again when the key is revoked, and goes on where they were', async () => {
    const { access } = stage.gateway.gateway.parts
    const made = await access.createKey({ projectId: access.defaultProjectId, name: 'short-lived' })
    await using visit = await stage.visit({ as: null })
    const { page, faults } = visit
    await visit.open('/library')
    const key = page.getByLabel('Darkroom key or admin token')
    await key.fill(made.key.reveal())
    await key.press('Enter')
    await page.getByRole('heading', { name: 'Library', level: 1 }).waitFor()
    await access.revokeKey({ id: made.id, projectId: null })
    await page.getByRole('link', { name: 'Jobs' }).click()
    await page.getByText('Your session is over').waitFor()
    await key.fill(stage.gateway.key)
    await key.press('Enter')
    await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor()
    expect(faults.splice(0).every((fault) => fault.includes('401'))).toBe(true)
  })
})

describe('the frame of the studio', () => {
  it('leads to every screen by keyboard alone, each with a title, a focused heading and no fault of accessibility', async () => {
    await using visit = await stage.visit()
    const { page } = visit
    await visit.open('/')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H1')
    const titles = new Set<string>()
    // The screen that is shown first comes last.
    for (const screen of [...screens.slice(1), screens[0]]) {
      await page.locator(`header a[href="/${screen}"]`).focus()
      await page.keyboard.press('Enter')
      await page.locator(`header a[href="/${screen}"][aria-current=page]`).waitFor()
      await expect.poll(() => page.getByRole('status').filter({ hasText: 'Loading' }).count(), { timeout: 15_000 }).toBe(0)
      await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('H1')
      titles.add(await page.title())
      expect([screen, await visit.accessibilityFaults()]).toEqual([screen, []])
    }
    expect(titles.size).toBe(screens.length)
  })

  it('speaks the language that the browser asks for, changes it on the spot and keeps the choice', async () => {
    await using visit = await stage.visit({ locale: 'ja-JP' })
    const { page } = visit
    await visit.open('/jobs')
    expect(await page.locator('h1').textContent()).toBe('ジョブ')
    await page.getByLabel('言語').selectOption('zh-CN')
    await page.getByRole('heading', { name: '任务', level: 1 }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    await page.getByLabel('外观').selectOption('dark')
    await page.reload()
    await page.getByRole('heading', { name: '任务', level: 1 }).waitFor()
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
    expect(await visit.accessibilityFaults()).toEqual([])
  })

  it('fits a phone of 360 pixels in every language, with every screen within two taps', async () => {
    for (const locale of ['en-US', 'ja-JP', 'zh-CN']) {
      await using visit = await stage.visit({ viewport: phone, hasTouch: true, locale, colorScheme: 'dark' })
      const { page } = visit
      await visit.open('/make')
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width)
      if (locale === 'en-US') expect(await visit.accessibilityFaults()).toEqual([])
      await page.locator('nav button').tap()
      await page.getByRole('dialog').waitFor()
      if (locale === 'ja-JP') expect(await visit.accessibilityFaults()).toEqual([])
      await page.getByRole('dialog').locator('a[href="/settings"]').tap()
      await page.waitForURL('**/settings')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width)
    }
  })
})
