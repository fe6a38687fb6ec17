import { createCanvas } from '@napi-rs/canvas'
import { cssFont } from '../../src/sandbox/render/text/font-library.ts'
import { roomSize } from './edit-calls.ts'

/** What its sign says. */
export const words = 'Harbour Hotel'
export const sign = { x: 60, y: 40, width: 420, height: 90 }
export const door = { x: 700, y: 250, width: 200, height: 320 }
/** Where a mask may be open: nothing but wall. */
export const hole = { x: 120, y: 250, width: 300, height: 250 }

/** A wall with a sign and a door. @param changed what an edit made of it: other words, a door that moved, in pixels */
export function facade({ says = words, doorMoved = 0 }: { says?: string; doorMoved?: number } = {}): Buffer {
  const brush = createCanvas(roomSize.width, roomSize.height).getContext('2d')
  for (let y = 0; y < roomSize.height; y += 32)
    for (let x = 0; x < roomSize.width; x += 64) {
      brush.fillStyle = `hsl(${20 + ((x * 7 + y * 3) % 12)} 35% ${52 + ((x * 5 + y * 11) % 9)}%)`
      brush.fillRect(x + ((y / 32) % 2) * 32, y, 62, 30)
    }
  brush.fillStyle = '#1d3b2a'
  brush.fillRect(door.x + doorMoved, door.y, door.width, door.height)
  brush.fillStyle = '#d9b44a'
  brush.fillRect(door.x + doorMoved + 160, door.y + 150, 18, 30)
  brush.fillStyle = '#f6f1e4'
  brush.fillRect(sign.x, sign.y, sign.width, sign.height)
  brush.fillStyle = '#22272e'
  brush.font = cssFont('ja', 'bold', 48)
  brush.fillText(says, sign.x + 30, sign.y + 62)
  return brush.canvas.toBuffer('image/png')
}
