import { routePresets } from './presets.ts'
import type { PresetName, RouteFacts } from './route-row.ts'

/** Facts whose members are stated one by one, so that a row that adds one keeps the preset's others. */
const byMember = ['failed_calls', 'rights', 'limits'] as const

/**
 * A row with what its preset states and it does not. Null in the row is said, too: nobody knows, whatever the preset states.
 * Capabilities of the row take the place of all of the preset's.
 */
export function fillFromPreset<Row extends RouteFacts & { preset?: PresetName | undefined }>(row: Row): Row {
  if (row.preset === undefined) return row
  const { facts } = routePresets[row.preset]
  const said = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
  const filled = { ...facts, ...said } as Row
  for (const name of byMember) {
    if (row[name] && facts[name]) Object.assign(filled, { [name]: { ...facts[name], ...row[name] } })
  }
  return filled
}
