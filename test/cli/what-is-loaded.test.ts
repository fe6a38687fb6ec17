import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { compiledCode } from '../support/compiled-code.ts'
import { makeFolder } from './darkroom-program.ts'

const main = resolve(import.meta.dirname, '../../src/main.ts')

/** Tells at the end, as the last line of the error stream, which packages the program has loaded. */
const telling = `
  import { registerHooks } from 'node:module'
  const packages = new Set()
  registerHooks({ load(url, context, next) {
    const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1]
    if (name) packages.add(name)
    return next(url, context)
  } })
  process.on('exit', () => console.error(JSON.stringify([...packages])))`

/** The packages that a command loads until it has failed. */
async function packagesOf(args: readonly string[]): Promise<string[]> {
  await using folder = await makeFolder()
  const words = ['--import', `data:text/javascript,${encodeURIComponent(telling)}`, main, ...args]
  const env = { PATH: process.env['PATH'] ?? '', DARKROOM_DATA: folder.path, NODE_COMPILE_CACHE: compiledCode() }
  const { stderr } = await promisify(execFile)(process.execPath, words, { env }).catch((error: { stderr: string }) => error)
  return JSON.parse(stderr.trim().split('\n').at(-1)!)
}

it.each([['projects'], ['search', 'fox'], ['edit', '--help'], ['gate', '--dry-run', 'openai', 'more'], ['mcp', '--url', 'none']])(
  'darkroom %s that only asks a gateway waits for no library of the gateway',
  async (...args) => {
    expect(await packagesOf(args)).toEqual([])
  },
)
