import type { Ink } from './mask-raster.ts'

/** What the pointer does. `protect` draws a box that the edit must leave as it is; `hand` moves the picture. */
export const maskTools = ['brush', 'eraser', 'rectangle', 'lasso', 'protect', 'hand'] as const
export type MaskTool = (typeof maskTools)[number]

/** The letter of each, while the picture has the focus. */
export const toolKeys: Readonly<Record<string, MaskTool>> = { b: 'brush', e: 'eraser', r: 'rectangle', l: 'lasso', p: 'protect', h: 'hand' }

/** How the tools are set. */
export interface ToolSettings {
  tool: MaskTool
  /** Pixels of the picture. */
  brushPx: number
  /** Rectangle and lasso take away instead of adding. */
  isTakingAway: boolean
}

/** What the tool leaves behind. */
export function inkOf({ tool, isTakingAway }: ToolSettings): Ink {
  return tool === 'eraser' || (tool !== 'brush' && isTakingAway) ? 0 : 255
}

/** Brushes from one pixel to a quarter of the longer edge. */
export function widestBrush({ width, height }: { width: number; height: number }): number {
  return Math.max(8, Math.round(Math.max(width, height) / 4))
}

/** The next brush up or down, a fifth larger or smaller. */
export function nextBrush(px: number, direction: 1 | -1, widest: number): number {
  const next = direction > 0 ? Math.max(px + 1, Math.round(px * 1.2)) : Math.min(px - 1, Math.round(px / 1.2))
  return Math.min(widest, Math.max(1, next))
}
