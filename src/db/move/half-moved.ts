import type { ClientBase } from 'pg'
import { ConfigurationError } from '../../primitives/settings.ts'

/** Where a move into a database keeps what it is and how far it is; there from its beginning to its end. */
export const MOVE_TABLE = 'move_into'

/** @throws ConfigurationError while the records of a data folder are being moved into the database */
export async function refuseHalfMoved(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(`select to_regclass('${MOVE_TABLE}') is not null as there`)
  if (!rows[0]!.there) return
  throw new ConfigurationError(
    'DATABASE_URL: the records of a data folder are being moved into this database and are not all there. Nothing was changed or charged. ' +
      'Run `darkroom move --from sqlite --to postgres` again on that folder until it says that the move is done, then start again.',
  )
}
