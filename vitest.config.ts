import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 60_000,
    // Two cores is the machine this project is sized for; more workers only thrash the simulators.
    maxWorkers: 2,
  },
});
