import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type CommandContext, Interrupted } from './command.ts'
import { findGateway, GatewayGone } from './find-gateway.ts'

const folder = mkdtempSync(join(tmpdir(), 'darkroom-guest-'))
afterAll(() => rmSync(folder, { recursive: true }))

const context = {
  environment: {},
  dataFolder: () => folder,
  openGateway: () => {
    throw new Error('a guest opened a gateway')
  },
} as unknown as CommandContext

describe('a guest whose gateway has ended', () => {
  it('is told so when no other comes, and opens none itself', async () => {
    await expect(findGateway(context, {}, new AbortController().signal, 0)).rejects.toBeInstanceOf(GatewayGone)
  })

  it('stops waiting for one when asked to', async () => {
    const wish = new AbortController()
    const waiting = findGateway(context, {}, wish.signal)
    wish.abort(new Interrupted(130))
    await expect(waiting).rejects.toBeInstanceOf(Interrupted)
  })
})
