import { type KeyboardEvent, useState } from 'react'
import type { MaskDocument } from './mask-document.ts'
import { type Box, boxBetween, type Dot, type Point } from './mask-raster.ts'
import type { Draft } from './mask-stage.tsx'
import { inkOf, type MaskTool, nextBrush, type ToolSettings, toolKeys, widestBrush } from './mask-tool.ts'
import type { View } from './mask-view.ts'

/** What the keyboard works with. */
export interface KeyDesk {
  mask: MaskDocument
  settings: ToolSettings
  view: View
  onSettings: (change: Partial<ToolSettings>) => void
  onZoom: (factor: number | 'fit', at: Point | null) => void
  /** The cursor went here; the picture is moved where it would not be seen. */
  onMoved: (at: Point) => void
  onProtect: (box: Box) => void
}

/** What the keyboard is doing: a stroke while the pen is down, or a shape whose points are being set. */
interface Pen {
  isDown: boolean
  points: readonly Point[]
}

/** Screen pixels that an arrow moves the cursor by; with Shift so many times more, with Alt one pixel of the picture. */
const STEP = 10
const LARGE = 5
const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}
const penUp: Pen = { isDown: false, points: [] }

/**
 * Drawing without a pointer: arrows move a cursor, the space bar sets a dot, a corner or a point there, Enter puts the pen down and takes it up or closes a lasso, Escape
 * gives up what has begun. Letters choose tools while the picture has the focus, and only then.
 */
export function useMaskKeys(desk: KeyDesk) {
  const { mask, settings } = desk
  const [cursor, setCursor] = useState<Point | null>(null)
  const [pen, setPen] = useState<Pen>(penUp)
  const at = cursor ?? { x: Math.floor(mask.width / 2), y: Math.floor(mask.height / 2) }
  const isBrush = settings.tool === 'brush' || settings.tool === 'eraser'
  const isBox = settings.tool === 'rectangle' || settings.tool === 'protect'
  const dot = (place: Point): Dot => ({ x: place.x + 0.5, y: place.y + 0.5, radius: Math.max(0.5, settings.brushPx / 2) })

  const leave = () => {
    if (pen.isDown) mask.endStep()
    setPen(penUp)
  }
  const moveBy = ([x, y]: readonly [number, number], event: KeyboardEvent) => {
    const step = event.altKey ? 1 : Math.max(1, Math.round(STEP / desk.view.scale)) * (event.shiftKey ? LARGE : 1)
    const to = { x: Math.min(mask.width - 1, Math.max(0, at.x + x * step)), y: Math.min(mask.height - 1, Math.max(0, at.y + y * step)) }
    if (pen.isDown) mask.stroke(dot(at), dot(to), inkOf(settings))
    setCursor(to)
    desk.onMoved(to)
  }
  const boxTo = (place: Point): Box => boxOfPixels(pen.points[0]!, place)
  const set = () => {
    setCursor(at)
    if (isBrush) {
      mask.stroke(dot(at), dot(at), inkOf(settings))
      if (!pen.isDown) mask.endStep()
    } else if (isBox && pen.points.length === 1) {
      if (settings.tool === 'protect') desk.onProtect(boxTo(at))
      else mask.fillBox(boxTo(at), inkOf(settings))
      setPen(penUp)
    } else if (settings.tool !== 'hand') setPen({ ...pen, points: [...pen.points, at] })
  }
  const enter = () => {
    if (isBrush) {
      if (pen.isDown) mask.endStep()
      else mask.stroke(dot(at), dot(at), inkOf(settings))
      setCursor(at)
      setPen({ ...penUp, isDown: !pen.isDown })
    } else if (settings.tool === 'lasso' && pen.points.length >= 3) {
      mask.fillPolygon(pen.points, inkOf(settings))
      setPen(penUp)
    } else set()
  }
  const giveUp = () => {
    if (pen.isDown) mask.dropStep()
    setPen(penUp)
  }
  const choose = (tool: MaskTool) => {
    leave()
    desk.onSettings({ tool })
  }
  const brush = (direction: 1 | -1) => desk.onSettings({ brushPx: nextBrush(settings.brushPx, direction, widestBrush(mask)) })

  const plain: Readonly<Record<string, () => void>> = {
    ' ': set,
    Enter: enter,
    Escape: giveUp,
    i: () => mask.invert(),
    '[': () => brush(-1),
    ']': () => brush(1),
    '+': () => desk.onZoom(1.25, cursor),
    '=': () => desk.onZoom(1.25, cursor),
    '-': () => desk.onZoom(0.8, cursor),
    '0': () => desk.onZoom('fit', null),
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const act = actOf(event)
    if (act === null) return
    event.preventDefault()
    act()
  }
  const actOf = (event: KeyboardEvent): (() => void) | null => {
    const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key
    if (event.ctrlKey || event.metaKey) {
      if (letter === 'z') return () => (event.shiftKey ? mask.redo() : mask.undo())
      return letter === 'y' ? () => mask.redo() : null
    }
    const direction = directions[event.key]
    if (direction) return () => moveBy(direction, event)
    const tool = toolKeys[letter]
    return tool ? () => choose(tool) : (plain[letter] ?? null)
  }
  return { onKeyDown, onBlur: leave, cursor, at, isDown: pen.isDown, draft: draftOf(pen, at, settings) }
}

/** A box that holds the pixels of both corners. */
function boxOfPixels(one: Point, other: Point): Box {
  const box = boxBetween(one, other)
  return { ...box, width: box.width + 1, height: box.height + 1 }
}

function draftOf({ points }: Pen, at: Point, { tool }: ToolSettings): Draft | null {
  const [first] = points
  if (!first) return null
  if (tool === 'lasso') return { kind: 'lasso', points: [...points, at] }
  return { kind: 'box', box: boxOfPixels(first, at), isProtecting: tool === 'protect' }
}
