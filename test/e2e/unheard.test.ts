import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runProgram } from '../support/gateway-process.ts'

it('a gateway whose log nobody reads any more goes on answering, and ends in order', async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'darkroom-unheard-'))
  await writeFile(join(dataFolder, 'darkroom.yaml'), 'version: 1\n')
  const environment = { DARKROOM_DATA: dataFolder, DARKROOM_CONFIG: join(dataFolder, 'darkroom.yaml'), DARKROOM_LOG: 'debug' }
  const { child, ended } = runProgram(['serve'], environment)
  const url = await new Promise<string>((resolve) => {
    let heard = ''
    child.stdout.on('data', (piece: Buffer) => {
      heard += piece
      const match = /listens on (http:\S+)/.exec(heard)
      if (match) resolve(match[1]!)
    })
  })
  child.stderr.destroy()
  for (let call = 0; call < 20; call++) expect((await fetch(`${url}/v2/models`)).status).toBe(401)
  child.kill('SIGTERM')
  expect(await ended).toEqual({ code: 0, signal: null })
  await rm(dataFolder, { recursive: true })
})
