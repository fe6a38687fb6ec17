import { garden } from './garden.ts'
import { harbour } from './harbour.ts'
import { nightCity } from './night-city.ts'
import { papercut } from './papercut.ts'
import { ridges } from './ridges.ts'
import type { Scene } from './scene.ts'
import { silk } from './silk.ts'
import { stillLife } from './still-life.ts'
import { tiles } from './tiles.ts'

/** All scenes; the order is part of what a seed means. */
export const scenes: readonly Scene[] = [harbour, ridges, tiles, papercut, nightCity, silk, garden, stillLife]
