import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { callAs } from '../support/admin-calls.ts'
import { settledDrift, settledGuard } from '../support/edit-calls.ts'
import { maskWithHoles } from '../support/edit-pictures.ts'
import { passGates } from '../support/face-routes.ts'
import { promptWith, readRecord } from '../support/generation-calls.ts'
import { submitSmall } from '../support/job-calls.ts'
import type { TestGateway } from '../support/test-gateway.ts'

const presets = join(import.meta.dirname, '../../examples/presets')
const size = { width: 1024, height: 1024 }
const wishes = { size: `${size.width}x${size.height}`, quality: 'medium' }
/** Where the edit may draw. */
const lamp = { x: 620, y: 120, width: 280, height: 360 }

/**
 * Some work of a studio, so that every screen has something to show: the six examples, an edit of one place, jobs in every state, prices of a
 * reseller, budgets, and pictures that wait for people.
 * @param route id of a reseller's route
 * @returns id of the edited picture
 */
export async function tellStory(gateway: TestGateway, route: string): Promise<string> {
  const budget = (body: object) => callAs(gateway, gateway.adminToken, 'POST', '/v2/budgets', { book: 'provider', ...body })
  await passGates(gateway, [route])
  await budget({ name: 'November', period: 'month', limit_usd: '25.00' })
  await budget({ name: 'Each day', period: 'day', limit_usd: '2.00' })
  await makePresets(gateway)
  await submitJobs(gateway)
  return editOnePlace(gateway)
}

async function makePresets(gateway: TestGateway): Promise<void> {
  for (const file of (await readdir(presets)).filter((name) => name.endsWith('.json') && !name.includes('edit'))) {
    const body = JSON.parse(await readFile(join(presets, file), 'utf8')) as { prompt: string; quality: string }
    await generate(gateway, body, file.startsWith('poster') ? { 'x-darkroom-review': 'required' } : {})
    await generate(gateway, { ...body, quality: 'low' })
  }
}

async function generate(gateway: TestGateway, body: object, headers: Record<string, string> = {}): Promise<string> {
  const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }
  const response = await gateway.fetch('/v1/images/generations', init)
  if (!response.ok) throw new Error(`expected a picture, found ${response.status} ${await response.text()}`)
  await response.arrayBuffer()
  return response.headers.get('x-darkroom-generation')!
}

async function submitJobs(gateway: TestGateway): Promise<void> {
  const jobs = [
    submitSmall(gateway, { prompt: 'A lighthouse at dusk, long exposure' }),
    submitSmall(gateway, { prompt: promptWith('reset-before-headers charged', 'A paper crane on a window sill') }),
    submitSmall(gateway, { prompt: promptWith('latency=600000', 'A harbour seen from the hill') }),
    submitSmall(gateway, { prompt: '雨の京都、提灯の路地' }, { start_at: new Date(Date.now() + 3_600_000).toISOString() }),
  ]
  await Promise.all(jobs)
}

async function editOnePlace(gateway: TestGateway): Promise<string> {
  const prompt = 'A quiet reading corner: armchair, bookshelf, a small table. On the wall a sign: "OPEN"'
  const source = await readRecord(gateway, await generate(gateway, { model: 'gpt-image-2', prompt, ...wishes }))
  const bytes = await (await gateway.fetch(`/v2/images/${source.images[0]!.id}`)).arrayBuffer()
  const form = new FormData()
  const fields = { model: 'gpt-image-2', prompt: 'put a floor lamp beside the armchair; keep everything else', ...wishes }
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('image', new Blob([bytes]), 'corner.png')
  form.append('mask', new Blob([new Uint8Array(maskWithHoles(size.width, size.height, [lamp]))]), 'mask.png')
  const headers = { 'x-darkroom-review': 'required', 'x-darkroom-mask': 'strict' }
  const response = await gateway.fetch('/v1/images/edits', { method: 'POST', body: form, headers })
  if (!response.ok) throw new Error(`expected an edit, found ${response.status} ${await response.text()}`)
  await response.arrayBuffer()
  const { id } = (await readRecord(gateway, response.headers.get('x-darkroom-generation')!)).images[0]!
  await settledDrift(gateway, id)
  await settledGuard(gateway, id)
  await gateway.gateway.parts.reviewRounds.run()
  return id
}
