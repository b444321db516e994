import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // Real processes and real SSH servers share two cores: more workers than cores only make them wait for each other.
    maxWorkers: 2,
    // Tests that start bots of their own mostly wait for them.
    maxConcurrency: 8,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    execArgv: ["--disable-warning=ExperimentalWarning"],
  },
});
