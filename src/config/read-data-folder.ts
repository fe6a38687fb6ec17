import { resolve } from 'node:path'
import { type Environment, readText } from '../primitives/settings.ts'

/**
 * Where data lies: the flag, else `DARKROOM_DATA`, else `./data`. Known without the rest of the settings, because a backup must
 * need neither the keys of routes nor a configuration without mistakes.
 */
export function readDataFolder(environment: Environment, flags: { dataFolder?: string } = {}): string {
  return resolve(flags.dataFolder ?? readText(environment, 'DARKROOM_DATA', './data'))
}
