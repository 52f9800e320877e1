import { z } from "zod";
import { GatecastError } from "../../errors.js";

const name = (error: string) => z.string({ error }).regex(/^[a-z0-9][a-z0-9-]*$/, { error });
const text = z.string({ error: "text" }).min(1, { error: "text that is not empty" });
const sites = (least: number) => {
  const error = `a whole number from ${least} to 10,000,000`;
  return z.int({ error }).min(least, { error }).max(10_000_000, { error });
};
const hertz = (() => {
  const error = "a frequency in Hz from 1 kHz to 1 GHz";
  return z.number({ error }).min(1e3, { error }).max(1e9, { error });
})();
const pin = z
  .string({ error: "the name of a pin" })
  .regex(/^[A-Z]{0,2}[0-9]{1,3}$/, { error: 'the name of a pin ("B10", "35")' });

const board = z.strictObject({
  /** The name used in configurations, lower case. */
  name: name("a name of lower-case letters, digits and -"),
  title: text,
  /** The package of the device that is on it. */
  package: text,
  /** Of the oscillator at the pin `clock`. */
  clockHz: hertz,
  /** Pins of the device: the oscillator, and the serial line as the FPGA sees it (`rx` is its input). */
  pins: z.strictObject({ clock: pin, rx: pin, tx: pin }),
  source: text,
});

const milliwatts = "a power in mW above 0 and at most 10,000";
const staticPower = z.union(
  [
    z.strictObject({
      milliwatts: z.number({ error: milliwatts }).gt(0, { error: milliwatts }).max(10_000, { error: milliwatts }),
      /** What is counted, at which voltage, temperature and kind of figure. */
      of: text,
      source: text,
    }),
    z.strictObject({ unknown: text }),
  ],
  { error: '{ milliwatts, of, source } with 0 < milliwatts <= 10,000, or { unknown: "why" }' },
);

/** One device of the catalogue. */
export const deviceSchema = z
  .strictObject({
    /** The name used in configurations, lower case. For the 7 series it is also the beginning of Vivado's part name. */
    name: name("a name of lower-case letters, digits and -"),
    /** The name for people. */
    title: text,
    family: z.enum(["xc7", "ice40"], { error: '"xc7" or "ice40"' }),
    /** Look-up tables: LUT6 of the 7 series, logic cells with one LUT4 each of iCE40. */
    lut: sites(1),
    /** Those of `lut` that can also be memory or shift register. */
    lutram: sites(0),
    ff: sites(1),
    /** Multiplier blocks: DSP48E1, or SB_MAC16. */
    dsp: sites(0),
    /** Block memories and the bits of one: RAMB18 (parity bits included), or EBR. */
    blockRam: z.strictObject({ count: sites(0), bits: sites(1) }),
    /** Large single-port memories (UltraPlus: 256 Kb); no plan uses them yet. */
    spram: sites(0),
    /** Clock that designs for this device are planned at, in Hz: the one that published accelerators used, where there are such. */
    clockHz: hertz,
    /** As ordered; the first is the one that is planned for. None where the vendor sells one speed only. */
    speedGrades: z.array(z.string().regex(/^-[0-9][A-Z]*$/, { error: 'a speed grade ("-1", "-2L")' })),
    /** Name as the tools want it, and user I/O pins; the first is planned for where no board is chosen. */
    packages: z
      .array(z.strictObject({ name: name("the name of a package, lower case"), io: sites(1) }))
      .min(1, { error: "at least one package" }),
    /** Power of the configured part whose clocks stand still; `unknown` says why there is no figure. */
    staticPower,
    /** Boards on which it is sold; the first is the one that a bitstream is made for. */
    boards: z.array(board),
    /** Document and table of the figures above. */
    sources: z.array(text).min(1, { error: "at least one source" }),
  })
  .superRefine((entry, context) => {
    const wrong = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    if (entry.lutram > entry.lut) wrong(["lutram"], `at most the ${entry.lut} look-up tables there are`);
    if (entry.family === "ice40" && entry.lutram > 0) wrong(["lutram"], "0: look-up tables of iCE40 cannot be memory");
    const bits = entry.family === "xc7" ? 18_432 : 4_096;
    if (entry.blockRam.bits !== bits) wrong(["blockRam", "bits"], `${bits}, as every block memory of the family has`);
    for (const [index, { package: wanted }] of entry.boards.entries()) {
      if (!entry.packages.some((one) => one.name === wanted)) {
        wrong(
          ["boards", index, "package"],
          `one of the packages (${entry.packages.map((one) => one.name).join(", ")})`,
        );
      }
    }
  });

export type DeviceEntry = z.input<typeof deviceSchema>;
export type Device = Readonly<z.output<typeof deviceSchema>>;
export type Board = Device["boards"][number];

/**
 * Checks a catalogue.
 *
 * @throws GatecastError "hardware" that names the device, the field and what is expected there
 */
export function checkDevices(entries: readonly unknown[]): readonly Device[] {
  const known = new Set<string>();
  return entries.map((entry, index) => {
    const parsed = deviceSchema.safeParse(entry);
    if (parsed.success) {
      const names = [parsed.data.name, ...parsed.data.boards.map((one) => one.name)];
      for (const one of names) {
        if (known.has(one)) throw wrong(one, `the name "${one}" stands there twice`);
        known.add(one);
      }
      return parsed.data;
    }
    const [issue] = parsed.error.issues;
    const field = issue?.path.join(".") ?? "";
    const keys = issue?.code === "unrecognized_keys" ? issue.keys.join(", ") : undefined;
    const missing = issue !== undefined && issue.path.length > 0 && valueAt(entry, issue.path) === undefined;
    const what =
      keys !== undefined
        ? `${field === "" ? "it" : field} has a field that is not known: ${keys}`
        : missing
          ? `${field} is missing; expected ${issue?.message}`
          : `${field === "" ? "it" : field} must be ${issue?.message}`;
    throw wrong(nameOf(entry) ?? `number ${index + 1}`, what, field);
  });
}

function wrong(device: string, what: string, field = ""): GatecastError {
  return new GatecastError("hardware", `The catalogue's device ${device} is not valid: ${what}.`, {
    remedy: "Mend the entry in src/accelerator/devices/catalogue.ts; schema.ts beside it says what each field means.",
    where: { device, ...(field === "" ? {} : { field }) },
  });
}

function nameOf(entry: unknown): string | undefined {
  const found = valueAt(entry, ["name"]);
  return typeof found === "string" ? found : undefined;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}
