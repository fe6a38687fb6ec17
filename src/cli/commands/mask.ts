import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { AlphaMask } from '../../retouch/index.ts'
import { type Command, CommandError, say, UsageError } from '../command.ts'
import { findSource } from '../edit-source.ts'
import { formatBytes, sayWrapped } from '../layout.ts'
import { readArguments } from '../options.ts'
import { assertCanSave, saveStream } from '../save-file.ts'
import { assertKeepsSources } from '../save-images.ts'

const options = { out: { type: 'string', short: 'o' }, invert: { type: 'boolean' }, json: { type: 'boolean' } } as const

/** `darkroom mask`: a black and white mask becomes one of transparency, on this machine, without a gateway. */
export const maskCommand: Command = {
  name: 'mask',
  summary: 'turn a black and white mask into one that edits understand',
  usage: `mask FILE [options]

  -o, --out FILE         where to save it (mask.png)
      --invert           black is drawn anew, and not white
      --json             print what was made`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, options)
    const out = values.out ?? 'mask.png'
    const file = await readMaskFile(positionals)
    if (!/\.png$/i.test(out)) throw new UsageError(`--out expects a name that ends in .png, found '${out}'`)
    await assertKeepsSources([out], [file])
    await assertCanSave(out)
    const mask = await saveMask(file, out, values.invert ?? false)
    if (values.json) say(context.stdout, JSON.stringify({ file: out, ...mask }, null, 2))
    else say(context.stdout, `${out}  ${mask.width}x${mask.height} png, ${formatBytes(mask.bytes)}: ${shares(mask)}`)
    if (mask.transparentShare === 0) sayWrapped(context.stderr, nothingOpen(values.invert ?? false), '  ')
    return 0
  },
}

async function readMaskFile(positionals: readonly string[]): Promise<string> {
  const [name] = positionals
  if (name === undefined || positionals.length > 1) throw new UsageError('mask expects one picture in black and white')
  const source = await findSource(name)
  if (source.kind !== 'file') throw new UsageError(`mask expects a file, found '${name}'`)
  return source.path
}

/** The mask is made beside, and gets its name once it is complete. @throws CommandError when the picture is no mask */
async function saveMask(file: string, out: string, invert: boolean): Promise<Omit<AlphaMask, 'path'>> {
  const { openPixelPool, PixelTaskError } = await import('../../pixels/index.ts')
  const { maskFromLuminance } = await import('../../retouch/index.ts')
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-mask-'))
  await using pool = openPixelPool({ children: 1 })
  try {
    const { path, ...mask } = await maskFromLuminance(pool, { maskPath: resolve(file), outPath: join(folder, 'mask.png'), invert })
    await saveStream(createReadStream(path), out)
    return mask
  } catch (error) {
    if (error instanceof PixelTaskError && error.kind !== 'failed') throw new CommandError(`${file} cannot become a mask. ${error.message}`)
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function shares({ transparentShare, opaqueShare }: Pick<AlphaMask, 'transparentShare' | 'opaqueShare'>): string {
  const soft = 1 - transparentShare - opaqueShare
  const parts = [`${percent(transparentShare)} drawn anew`, `${percent(opaqueShare)} kept`]
  return [...parts, ...(soft > 0 ? [`${percent(soft)} soft edge`] : [])].join(', ')
}

const percent = (share: number) => `${Math.round(share * 100)} %`

function nothingOpen(inverted: boolean): string {
  const [colour, wayOut] = inverted ? ['black', 'leave --invert out'] : ['white', 'use --invert']
  return `Warning: nothing of it is ${colour}, so no edit will take it as a mask. If the colours are the other way round, ${wayOut}.`
}
