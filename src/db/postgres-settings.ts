import type { ClientBase } from 'pg'
import { ConfigurationError } from '../primitives/settings.ts'

const OLDEST_VERSION = 150_000

/** Settings without which a commit that was acknowledged can be lost with the power. */
const durable: readonly [setting: string, values: readonly string[]][] = [
  ['fsync', ['on']],
  ['full_page_writes', ['on']],
  ['synchronous_commit', ['on', 'remote_write', 'remote_apply']],
]

/**
 * Holds a server against what this program needs of it.
 * @param vouched true where the provider keeps commits safe in a way of its own, so that these settings say nothing
 * @throws ConfigurationError saying what is set and what to do
 */
export async function checkPostgresSettings(client: ClientBase, { vouched }: { vouched: boolean }): Promise<void> {
  const names = ['server_version_num', 'server_version', 'server_encoding', ...durable.map(([name]) => name)]
  const { rows } = await client.query<Record<string, string>>(
    `select ${names.map((name) => `current_setting('${name}') as ${name}`).join(', ')}`,
  )
  const settings = rows[0]!
  if (Number(settings.server_version_num) < OLDEST_VERSION)
    throw new ConfigurationError(`DATABASE_URL: PostgreSQL ${settings.server_version} is too old; 15 or newer is needed.`)
  if (settings.server_encoding !== 'UTF8')
    throw new ConfigurationError(
      `DATABASE_URL: the database's encoding is ${settings.server_encoding}, so prompts could not be kept as they are. Make it anew with encoding UTF8.`,
    )
  if (vouched) return
  for (const [name, values] of durable) {
    const value = settings[name]!
    if (values.includes(value)) continue
    throw new ConfigurationError(
      `DATABASE_URL: ${name} is ${value}, so a call that was paid for could be forgotten when the server loses power. Set ${name} = on. ` +
        'Where the provider keeps commits safe in another way (Aurora, Neon), say so with DATABASE_DURABILITY=provider.',
    )
  }
}
