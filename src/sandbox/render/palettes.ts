import type { Colour } from './colour.ts'

/** A hand-made harmony. Roles instead of hues, so that every scene can wear every palette. */
export interface Palette {
  readonly name: string
  /** Dark skies ask for stars, lit windows and light text. */
  readonly night: boolean
  /** Sky from the zenith down to the horizon. */
  readonly sky: readonly [Colour, Colour, Colour]
  /** Sun, moon, or the one warm light. */
  readonly sun: Colour
  /** Land from the farthest layer (hazy) to the nearest (deep). */
  readonly land: readonly [Colour, Colour, Colour]
  /** Strong colours for small areas: the loudest, the colour of lamplight, the colour of leaves. */
  readonly accents: readonly [Colour, Colour, Colour]
  /** Light ground of panels and pages. */
  readonly paper: Colour
  /** Dark colour of text and deepest shade. */
  readonly ink: Colour
}

/** All palettes; the order is part of what a seed means. */
export const palettes: readonly Palette[] = [
  {
    name: 'dawn',
    night: false,
    sky: ['#6d8db5', '#e9bfae', '#fce6c6'],
    sun: '#f2643f',
    land: ['#c7a0a6', '#75698d', '#27304f'],
    accents: ['#e4572e', '#f3b544', '#2f7f86'],
    paper: '#f7eee0',
    ink: '#1f2440',
  },
  {
    name: 'dusk',
    night: true,
    sky: ['#251f4e', '#a8446d', '#f8a862'],
    sun: '#ffdca6',
    land: ['#96486f', '#4f2f5e', '#1a1536'],
    accents: ['#f25c54', '#f7b267', '#8d6bb8'],
    paper: '#fbeadb',
    ink: '#1d1533',
  },
  {
    name: 'jade',
    night: false,
    sky: ['#8ec3b6', '#d5e5ce', '#f7f0d6'],
    sun: '#ea6a40',
    land: ['#a3c6ad', '#4c8b7b', '#123f40'],
    accents: ['#e2724b', '#e9b949', '#2b7a78'],
    paper: '#f5f0e1',
    ink: '#10302f',
  },
  {
    name: 'indigo',
    night: false,
    sky: ['#2c5788', '#93b6d1', '#efe9d9'],
    sun: '#d8402f',
    land: ['#94b4cd', '#40699a', '#12294c'],
    accents: ['#c8372d', '#e3b23c', '#4a86b5'],
    paper: '#f2ede0',
    ink: '#0f2143',
  },
  {
    name: 'midnight',
    night: true,
    sky: ['#070b22', '#1a2866', '#5a4a9c'],
    sun: '#f6efd6',
    land: ['#3b3c80', '#1e2254', '#080b22'],
    accents: ['#ff5d73', '#ffc857', '#4cc9f0'],
    paper: '#f1ead9',
    ink: '#0a0d22',
  },
  {
    name: 'neon',
    night: true,
    sky: ['#0c0724', '#3a1162', '#c02f74'],
    sun: '#ffe0b8',
    land: ['#63256f', '#311453', '#0d0724'],
    accents: ['#ff4f81', '#ffd166', '#2de2e6'],
    paper: '#f7e9ea',
    ink: '#160a2b',
  },
  {
    name: 'sand',
    night: false,
    sky: ['#e6c396', '#f3dcba', '#fbf2e2'],
    sun: '#cb5339',
    land: ['#dcab7e', '#a9663f', '#47291f'],
    accents: ['#c8553d', '#ef9a3f', '#4f8584'],
    paper: '#faf3e6',
    ink: '#37201a',
  },
  {
    name: 'plum',
    night: false,
    sky: ['#e9b3c2', '#f6d8dc', '#fcf1ea'],
    sun: '#bd3c5c',
    land: ['#dfa5b4', '#93597c', '#3c2346'],
    accents: ['#bd3c5c', '#f0b67f', '#6a8d73'],
    paper: '#fcf3ee',
    ink: '#3a1f3d',
  },
  {
    name: 'moss',
    night: false,
    sky: ['#b9c99a', '#e2e4c2', '#f7f1dc'],
    sun: '#dc8530',
    land: ['#adb78d', '#62764a', '#243121'],
    accents: ['#99402f', '#e0963c', '#3c7358'],
    paper: '#f7f2e2',
    ink: '#222b1e',
  },
  {
    name: 'ink-wash',
    night: false,
    sky: ['#bdb9b1', '#dfdad0', '#f5f0e8'],
    sun: '#c5272d',
    land: ['#bab5ac', '#716d69', '#211f20'],
    accents: ['#c5272d', '#d3ae6b', '#7d7a73'],
    paper: '#f6f2ea',
    ink: '#1a1918',
  },
]
