import type { Command } from './command.ts'

/** In the order help shows them. Each is loaded when it is wanted: none waits for what another one needs. */
const loaders = {
  serve: async () => (await import('./commands/serve.ts')).serveCommand,
  sandbox: async () => (await import('./commands/sandbox.ts')).sandboxCommand,
  generate: async () => (await import('./commands/generate.ts')).generateCommand,
  edit: async () => (await import('./commands/edit.ts')).editCommand,
  jobs: async () => (await import('./commands/jobs.ts')).jobsCommand,
  bulk: async () => (await import('./commands/bulk.ts')).bulkCommand,
  guard: async () => (await import('./commands/guard.ts')).guardCommand,
  handoff: async () => (await import('./commands/handoff.ts')).handoffCommand,
  mask: async () => (await import('./commands/mask.ts')).maskCommand,
  prompt: async () => (await import('./commands/prompt.ts')).promptCommand,
  check: async () => (await import('./commands/check.ts')).checkCommand,
  estimate: async () => (await import('./commands/estimate.ts')).estimateCommand,
  advise: async () => (await import('./commands/advise.ts')).adviseCommand,
  search: async () => (await import('./commands/search.ts')).searchCommand,
  ledger: async () => (await import('./commands/ledger.ts')).ledgerCommand,
  unknowns: async () => (await import('./commands/unknowns.ts')).unknownsCommand,
  review: async () => (await import('./commands/review.ts')).reviewCommand,
  keys: async () => (await import('./commands/keys.ts')).keysCommand,
  secrets: async () => (await import('./commands/secrets.ts')).secretsCommand,
  projects: async () => (await import('./commands/projects.ts')).projectsCommand,
  budgets: async () => (await import('./commands/budgets.ts')).budgetsCommand,
  webhooks: async () => (await import('./commands/webhooks.ts')).webhooksCommand,
  scan: async () => (await import('./commands/scan.ts')).scanCommand,
  gate: async () => (await import('./commands/gate.ts')).gateCommand,
  rollout: async () => (await import('./commands/rollout.ts')).rolloutCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  backup: async () => (await import('./commands/backup.ts')).backupCommand,
  restore: async () => (await import('./commands/restore.ts')).restoreCommand,
  database: async () => (await import('./commands/database.ts')).databaseCommand,
  drill: async () => (await import('./commands/drill.ts')).drillCommand,
  move: async () => (await import('./commands/move.ts')).moveCommand,
  mcp: async () => (await import('./commands/mcp.ts')).mcpCommand,
  openapi: async () => (await import('./commands/openapi.ts')).openApiCommand,
} satisfies Record<string, () => Promise<Command>>

const isName = (name: string): name is keyof typeof loaders => Object.hasOwn(loaders, name)

/** The command of this name; null when there is none. */
export const findCommand = async (name: string): Promise<Command | null> => (isName(name) ? loaders[name]() : null)

/** Every command, in the order help shows them. */
export const allCommands = (): Promise<Command[]> => Promise.all(Object.values(loaders).map((load) => load()))
