export interface CostLimits {
  /** Cost of one operation at most. */
  readonly operation: number;
  /** Elements of a list that nothing is said of. */
  readonly assumedListSize: number;
  /** Elements of a page at most, whatever is asked for. */
  readonly pageSize: number;
  /** Levels of lists and objects inside of each other that a variable may have. */
  readonly valueDepth: number;
}
