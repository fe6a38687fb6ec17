import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ImageProvider } from '../../src/providers/index.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { ledgerLines, postGeneration, promptWith, readRecord, seeReply, settledRecord } from '../support/generation-calls.ts'
import { startTestGateway } from '../support/test-gateway.ts'
import { postResponse, responseOf } from './responses-calls.ts'

const yamlOf = ({ url }: Sandbox) => `version: 1
routes:
  - { id: upstream, owner: darkroom-sandbox, kind: provider, base_url: '${url}/v1', key: { env: UPSTREAM_KEY } }
`
const named = { headers: { 'x-darkroom-route': 'upstream' } }

it('F45 what does not even end when it is broken off is held from outside; a background response is left for the next start', async () => {
  await using opened = new AsyncDisposableStack()
  const sandbox = opened.adopt(await startSandbox({ latencyMs: 0, flat: true }), (emulator) => emulator.close())
  const dataFolder = opened.adopt(await mkdtemp(join(tmpdir(), 'darkroom-break-off-')), (path) =>
    rm(path, { recursive: true, force: true }),
  )
  const place = { dataFolder, yaml: yamlOf(sandbox), environment: { UPSTREAM_KEY: 'sk-upstream' } }

  const first = await startTestGateway(place)
  const background = await postResponse(first, { background: true, input: promptWith('slowbackground=1500', 'Draw a fox') }, named)
  expect(responseOf(background)).toMatchObject({ status: expect.stringMatching(/queued|in_progress/) })
  const providers = first.gateway.parts.providers as Map<string, ImageProvider>
  const { promise: isStuck, resolve: getStuck } = Promise.withResolvers<void>()
  const deaf: ImageProvider['dispatch'] = (_call, sink) => {
    sink.sent()
    getStuck()
    return new Promise(() => undefined)
  }
  providers.set('openai', Object.assign(Object.create(providers.get('openai')!), { dispatch: deaf }))
  const stuck = seeReply(postGeneration(first, {}, named)).catch(() => null)
  await isStuck
  while (first.gateway.parts.running.size > 1) await new Promise((resolve) => setTimeout(resolve, 2))
  expect(await first.gateway.close(0)).toBe(1)
  expect((await stuck)?.ending ?? 'broken').toBe('broken')

  await using next = await startTestGateway(place)
  const lines = await ledgerLines(next)
  const held = lines.filter(({ kind }) => kind === 'hold_unknown')
  expect(held).toMatchObject([{ actor: 'shutdown' }])
  expect(await readRecord(next, held[0]!.generation_id)).toMatchObject({
    status: 'outcome_unknown',
    attempts: [{ outcome: 'abandoned: the process ended during the call' }],
  })
  expect(await settledRecord(next, background.generationId!)).toMatchObject({ status: 'completed', images: [{ storage: 'stored' }] })
  expect(sandbox.calls.posts()).toBe(1)
})
