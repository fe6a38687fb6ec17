import type { Box } from '../drift-measurement.ts'
import type { CameraFigures } from './camera.ts'
import type { SubjectFigures } from './subject.ts'

/** What is looked at: files by their paths, and the subject's box in pixels of the result where the caller declared one. */
export interface LookInput {
  sourcePath: string
  resultPath: string
  maskPath: string | null
  subject: Box | null
}

/** What was seen of camera and subject. */
export type LookFigures =
  | { comparable: false; reason: string }
  | {
      comparable: true
      reason: null
      /** Share of the picture that the mask keeps. */
      kept: number
      /** Of the working size, in pixels. */
      longerSide: number
      /** Null where too few features were found or followed. */
      camera: CameraFigures | null
      subject: SubjectFigures | null
      /** Why there is no subject. */
      subjectProblem: 'too_small' | 'beyond_picture' | 'none_found' | null
    }
