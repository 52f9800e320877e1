/** x times x: a product, which all engines round alike, where they may differ in powers. */
export function square(x: number): number {
  return x * x;
}
