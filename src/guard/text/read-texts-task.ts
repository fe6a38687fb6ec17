import type { Box } from '../drift-measurement.ts'
import { scaleBox } from '../region.ts'
import { type PictureHeader, readHeader, readWorkingPicture, type Size, type WorkingPicture } from '../working-picture.ts'
import { compareGlyphs } from './compare-glyphs.ts'
import { findText, readAll } from './find-text.ts'
import { dataNameOf, findEngine, findLanguageData } from './languages.ts'
import { charactersOf } from './normalise-text.ts'
import { layoutOf, readBox } from './read-box.ts'
import type { DeclaredText, TextFigures, TextInput, TextProblem } from './text-figures.ts'
import { openTextReader, type ReadSymbol, type TextReader } from './text-reader.ts'

/** Larger pictures are read at about this many pixels. */
const MOST_PIXELS = 12_000_000
/** Print below this is no print to read, pixels of the result. */
const LEAST_SIDE = 6
/** Languages in which protected boxes are read, of those installed. */
const PROBED = ['eng', 'jpn', 'chi_sim'] as const
/** A protected box shows a text when it is read with this confidence at least, and so many characters. */
const PROBE_CONFIDENCE = 80
const PROBE_CHARACTERS = 3

/** Both pictures at the size in which they are read. */
interface Pictures {
  source: WorkingPicture | null
  result: WorkingPicture
  /** Size of the result, in whose pixels boxes are. */
  full: Size
  /** What was read of whole pictures, by language, once it is needed. */
  pages: Map<string, { source: ReadSymbol[][]; result: ReadSymbol[][] }>
}

/** Reads declared and protected texts before and after, and compares their print. @throws RefusedPixels `unreadable` */
export async function run({ sourcePath, resultPath, texts, protect }: TextInput): Promise<TextFigures[]> {
  if (findEngine() === null) return texts.map((text, index) => unreadable(text, index, 'not_installed'))
  const header = await readHeader(resultPath)
  const pictures: Pictures = { ...(await readBoth(sourcePath, header)), full: header, pages: new Map() }
  const figures: TextFigures[] = []
  for (const [index, text] of texts.entries()) figures.push(await figuresOf(pictures, text, index))
  if (pictures.source) {
    const declared = figures.flatMap(({ box }) => box ?? [])
    for (const [index, box] of protect.entries())
      if (!declared.some((other) => overlap(box, other))) figures.push(...(await protectedText(pictures, box, index)))
  }
  return figures
}

async function readBoth(sourcePath: string | null, header: PictureHeader): Promise<Pick<Pictures, 'source' | 'result'>> {
  const factor = Math.min(1, Math.sqrt(MOST_PIXELS / (header.width * header.height)))
  const size = { width: Math.max(1, Math.round(header.width * factor)), height: Math.max(1, Math.round(header.height * factor)) }
  const result = await readWorkingPicture(header, size)
  const source = sourcePath === null ? null : await readWorkingPicture(await readHeader(sourcePath), size)
  return { source, result }
}

const unreadable = (declared: DeclaredText, index: number, problem: TextProblem): TextFigures => ({
  ...{ kind: 'declared', index, text: declared.text, lang: declared.lang, box: declared.box },
  ...{ problem, source: null, result: null, glyphs: null },
})

async function figuresOf(pictures: Pictures, declared: DeclaredText, index: number): Promise<TextFigures> {
  const dataName = dataNameOf(declared.lang)
  if (dataName === null) return unreadable(declared, index, 'unknown_language')
  if (findLanguageData(dataName) === null) return unreadable(declared, index, 'no_data')
  try {
    const reader = await openTextReader(dataName)
    const box = declared.box ? boxIn(pictures, declared.box) : await search(pictures, declared.text, dataName, reader)
    if (typeof box === 'string') return unreadable(declared, index, box)
    return {
      ...unreadable(declared, index, 'not_found'),
      problem: null,
      ...(await compare(pictures, box, reader, declared.text, declared.box === null)),
    }
  } catch {
    return unreadable(declared, index, 'reader_failed')
  }
}

/** A box of the result at the size in which it is read. */
function boxIn({ result, full }: Pictures, box: Box): Box | 'beyond_picture' | 'too_small' {
  const scaled = scaleBox(box, full, result)
  if (scaled === null) return 'beyond_picture'
  return Math.min(scaled.width, scaled.height) < LEAST_SIDE ? 'too_small' : scaled
}

/** Where it stands in the source; else, where the edit was to put it, in the result. */
async function search({ source, result, pages }: Pictures, text: string, dataName: string, reader: TextReader): Promise<Box | 'not_found'> {
  const known = pages.get(dataName)
  const page = known ?? { source: source ? await readAll(source, reader) : [], result: await readAll(result, reader) }
  pages.set(dataName, page)
  const [before, after] = [findText(page.source, text), findText(page.result, text)]
  const found = before && after && !overlap(before, after) ? after : (before ?? after)
  return found ? (scaleBox(found, result, result) ?? 'not_found') : 'not_found'
}

async function compare({ source, result, full }: Pictures, box: Box, reader: TextReader, text: string, isFound = false) {
  const after = await readBox(result, box, reader, text, isFound)
  const before = source && (await readBox(source, box, reader, text, isFound))
  const factor = full.width / result.width
  const lineHeight = before ? (await layoutOf(source, box)).lineHeight : after.lineHeight
  const glyphs = source && (await compareGlyphs(source, result, box, lineHeight))
  return {
    box: scaleBox(box, result, full),
    source: before,
    result: after,
    glyphs: glyphs && {
      ...glyphs,
      shiftX: glyphs.shiftX * factor,
      shiftY: glyphs.shiftY * factor,
      place: glyphs.place && scaleBox(glyphs.place, result, full),
    },
  }
}

/** Reads a protected box of the source in each language; what is read best counts. Nothing where no text is read. */
async function protectedText(pictures: Pictures, protectedBox: Box, index: number): Promise<TextFigures[]> {
  const box = boxIn(pictures, protectedBox)
  if (typeof box === 'string') return []
  try {
    const best = await bestLanguage(pictures.source!, box)
    if (best === null) return []
    const compared = await compare(pictures, box, best.reader, best.text)
    return [{ kind: 'protected', index, text: best.text, lang: best.dataName, problem: null, ...compared }]
  } catch {
    return []
  }
}

async function bestLanguage(source: WorkingPicture, box: Box) {
  let best: { dataName: string; reader: TextReader; text: string; confidence: number } | null = null
  for (const dataName of PROBED) {
    if (findLanguageData(dataName) === null) continue
    const reader = await openTextReader(dataName)
    const [first] = (await readBox(source, box, reader, null)).readings
    const isText = first!.confidence >= PROBE_CONFIDENCE && charactersOf(first!.text).length >= PROBE_CHARACTERS
    if (isText && first!.confidence > (best?.confidence ?? 0)) best = { dataName, reader, text: first!.text, confidence: first!.confidence }
  }
  return best
}

function overlap(one: Box, other: Box): boolean {
  const across = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x)
  const down = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y)
  return across > 0 && down > 0
}
