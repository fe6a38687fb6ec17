import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolder, run } from '../cli/darkroom-program.ts'
import { startTestGateway } from '../support/test-gateway.ts'

const repository = resolve(import.meta.dirname, '../..')
const page = readFileSync(join(repository, 'docs/idempotency.md'), 'utf8')

describe('the recipe of docs/idempotency.md', () => {
  it('runs as it stands, and gets the same picture from one call however often it is run', async () => {
    await using gateway = await startTestGateway()
    await using folder = await makeFolder()
    const recipe = /^```js\n([\s\S]*?)^```$/m.exec(page)![1]!
    symlinkSync(join(repository, 'node_modules'), join(folder.path, 'node_modules'))
    const lines = recipe.replaceAll('http://127.0.0.1:4100', gateway.url).replace('process.env.DARKROOM_KEY', JSON.stringify(gateway.key))
    writeFileSync(join(folder.path, 'recipe.mjs'), lines)
    const runs = await Promise.all([1, 2].map(() => run(process.execPath, ['recipe.mjs'], { cwd: folder.path }).ended))
    runs.push(await run(process.execPath, ['recipe.mjs'], { cwd: folder.path }).ended)
    expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1)
    expect(runs[0]).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^\d{4,}\n$/) })
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(1)
  })
})
