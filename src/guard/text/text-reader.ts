import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { findEngine, findLanguageData } from './languages.ts'

/** One character that was read, in pixels of the picture it was read from. */
export interface ReadSymbol {
  text: string
  /** 0..100, the engine's own. */
  confidence: number
  left: number
  top: number
  right: number
  bottom: number
  /** Number of its line, from the first that was found. */
  line: number
}

/** How a picture is laid out: one line, one block of lines, or text anywhere. Numbers of Tesseract's page segmentation modes. */
export const LAYOUT = { block: 6, line: 7, scattered: 11 } as const

/** A reader of one language. */
export interface TextReader {
  /** Reads a grey or colour picture. @param png as the decoder takes it @returns its symbols in reading order */
  read(png: Uint8Array, layout: number): ReadSymbol[]
}

/** What of Tesseract, compiled to WebAssembly, is used here. */
interface TesseractModule {
  FS: { writeFile(path: string, bytes: Uint8Array): void; unlink(path: string): void }
  TessBaseAPI: new () => TesseractApi
}

interface TesseractApi {
  Init(folder: string, language: string, engineMode: number): number
  SetVariable(name: string, value: string): boolean
  SetPageSegMode(mode: number): void
  SetImageFile(exif: number, angle: number): number
  Recognize(monitor: null): number
  GetJSONText(page: number): string
  Clear(): void
}

/** What `GetJSONText` holds, as far as it is used. */
interface PageJson {
  blocks?: { paragraphs: { lines: { words: { symbols: SymbolJson[] }[] }[] }[] }[]
}

interface SymbolJson {
  text: string
  confidence: number
  bbox: { x0: number; y0: number; x1: number; y1: number }
}

/** The small data hold this network alone. */
const LSTM_ONLY = 1
/** Where the engine takes a picture from, in its own memory. */
const INPUT = '/input'

const require = createRequire(import.meta.url)
const inflate = promisify(gunzip)

let engine: Promise<TesseractModule> | null = null
const readers = new Map<string, Promise<TextReader>>()

/**
 * Opens a reader, or the one that is open: the data of a language take a tenth of a second to load and some ten megabytes to keep, as long as this
 * process lives. Only ever called in a child process: reading holds its thread, and pictures are of unknown origin.
 * @throws Error when the engine or the data are not installed
 */
export function openTextReader(dataName: string): Promise<TextReader> {
  const known = readers.get(dataName)
  if (known) return known
  const opening = open(dataName)
  readers.set(dataName, opening)
  return opening
}

async function open(dataName: string): Promise<TextReader> {
  const [enginePath, dataPath] = [findEngine(), findLanguageData(dataName)]
  if (enginePath === null || dataPath === null) throw new Error(`no data for ${dataName} are installed`)
  engine ??= (require(enginePath) as (options: object) => Promise<TesseractModule>)({ print: silence, printErr: silence })
  const tesseract = await engine
  const path = `/${dataName}.traineddata`
  tesseract.FS.writeFile(path, await inflate(await readFile(dataPath)))
  const api = new tesseract.TessBaseAPI()
  if (api.Init('/', dataName, LSTM_ONLY) !== 0) throw new Error(`the data for ${dataName} cannot be loaded`)
  tesseract.FS.unlink(path)
  return { read: (png, layout) => read(tesseract, api, png, layout) }
}

/** The engine talks about parameters that it does not know. */
function silence(): void {}

function read({ FS }: TesseractModule, api: TesseractApi, png: Uint8Array, layout: number): ReadSymbol[] {
  FS.writeFile(INPUT, png)
  api.SetPageSegMode(layout)
  if (api.SetImageFile(0, 0) !== 0) throw new Error('the engine cannot read the picture it was given')
  api.Recognize(null)
  const page = JSON.parse(api.GetJSONText(0)) as PageJson
  api.Clear()
  const lines = (page.blocks ?? []).flatMap(({ paragraphs }) => paragraphs.flatMap((paragraph) => paragraph.lines))
  return lines.flatMap(({ words }, line) => words.flatMap(({ symbols }) => symbols.map((symbol) => symbolOf(symbol, line))))
}

function symbolOf({ text, confidence, bbox }: SymbolJson, line: number): ReadSymbol {
  return { text, confidence, left: bbox.x0, top: bbox.y0, right: bbox.x1, bottom: bbox.y1, line }
}
