/**
 * The papers' designs on the XC7S15: cycles of their published accelerator, generated and simulated (n = 24, one input, one output, 4 bits),
 * and the power that arXiv 2407.11041 measures of the only 4-bit design it gives, (n, d_model) = (12, 32), at 100 MHz.
 */
export const paperDesigns = {
  milliwatts: 63,
  clockHz: 100e6,
} as const;
