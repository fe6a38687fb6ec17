import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)

/** Native libraries of decoders in a process that has imported a module. */
async function decodersAfterImporting(module: string): Promise<string[]> {
  const program = `await import(${JSON.stringify(module)}); console.log(JSON.stringify(process.report.getReport().sharedObjects))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program])
  return (JSON.parse(stdout) as string[]).filter((path) => /sharp|vips/.test(path))
}

describe('the doors to pixels', () => {
  it('bring no decoder into the process that comes in by them', async () => {
    expect(await decodersAfterImporting(new URL('./index.ts', import.meta.url).href)).toEqual([])
    expect(await decodersAfterImporting(new URL('../pixels/index.ts', import.meta.url).href)).toEqual([])
    expect(await decodersAfterImporting(new URL('../pixels/sharp.ts', import.meta.url).href)).not.toEqual([])
  })
})
