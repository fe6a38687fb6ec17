/**
 * What the guard sees and what it misses: `npm run guard:figures`, `-- --seed words` for another set, `-- --share 0.1` for a part of it, `-- --kind glyph`
 * for kinds that begin so, `-- --verbose` for every report.
 *
 * More than 400 labelled edits, drawn by the sandbox's renderer, are judged as delivered pictures are: in child processes, by the same rules. Printed are
 * precision and recall of each rule (a positive is a change; `unsure` counts as caught, and apart), and the targets.
 */
import { parseArgs } from 'node:util'
import { describeMachine } from '../support/machine.ts'
import { guardSet, type Kind, kinds } from './guard-set.ts'
import { judgeSet } from './judge-set.ts'
import { printFigures } from './print-figures.ts'

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: 'figures' },
    share: { type: 'string', default: '1' },
    kind: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
})

const wanted = (Object.entries(kinds) as [Kind, number][]).filter(([kind]) =>
  options.kind.split(',').some((start) => kind.startsWith(start)),
)
const counts = wanted.map(([kind, count]) => [kind, Math.max(1, Math.round(count * Number(options.share)))])

process.stdout.write(describeMachine(null))
const start = performance.now()
const judged = await judgeSet(guardSet(options.seed, Object.fromEntries(counts)), ({ name, report }) => {
  if (options.verbose) process.stdout.write(`${name} ${JSON.stringify(report)}\n`)
})
process.stdout.write(`judged in ${Math.round((performance.now() - start) / 1000)} s\n`)
process.stdout.write(printFigures(options.seed, judged))
