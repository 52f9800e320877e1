export { type Aim, aimOf, type Tried } from "./aim.js";
export { expectedShare, usualSearchEffort, usualTrainings } from "./options.js";
export { type Candidate, type Recovery, type RecoveryEnd, type RecoveryOptions, recover } from "./recover.js";
