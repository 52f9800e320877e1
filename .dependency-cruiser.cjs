/**
 * The import rules between the rooms (docs/architecture.md). Data flows one way: a room imports only from itself and
 * from the rooms above it in this list. `errors.ts` and `numeric/` belong to everybody.
 */
const rooms = ["series", "model", "integer", "training", "rtl", "accelerator", "toolchain", "search", "report", "cli"];

/** Rooms that hold what needs an operating system; all others must also run in a browser. */
const systemRooms = ["toolchain", "cli"];

const downward = rooms.map((room, index) => ({
  name: `${room}-imports-upward-only`,
  severity: "error",
  comment: `src/${room} may import only from rooms above it in the list`,
  from: { path: `^src/${room}/` },
  to: { path: `^src/(${[...rooms.slice(index + 1), "index"].join("|")})[/.]` },
}));

module.exports = {
  forbidden: [
    ...downward.filter((rule) => !rule.name.startsWith("cli-")),
    {
      name: "browser-rooms-have-no-node",
      severity: "error",
      comment: "everything but toolchain and cli runs in a browser as it is; files and processes are handed in",
      from: { path: "^src/", pathNot: `^src/(${systemRooms.join("|")})/|\\.test\\.ts$|/testing/` },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "hardware-language-stands-alone",
      severity: "error",
      comment: "src/rtl is a language: it knows nothing of series, models or training",
      from: { path: "^src/rtl/" },
      to: { path: "^src/(series|model|training|integer)/" },
    },
    { name: "no-cycles", severity: "error", from: { path: "^src/" }, to: { circular: true } },
    { name: "no-unresolvable", severity: "error", from: { path: "^src/" }, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules|wasm/build" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      extensions: [".ts", ".js"],
      conditionNames: ["import", "types", "default"],
    },
  },
};
