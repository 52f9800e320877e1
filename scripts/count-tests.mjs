// Prints "N passed, N failed" from Vitest's JSON report; exits 1 where a test failed, none ran, or (--no-skips) one was skipped.
import { readFileSync } from "node:fs";

const [file, ...flags] = process.argv.slice(2);
const report = JSON.parse(readFileSync(file, "utf8"));
const skipped = report.numPendingTests + report.numTodoTests;
const suitesFailed = report.testResults.filter(
  (suite) => suite.status === "failed" && suite.assertionResults.length === 0,
);
const failed = report.numFailedTests + suitesFailed.length;
const forbidden = flags.includes("--no-skips") && skipped > 0;
if (forbidden) {
  for (const suite of report.testResults) {
    for (const test of suite.assertionResults) if (test.status === "pending") console.log(`skipped: ${test.fullName}`);
  }
  console.log(`${skipped} tests were skipped, which is not allowed here`);
}
console.log(`${report.numPassedTests} passed, ${failed} failed`);
process.exit(failed > 0 || report.numPassedTests === 0 || forbidden ? 1 : 0);
