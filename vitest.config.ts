import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Files run in parallel in child processes: every test takes free ports and temporary folders, so none can see another.
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    setupFiles: ['test/support/clean-environment.ts'],
    pool: 'forks',
    // Tests wait for processes, sockets and disks more than for a core.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
