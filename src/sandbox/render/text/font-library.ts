import { createRequire } from 'node:module'
import { GlobalFonts } from '@napi-rs/canvas'
import { type Coverage, readCoverage } from './font-coverage.ts'

/** Whose forms a Han character takes: 直 and 骨 look different in Japanese and in Simplified Chinese print. */
export type Language = 'ja' | 'zh'
/** How heavy a text is set. */
export type FontWeight = 'medium' | 'bold' | 'black'

const files: Record<Language, Record<FontWeight, string>> = {
  ja: {
    medium: '@expo-google-fonts/noto-sans-jp/500Medium/NotoSansJP_500Medium.ttf',
    bold: '@expo-google-fonts/noto-sans-jp/700Bold/NotoSansJP_700Bold.ttf',
    black: '@expo-google-fonts/noto-sans-jp/900Black/NotoSansJP_900Black.ttf',
  },
  zh: {
    medium: '@expo-google-fonts/noto-sans-sc/500Medium/NotoSansSC_500Medium.ttf',
    bold: '@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf',
    black: '@expo-google-fonts/noto-sans-sc/900Black/NotoSansSC_900Black.ttf',
  },
}

const require = createRequire(import.meta.url)
const registered = new Set<string>()
const coverages = new Map<Language, Coverage>()

/**
 * CSS font text such as `48px "Darkroom ja bold"`. The file is registered with the graphics library on first use (about 15 ms);
 * the other language's file stands behind it for characters that the first lacks.
 */
export function cssFont(language: Language, weight: FontWeight, sizePixels: number): string {
  const other: Language = language === 'ja' ? 'zh' : 'ja'
  return `${sizePixels}px "${family(language, weight)}", "${family(other, weight)}"`
}

/** True when one of the two languages' fonts can draw the character. */
export function canDraw(codePoint: number): boolean {
  return coverageOf('ja')(codePoint) || coverageOf('zh')(codePoint)
}

function family(language: Language, weight: FontWeight): string {
  const name = `Darkroom ${language} ${weight}`
  if (!registered.has(name)) {
    GlobalFonts.registerFromPath(require.resolve(files[language][weight]), name)
    registered.add(name)
  }
  return name
}

function coverageOf(language: Language): Coverage {
  const known = coverages.get(language)
  if (known) return known
  const coverage = readCoverage(require.resolve(files[language].bold))
  coverages.set(language, coverage)
  return coverage
}
