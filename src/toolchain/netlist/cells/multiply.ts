/** product = a * b, two's complement, of the given widths; sign-extended to all of `product`. */
export function multiplySigned(
  a: Int32Array,
  aWidth: number,
  b: Int32Array,
  bWidth: number,
  product: Int32Array,
): void {
  const width = Math.min(aWidth + bWidth, product.length);
  product.fill(0, 0, width);
  for (let row = 0; row < bWidth; row++) {
    const mask = b[row] ?? 0;
    if (mask === 0) continue;
    // The highest bit of a two's complement number counts negatively: its row is subtracted.
    const negate = row === bWidth - 1 ? mask : 0;
    let carry = negate;
    for (let bit = row; bit < width; bit++) {
      const x = product[bit] ?? 0;
      const y = ((a[Math.min(bit - row, aWidth - 1)] ?? 0) & mask) ^ negate;
      const half = x ^ y;
      product[bit] = half ^ carry;
      carry = (x & y) | (carry & half);
    }
  }
  product.fill(product[width - 1] ?? 0, width);
}

/** Bits that a sign-extended operand really has: the copies of its sign bit at the top are one net. */
export function signedWidth(nets: readonly number[]): number {
  let width = nets.length;
  while (width > 1 && nets[width - 1] === nets[width - 2]) width--;
  return width;
}
