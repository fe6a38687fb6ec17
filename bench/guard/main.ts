/**
 * What the guard sees and what it misses: `npm run guard:figures`, `-- --seed words` for another set, `-- --share 0.1` for a part of it.
 *
 * More than 300 labelled edits, drawn by the sandbox's renderer, are judged as delivered pictures are: in child processes, by the same rules. Printed are
 * precision and recall of each rule (a positive is a change; `unsure` counts as caught, and apart), and the targets.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readerOptions } from '../../src/guard/index.ts'
import { openPixelPool } from '../../src/pixels/index.ts'
import { describeMachine } from '../support/machine.ts'
import { guardSet } from './guard-set.ts'
import { judgePatiently } from './judge-case.ts'
import { type JudgedCase, printFigures } from './print-figures.ts'

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: 'figures' },
    share: { type: 'string', default: '1' },
    kind: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
})

const folder = await mkdtemp(join(tmpdir(), 'darkroom-guard-'))
const judged: JudgedCase[] = []
process.stdout.write(describeMachine(null))
{
  await using pixels = openPixelPool()
  await using reader = openPixelPool(readerOptions)
  for (const made of guardSet(options.seed, Number(options.share))) {
    if (!options.kind.split(',').some((kind) => made.kind.startsWith(kind))) continue
    const report = await judgePatiently({ pixels, reader }, folder, made)
    const { kind, script, truth, shift, subject, name } = made
    judged.push({ kind, script, truth, shift, isSubjectDeclared: subject !== null, report })
    if (options.verbose) process.stdout.write(`${name} ${made.texts[0]!.text} ${JSON.stringify(report)}\n`)
  }
}
await rm(folder, { recursive: true })
process.stdout.write(printFigures(options.seed, judged))
