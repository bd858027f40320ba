import { createTheme, type CSSVariablesResolver } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 8 },
  defaultRadius: 'md',
  autoContrast: true,
  cursorType: 'pointer',
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.5rem', lineHeight: '1.3' }, h2: { fontSize: '1.125rem', lineHeight: '1.4' } } },
  components: {
    Paper: { defaultProps: { withBorder: true, radius: 'lg' } },
    Badge: { defaultProps: { variant: 'light', radius: 'sm' } },
    NavLink: { styles: { root: { borderRadius: 'var(--mantine-radius-md)' } } },
    Modal: { defaultProps: { centered: true, radius: 'lg' } },
  },
});

/** Words on a tint of their own colour: the toolkit's are too faint where letters are small. */
const ON_LIGHT_TINTS: Readonly<Record<string, string>> = {
  blue: '#0b4a80',
  grape: '#64206f',
  gray: '#343a40',
  indigo: '#283c9c',
  orange: '#8a2b00',
  red: '#9c1010',
  teal: '#055540',
  yellow: '#664300',
};

/** Secondary text that still reads well: the toolkit's own greys are fainter than WCAG's 4.5 : 1. */
export const readableGreys: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...Object.fromEntries(Object.entries(ON_LIGHT_TINTS).map(([name, color]) => [`--mantine-color-${name}-light-color`, color])),
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-body': '#ffffff',
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-anchor': 'var(--mantine-color-indigo-3)',
    '--mantine-color-body': '#1b1e24',
  },
});
