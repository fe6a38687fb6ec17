/** A rectangle in whole pixels, from the upper left corner. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** What is measured: files by their paths, and rectangles that the edit was to leave alone. */
export interface DriftInput {
  /** The picture that was edited. */
  sourcePath: string
  /** What came of it. */
  resultPath: string
  /** PNG whose fully transparent pixels were open to the edit; null when none was sent, and then nothing counts as open. */
  maskPath: string | null
  /** Protected rectangles, in pixels of the result. What lies beyond the picture is cut off. */
  boxes: readonly Box[]
  /** Where the heat map is written, as PNG; null for none. */
  heatMapPath: string | null
}

/**
 * How the result's content lies against the source's: a point at `p` in the source is found at
 * `centre + scale × (p − centre) + shift` in the result. Lengths are pixels of the result.
 */
export interface Alignment {
  shiftX: number
  shiftY: number
  scale: number
  /** Share of the picture's textured tiles that match under it, 0..1; low where too much changed, or where there is nothing to match. */
  confidence: number
}

/**
 * How colours moved, in CIE Lab (D65): `l`, `a`, `b` are the mean of result minus source, `deltaEMean` and `deltaEP95` the length of the
 * difference (CIE76), all taken after the blur that `perceptual-difference.ts` describes.
 */
export interface ColourShift {
  l: number
  a: number
  b: number
  deltaEMean: number
  deltaEP95: number
}

/** What changed in the part that the mask keeps shut. */
export interface OutsideDrift {
  /** Pixels judged, of the working size. */
  pixels: number
  /** Share of them that changed visibly, 0..1, after alignment. */
  changedFraction: number
  /** The same without alignment: a picture that only moved as a whole counts here. */
  changedFractionRaw: number
  /** Mean structural similarity, 1 = the same. Finer than `changedFraction`: also grain and sharpness move it. */
  ssim: number
  colourShift: ColourShift
  /** Bounds of the largest connected changed part, in pixels of the result. */
  largestRegion: Box | null
}

/** What changed in one protected rectangle. */
export interface BoxDrift {
  /** As it was declared. */
  box: Box
  /** Share of its pixels that changed visibly, 0..1. */
  changedFraction: number
  ssim: number
  /** Mean ΔE. */
  deltaE: number
}

/** The heat map that was written. */
export interface HeatMapFile {
  sha256: string
  bytes: number
  /** Pixels; those of the result. */
  width: number
  height: number
}

/** What an edit changed, compared pixel by pixel. */
export interface Drift {
  comparable: true
  reason: null
  /** The size at which it was compared, about a megapixel at most. */
  workingSize: { width: number; height: number }
  alignment: Alignment
  /** Null when the mask leaves no pixel shut. */
  outside: OutsideDrift | null
  /** What changed where the mask is open, after alignment: whether the edit did anything at all. Null without an open pixel. */
  inside: { changedFraction: number } | null
  /** In order of the input; null where a rectangle lies beyond the picture. */
  boxes: (BoxDrift | null)[]
  heatMap: HeatMapFile | null
}

/** The two pictures cannot be laid over one another; `reason` is a sentence for people. */
export interface NotComparable {
  comparable: false
  reason: string
}

/** What an edit changed, as figures. They judge nothing. */
export type DriftMeasurement = Drift | NotComparable
