import type Konva from 'konva'
import { useEffect, useMemo, useRef, useState } from 'react'
import { Circle, Group, Image, Layer, Line, Rect, Stage, Text } from 'react-konva'
import type { MaskDocument } from './mask-document.ts'
import { MaskOverlay } from './mask-overlay.ts'
import type { Box, Point } from './mask-raster.ts'
import type { Extent, View } from './mask-view.ts'

/** A shape that is being drawn, before it is one. */
export type Draft = { kind: 'box'; box: Box; isProtecting: boolean } | { kind: 'lasso'; points: readonly Point[] }

/** What is shown in the window of a picture. */
export interface MaskStageProps {
  extent: Extent
  view: View
  pictureUrl: string
  mask: MaskDocument
  featherPx: number
  protect: readonly Box[]
  draft: Draft | null
  /** Where the brush is, with its width in pixels of the picture; null = nowhere. */
  brush: { at: Point; px: number } | null
  /** Where the keyboard is. */
  cursor: Point | null
}

/** Lines over pictures are seen on any of them: dark, with a light one beside it. */
const [DARK, LIGHT, GUARD] = ['#141210', '#ffffff', '#2f9e5b']

/** A picture under its mask, with what is being drawn above both. The three layers are drawn apart: a stroke moves the mask alone. */
export function MaskStage({ extent, view, pictureUrl, mask, featherPx, protect, draft, brush, cursor }: MaskStageProps) {
  const picture = usePicture(pictureUrl)
  const overlay = useMemo(() => new MaskOverlay(mask, 0), [mask])
  const maskLayer = useRef<Konva.Layer>(null)
  useEffect(() => {
    overlay.feather(featherPx)
    maskLayer.current?.batchDraw()
  }, [overlay, featherPx])
  useEffect(
    () =>
      mask.subscribe((changed, isAtRest) => {
        overlay.refresh(changed, isAtRest)
        maskLayer.current?.batchDraw()
      }),
    [mask, overlay],
  )
  const place = { x: view.x, y: view.y, scaleX: view.scale, scaleY: view.scale }
  const isNear = view.scale >= 2
  return (
    <Stage width={extent.width} height={extent.height} listening={false}>
      <Layer listening={false} imageSmoothingEnabled={!isNear}>
        {picture && <Image image={picture} width={mask.width} height={mask.height} {...place} />}
      </Layer>
      <Layer ref={maskLayer} listening={false} imageSmoothingEnabled={!isNear}>
        <Image image={overlay.canvas} width={mask.width} height={mask.height} {...place} />
      </Layer>
      <Layer listening={false}>
        <Group {...place}>
          {protect.map((box, index) => (
            <ProtectMark key={`${box.x}-${box.y}-${box.width}-${box.height}`} box={box} number={index + 1} scale={view.scale} />
          ))}
          {draft && <DraftMark draft={draft} scale={view.scale} />}
          {brush && <BrushMark at={brush.at} px={brush.px} scale={view.scale} />}
          {cursor && <CursorMark at={cursor} scale={view.scale} />}
        </Group>
      </Layer>
    </Stage>
  )
}

function usePicture(url: string): HTMLImageElement | null {
  const [picture, setPicture] = useState<HTMLImageElement | null>(null)
  useEffect(() => {
    const image = document.createElement('img')
    let isWanted = true
    image.src = url
    image.decode().then(
      () => isWanted && setPicture(image),
      () => undefined,
    )
    return () => {
      isWanted = false
    }
  }, [url])
  return picture
}

function ProtectMark({ box, number, scale }: { box: Box; number: number; scale: number }) {
  return (
    <>
      <Rect {...box} stroke={LIGHT} strokeWidth={4 / scale} />
      <Rect {...box} stroke={GUARD} strokeWidth={2 / scale} />
      <Rect x={box.x} y={box.y} width={18 / scale} height={18 / scale} fill={GUARD} />
      <Text
        x={box.x}
        y={box.y}
        width={18 / scale}
        height={18 / scale}
        text={String(number)}
        fontSize={13 / scale}
        fill={LIGHT}
        align="center"
        verticalAlign="middle"
      />
    </>
  )
}

function DraftMark({ draft, scale }: { draft: Draft; scale: number }) {
  if (draft.kind === 'box') {
    const colour = draft.isProtecting ? GUARD : DARK
    return (
      <>
        <Rect {...draft.box} stroke={LIGHT} strokeWidth={3 / scale} />
        <Rect {...draft.box} stroke={colour} strokeWidth={1.5 / scale} dash={[6 / scale, 4 / scale]} />
      </>
    )
  }
  const points = draft.points.flatMap(({ x, y }) => [x, y])
  return (
    <>
      <Line points={points} stroke={LIGHT} strokeWidth={3 / scale} closed />
      <Line points={points} stroke={DARK} strokeWidth={1.5 / scale} dash={[6 / scale, 4 / scale]} closed />
    </>
  )
}

function BrushMark({ at, px, scale }: { at: Point; px: number; scale: number }) {
  return (
    <>
      <Circle {...at} radius={px / 2} stroke={LIGHT} strokeWidth={3 / scale} />
      <Circle {...at} radius={px / 2} stroke={DARK} strokeWidth={1 / scale} />
    </>
  )
}

function CursorMark({ at, scale }: { at: Point; scale: number }) {
  const arm = 12 / scale
  const across = [at.x - arm, at.y, at.x + arm, at.y]
  const down = [at.x, at.y - arm, at.x, at.y + arm]
  return (
    <>
      <Line points={across} stroke={LIGHT} strokeWidth={4 / scale} />
      <Line points={down} stroke={LIGHT} strokeWidth={4 / scale} />
      <Line points={across} stroke={DARK} strokeWidth={2 / scale} />
      <Line points={down} stroke={DARK} strokeWidth={2 / scale} />
    </>
  )
}
