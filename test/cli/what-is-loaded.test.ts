import { expect, it } from 'vitest'
import { launcher, makeFolder, run } from './darkroom-program.ts'

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

const telltale = `data:text/javascript,${encodeURIComponent(telling)}`

/** The packages that a command loads until it has ended. */
async function packagesOf(args: readonly string[]): Promise<string[]> {
  await using folder = await makeFolder()
  const { stderr } = await run(process.execPath, ['--import', telltale, launcher, ...args], { cwd: folder.path }).ended
  return JSON.parse(stderr.trim().split('\n').at(-1)!)
}

it.each([['projects'], ['search', 'fox'], ['edit', '--help'], ['gate', '--dry-run', 'openai', 'more'], ['mcp', '--url', 'none']])(
  'darkroom %s that only asks a gateway waits for no library of the gateway',
  async (...args) => {
    expect(await packagesOf(args)).toEqual([])
  },
)
