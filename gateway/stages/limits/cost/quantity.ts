/** Values of the operation's variables, defaults included. */
export type Variables = Readonly<Record<string, unknown>>;

/** A number that may depend on variables; most do not. */
export type Quantity = number | ((variables: Variables) => number);

export const valueOf = (quantity: Quantity, variables: Variables): number =>
  typeof quantity === 'number' ? quantity : quantity(variables);

export function sumOf(quantities: readonly Quantity[]): Quantity {
  let fixed = 0;
  const open: ((variables: Variables) => number)[] = [];
  for (const quantity of quantities) {
    if (typeof quantity === 'number') fixed += quantity;
    else open.push(quantity);
  }
  if (open.length === 0) return fixed;
  return (variables) => open.reduce((sum, quantity) => sum + quantity(variables), fixed);
}

export function productOf(one: Quantity, other: Quantity): Quantity {
  if (typeof one === 'number' && typeof other === 'number') return one * other;
  return (variables) => valueOf(one, variables) * valueOf(other, variables);
}

export function greatestOf(quantities: readonly Quantity[]): Quantity {
  const fixed = Math.max(0, ...quantities.filter((quantity) => typeof quantity === 'number'));
  const open = quantities.filter((quantity) => typeof quantity === 'function');
  if (open.length === 0) return fixed;
  return (variables) => open.reduce((most, quantity) => Math.max(most, quantity(variables)), fixed);
}
