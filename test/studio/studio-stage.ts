import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { buildStudio } from '../../studio/build-studio.ts'
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/test-gateway.ts'
import { findChromium } from './find-chromium.ts'

const studioFolder = join(import.meta.dirname, '../../studio/dist')
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--lang=en-US',
]

/** Size of a window, in CSS pixels. */
export const desktop = { width: 1280, height: 800 }
export const phone = { width: 360, height: 740 }

/** What a visitor's browser is like. */
export interface VisitOptions {
  viewport?: { width: number; height: number }
  colorScheme?: 'light' | 'dark'
  /** What the browser asks for: `ja-JP`. @default en-US */
  locale?: string
  /** Signed in before the first page; null = not. @default admin */
  as?: 'admin' | 'key' | null
  /** Whether it has a finger instead of a mouse. */
  hasTouch?: boolean
}

/** Somebody at a browser of their own. */
export interface Visit extends AsyncDisposable {
  page: Page
  context: BrowserContext
  /** Messages of the console and errors of pages that a test must not have. A test that brings about some takes them out. */
  faults: string[]
  /** Goes to an address of the studio and waits until its screen is there. */
  open(path: string): Promise<void>
  /** Violations of WCAG 2.2 A and AA on the page as it stands. */
  accessibilityFaults(): Promise<string[]>
}

/** A gateway with the built studio, its sandbox, and one browser. Whoever opens a visit closes it: then its faults are looked at. */
export interface StudioStage extends AsyncDisposable {
  gateway: TestGateway
  visit(options?: VisitOptions): Promise<Visit>
}

let browser: Promise<Browser> | null = null

/** One browser for each test process: files follow one another in it. */
function sharedBrowser(): Promise<Browser> {
  browser ??= buildStudio().then((outcome) => {
    if (outcome === 'no_builder') throw new Error('The studio cannot be built: run npm ci first.')
    return chromium.launch({ executablePath: findChromium(), args: flags })
  })
  return browser
}

/** Opens the stage; the studio is built where that is needed. */
export async function openStudio(options: TestGatewayOptions = {}): Promise<StudioStage> {
  const running = await sharedBrowser()
  const gateway = await startTestGateway({ studioFolder, leavesJudging: false, ...options })
  return {
    gateway,
    visit: ({ as = 'admin', ...look } = {}) => openVisit(running, gateway.url, look, as === null ? null : credentialOf(gateway, as)),
    [Symbol.asyncDispose]: () => gateway.close(),
  }
}

/** Somebody who comes to a gateway of any other process, signed in as nobody. The studio is built where that is needed. */
export async function visitAt(url: string, look: Omit<VisitOptions, 'as'> = {}): Promise<Visit> {
  return openVisit(await sharedBrowser(), url, look, null)
}

const credentialOf = ({ adminToken, key }: TestGateway, as: 'admin' | 'key') => (as === 'admin' ? adminToken : key)

async function openVisit(running: Browser, url: string, look: Omit<VisitOptions, 'as'>, credential: string | null): Promise<Visit> {
  const context = await running.newContext({
    baseURL: url,
    locale: 'en-US',
    viewport: desktop,
    reducedMotion: 'reduce',
    ...look,
  })
  const faults: string[] = []
  const note = (fault: string) => void faults.push(fault)
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') note(`${message.type()}: ${message.text()}`)
  })
  context.on('weberror', (error) => note(`thrown: ${error.error().stack}`))
  const page = await context.newPage()
  if (credential !== null) await signIn(context, url, credential)
  return {
    page,
    context,
    faults,
    async open(path) {
      await page.goto(path)
      await page.locator('h1').first().waitFor()
    },
    accessibilityFaults: () => axeOn(page),
    async [Symbol.asyncDispose]() {
      await context.close()
      if (faults.length > 0) throw new Error(`The page complained:\n${faults.join('\n')}`)
    },
  }
}

/** As the page does it, without the page. */
async function signIn(context: BrowserContext, url: string, key: string): Promise<void> {
  const answer = await context.request.post(`${url}/v2/session`, {
    data: { key },
    headers: { origin: url, 'x-darkroom-csrf': '1' },
  })
  if (!answer.ok()) throw new Error(`signing in was answered ${answer.status()} ${await answer.text()}`)
}

interface AxeResult {
  violations: { id: string; help: string; nodes: { target: string[]; failureSummary: string }[] }[]
}

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

async function axeOn(page: Page): Promise<string[]> {
  // By the debugger, not as a script of the page: its policy lets none in.
  await page.evaluate(`${await axeSource};undefined`)
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  const { violations } = (await page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(tags)} })`)) as AxeResult
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`),
  )
}

/** Ends the browser: once for all files of a process, when the process ends; a program calls it itself. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close()
  browser = null
}
