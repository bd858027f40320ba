/** The most elements one page holds; more are asked for, not refused but cut. */
export const MAX_PAGE_SIZE = 500;

/** Elements of a page when nothing is said of its size. */
export const DEFAULT_PAGE_SIZE = 20;
