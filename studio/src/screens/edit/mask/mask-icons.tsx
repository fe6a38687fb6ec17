import { Icon } from '../../../ui/icons.tsx'

const SIGN_PIXELS = 18

export const BrushIcon = () => (
  <Icon size={SIGN_PIXELS}>
    <path d="M16.5 3.5l-7.5 8M9 11.5c-2-1-4 .5-4 2.500 0 1.500-1 2.500-2 2.500 3 1 7.500.5 7.500-3 0-1-.500-1.700-1.500-2z" />
  </Icon>
)
export const EraserIcon = () => (
  <Icon size={SIGN_PIXELS}>
    <path d="M7 16h10M11.500 4.500l4 4L9 15H6l-2.500-2.500zM7.500 8.500l4 4" />
  </Icon>
)
export const RectangleIcon = () => (
  <Icon size={SIGN_PIXELS}>
    <rect x="3" y="5" width="14" height="10" strokeDasharray="3 2.500" />
  </Icon>
)
export const LassoIcon = () => (
  <Icon size={SIGN_PIXELS}>
    <ellipse cx="10" cy="8" rx="7" ry="4.500" />
    <path d="M6 11.500c-1.500 1 .500 2.500-.500 5" />
  </Icon>
)
export const ShieldIcon = () => (
  <Icon size={SIGN_PIXELS}>
    <path d="M10 3l6 2v5c0 3.500-3 6-6 7-3-1-6-3.500-6-7V5z" />
  </Icon>
)
export const HandIcon = () => (
  <Icon size={SIGN_PIXELS}>
    <path d="M10 3v14M3 10h14M10 3L8 5M10 3l2 2M10 17l-2-2M10 17l2-2M3 10l2-2M3 10l2 2M17 10l-2-2M17 10l-2 2" />
  </Icon>
)
