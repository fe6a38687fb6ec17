import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { compiledCode } from './test/support/compiled-code.ts'

// For the children and threads of gateways that run in the processes of tests.
process.env['NODE_COMPILE_CACHE'] = compiledCode()

const shared = {
  isolate: false,
  setupFiles: ['test/support/clean-environment.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // What is waited for comes when it comes: on a busy machine later than the second that is the default.
  expect: { poll: { timeout: 15_000 } },
}

/**
 * Whole gateways that run once more on PostgreSQL: all that is about records, money, jobs, repetitions, reviews and who may see what. What is not here ends before a
 * record (bodies, pictures, refusals), is about the wire, or opens the data folder's own file; processes that die on a shared database are in test/cluster.
 */
const onPostgres = `
  accept-once access-matrix bad-reviews-and-prompts batch-wire break-off browser-sessions budgets bulk cost-watch drift duplicates
  economy economy-equals-invoice edits files guard handoffs idempotency idempotency-recipe inside-fault job-sets job-webhooks jobs jobs-engine
  jobs-refused late-answers ledger-equals-invoice official-client projects prompts provider-route provider-webhooks quarantine readiness reading-back record
  responses responses-equal-invoice responses-idempotency retention reviews route-choice routes running-calls search shadow-retries shared-results
  thumbnails unheard unified-chain unknowns unknowns-asked watched-route webhooks`
  .trim()
  .split(/\s+/)
  .map((name) => `test/e2e/${name}.test.ts`)
// A name that was changed would otherwise be a suite that nobody misses.
for (const path of onPostgres) if (!existsSync(join(import.meta.dirname, path))) throw new Error(`vitest.config.ts: there is no ${path}`)

/** Files that take longest, the longest first: begun last, one of them would run on when all others are done. */
const long = [
  'test/e2e/crash-ladder',
  'test/e2e/edit-death',
  'test/e2e/rollout',
  'test/chaos/chaos',
  'test/e2e/jobs-engine',
  'test/cluster/cluster',
  'test/studio/edit',
  'test/studio/make',
  'test/cli/edit',
  'src/guard/measure-drift',
  'test/studio/money-and-routes',
  'test/chaos/batch-storm',
  'test/studio/review-rules',
  'test/cli/bulk',
  'test/chaos/webhooks',
  'test/e2e/reviews',
  'test/e2e/duplicates',
  'test/studio/shell',
  'test/cli/with-server',
  'test/studio/settings',
  'test/e2e/bucket',
  'test/studio/jobs',
  'test/e2e/route-choice',
  'test/e2e/economy-faults',
  'test/cli/routes',
  'test/e2e/responses-death',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => placeOf(one) - placeOf(other))
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = long.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
  return place < 0 ? long.length : place
}

// Files run in parallel in child processes: every test takes free ports and temporary folders, so none can see another. Each shares
// a process with the file before it, whose modules are loaded already: that saves three minutes.
export default defineConfig({
  test: {
    pool: 'forks',
    globalSetup: ['test/support/start-postgres.ts'],
    sequence: { sequencer: LongestFirst },
    // Tests wait for processes, sockets and disks more than for a core.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      { test: { ...shared, name: 'src', include: ['src/**/*.test.ts', 'sdk/**/*.test.ts'] } },
      { test: { ...shared, name: 'test', include: ['test/**/*.test.ts'] } },
      // Whole gateways once more, on PostgreSQL.
      { test: { ...shared, name: 'postgres', include: onPostgres, env: { TEST_GATEWAY_DATABASE: 'postgres' } } },
    ],
  },
})
