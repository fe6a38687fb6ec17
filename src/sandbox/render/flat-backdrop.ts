import { type Canvas, createCanvas, type Image } from '@napi-rs/canvas'
import type { Colour } from './colour.ts'

/** A background that a prompt asks for in so many words, and the prompt without it. */
export interface FlatBackdrop {
  colour: Colour
  prompt: string
}

/** The sentence that callers add who will key the background out: it names one flat colour in hex. */
const flatBackground = /\s*\bbackground\b[^.]*\bflat\b[^.]*?(#[0-9a-f]{6})\b.*/is

/** Reads a prompt as a model would that does what it is told. */
export function flatBackdropOf(prompt: string): FlatBackdrop | null {
  const colour = flatBackground.exec(prompt)?.[1]
  return colour === undefined ? null : { colour: colour.toLowerCase() as Colour, prompt: prompt.replace(flatBackground, '') }
}

/** Lays a cut-out over one flat colour. */
export function onBackdrop(cutOut: Canvas | Image, colour: Colour): Canvas {
  const canvas = createCanvas(cutOut.width, cutOut.height)
  const brush = canvas.getContext('2d')
  brush.fillStyle = colour
  brush.fillRect(0, 0, canvas.width, canvas.height)
  brush.drawImage(cutOut, 0, 0)
  return canvas
}
