import type { PixelSize } from './size-rules.ts'

const BOX = 16

/** The shape of a size, drawn small. */
export function ShapeIcon({ width, height }: PixelSize) {
  const scale = BOX / Math.max(width, height)
  const [w, h] = [width * scale - 2, height * scale - 2]
  return (
    <svg aria-hidden="true" width={BOX} height={BOX} viewBox={`0 0 ${BOX} ${BOX}`} fill="none" stroke="currentColor" strokeWidth="1.5">
      <rect x={(BOX - w) / 2} y={(BOX - h) / 2} width={w} height={h} rx="1.5" />
    </svg>
  )
}

/** Two edges that are held together. */
export function LockIcon() {
  return (
    <svg aria-hidden="true" width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5">
      <rect x="3" y="7" width="10" height="7" rx="1.5" />
      <path d="M5.500 7V5a2.500 2.500 0 0 1 5 0v2" />
    </svg>
  )
}
