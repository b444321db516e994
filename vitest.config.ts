import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // Most tests wait for real processes, servers and locks: a few more workers than cores keep the cores busy.
    maxWorkers: 4,
    // Tests that start bots of their own mostly wait for them.
    maxConcurrency: 8,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    execArgv: ["--disable-warning=ExperimentalWarning"],
  },
});
