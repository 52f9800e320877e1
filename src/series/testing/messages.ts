import { expect } from "vitest";
import { type ErrorKind, GatecastError } from "../../errors.js";

/** The GatecastError that `action` throws; fails when it throws none or another kind. For tests only. */
export function userError(action: () => unknown, kind: ErrorKind = "data"): GatecastError {
  try {
    action();
  } catch (error) {
    if (!(error instanceof GatecastError)) throw error;
    expect(error.kind).toBe(kind);
    expect(error.remedy).not.toBe("");
    return error;
  }
  throw new Error("expected a GatecastError, nothing was thrown");
}
