import { type PointerEvent, type RefObject, useRef, useState } from 'react'
import type { MaskDocument } from './mask-document.ts'
import { type Box, boxBetween, clipBox, type Dot, type Point } from './mask-raster.ts'
import type { Draft } from './mask-stage.tsx'
import { inkOf, type ToolSettings } from './mask-tool.ts'
import { toPicture, type View } from './mask-view.ts'

/** What a pointer works with. */
export interface PointerDesk {
  window: RefObject<HTMLElement | null>
  mask: MaskDocument
  settings: ToolSettings
  view: View
  onPan: (by: Point) => void
  onZoom: (factor: number, at: Point) => void
  onProtect: (box: Box) => void
}

/** What it is doing. */
type Gesture =
  | { kind: 'stroke'; last: Dot }
  | { kind: 'box'; start: Point }
  | { kind: 'lasso'; points: Point[] }
  | { kind: 'pan'; last: Point }
  | { kind: 'pinch' }

/** The least that a pen which is hardly pressed paints of its width. */
const LIGHTEST_PRESSURE = 0.25
const MIDDLE_BUTTON = 1

/** Mouse, pen and fingers: one draws, the pen as broad as it is pressed; two fingers move and scale the picture. */
export function useMaskPointer(desk: PointerDesk) {
  const gesture = useRef<Gesture | null>(null)
  const fingers = useRef(new Map<number, Point>())
  const [draft, setDraft] = useState<Draft | null>(null)
  const [hover, setHover] = useState<Point | null>(null)

  const placeOf = (event: { clientX: number; clientY: number }): Point => {
    const { left, top } = desk.window.current!.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }
  const dotOf = (event: globalThis.PointerEvent): Dot => {
    const share = event.pointerType === 'pen' && event.pressure > 0 ? LIGHTEST_PRESSURE + (1 - LIGHTEST_PRESSURE) * event.pressure : 1
    return { ...toPicture(desk.view, placeOf(event)), radius: Math.max(0.5, (desk.settings.brushPx / 2) * share) }
  }

  const begin = (event: PointerEvent) => {
    const [{ tool }, at] = [desk.settings, toPicture(desk.view, placeOf(event))]
    if (tool === 'hand' || event.button === MIDDLE_BUTTON) gesture.current = { kind: 'pan', last: placeOf(event) }
    else if (tool === 'rectangle' || tool === 'protect') gesture.current = { kind: 'box', start: at }
    else if (tool === 'lasso') gesture.current = { kind: 'lasso', points: [at] }
    else {
      const dot = dotOf(event.nativeEvent)
      desk.mask.stroke(dot, dot, inkOf(desk.settings))
      gesture.current = { kind: 'stroke', last: dot }
    }
  }

  const drop = () => {
    if (gesture.current?.kind === 'stroke') desk.mask.dropStep()
    gesture.current = null
    setDraft(null)
  }

  const pinch = (event: PointerEvent) => {
    const [before, now] = [fingers.current, new Map(fingers.current).set(event.pointerId, placeOf(event))]
    const [from, to] = [spanOf(before), spanOf(now)]
    fingers.current = now
    if (from === null || to === null) return
    desk.onPan({ x: to.middle.x - from.middle.x, y: to.middle.y - from.middle.y })
    if (from.length > 0) desk.onZoom(to.length / from.length, to.middle)
  }

  const move = (event: PointerEvent) => {
    const active = gesture.current!
    const at = toPicture(desk.view, placeOf(event))
    if (active.kind === 'pan') {
      const place = placeOf(event)
      desk.onPan({ x: place.x - active.last.x, y: place.y - active.last.y })
      active.last = place
    } else if (active.kind === 'box') {
      setDraft({ kind: 'box', box: boxBetween(active.start, at), isProtecting: desk.settings.tool === 'protect' })
    } else if (active.kind === 'lasso') {
      active.points.push(...coalesced(event).map((each) => toPicture(desk.view, placeOf(each))))
      setDraft({ kind: 'lasso', points: [...active.points] })
    } else if (active.kind === 'stroke') {
      for (const each of coalesced(event)) {
        const dot = dotOf(each)
        desk.mask.stroke(active.last, dot, inkOf(desk.settings))
        active.last = dot
      }
    }
  }

  const end = (event: PointerEvent) => {
    const active = gesture.current
    gesture.current = null
    setDraft(null)
    if (active?.kind === 'stroke') desk.mask.endStep()
    if (active?.kind === 'lasso') desk.mask.fillPolygon(active.points, inkOf(desk.settings))
    if (active?.kind !== 'box') return
    const box = clipBox(desk.mask, boxBetween(active.start, toPicture(desk.view, placeOf(event))))
    if (box === null) return
    if (desk.settings.tool === 'protect') desk.onProtect(box)
    else desk.mask.fillBox(box, inkOf(desk.settings))
  }

  const handlers = {
    onPointerDown(event: PointerEvent) {
      if (event.button > MIDDLE_BUTTON) return
      event.currentTarget.setPointerCapture(event.pointerId)
      if (event.pointerType === 'touch') fingers.current.set(event.pointerId, placeOf(event))
      if (fingers.current.size >= 2) {
        drop()
        gesture.current = { kind: 'pinch' }
      } else begin(event)
    },
    onPointerMove(event: PointerEvent) {
      if (event.pointerType !== 'touch') setHover(toPicture(desk.view, placeOf(event)))
      if (gesture.current?.kind === 'pinch') pinch(event)
      else if (gesture.current !== null) move(event)
    },
    onPointerUp(event: PointerEvent) {
      fingers.current.delete(event.pointerId)
      // The finger that is left after a pinch does not begin to draw.
      if (gesture.current?.kind === 'pinch') gesture.current = fingers.current.size === 0 ? null : gesture.current
      else end(event)
    },
    onPointerCancel(event: PointerEvent) {
      fingers.current.delete(event.pointerId)
      drop()
    },
    onPointerLeave: () => setHover(null),
  }
  return { handlers, draft, hover, drop }
}

/** What the browser saw of the pointer since it told last. */
function coalesced(event: PointerEvent): globalThis.PointerEvent[] {
  const events = event.nativeEvent.getCoalescedEvents?.() ?? []
  return events.length === 0 ? [event.nativeEvent] : events
}

function spanOf(fingers: ReadonlyMap<number, Point>): { middle: Point; length: number } | null {
  const [one, other] = [...fingers.values()]
  if (!one || !other) return null
  return { middle: { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 }, length: Math.hypot(other.x - one.x, other.y - one.y) }
}
