/** From a CSV or Parquet recording to scaled windows, with reference forecasts. See docs/series.md. */
export { choleskyFactor } from "./baselines/cholesky.js";
export { fitLinear, type LinearModel, predictLinear } from "./baselines/linear.js";
export { type ForecastError, type ForecastErrors, forecastError, forecastErrors } from "./baselines/metrics.js";
export { persistence } from "./baselines/persistence.js";
export { applyLinear, fitRidge, type RidgeFit, type RidgeShape, type RidgeSource } from "./baselines/ridge.js";
export { type SeasonalNaive, seasonalNaive } from "./baselines/seasonal-naive.js";
export { unitRootStatistics } from "./baselines/unit-root.js";
export { cleanSeries } from "./clean.js";
export { type CleanColumn, type CleanSeries, cleanColumn, type Segment } from "./clean-series.js";
export { type CsvOptions, readCsv } from "./csv.js";
export { type DemoOptions, demoSeries } from "./demo.js";
export {
  type ResolvedSeriesOptions,
  resolveSeriesOptions,
  type SeriesOptions,
  seriesOptionsSchema,
} from "./options.js";
export { type ParquetOptions, readParquet } from "./parquet.js";
export { type PreparedSeries, prepareNewData, prepareSeries, type SeriesCounts } from "./prepare.js";
export { describeFindings, type Finding, type FindingKind, type Place } from "./report.js";
export { type ColumnScale, type Scaler, scaleOf, scaleValue, unscaleValue } from "./scaler.js";
export { PARTS, type Part } from "./split.js";
export { type Column, columnOf, makeTable, numericValues, type Table } from "./table.js";
export { WindowSet, type WindowShape } from "./windows.js";
export { writeCsv } from "./write-csv.js";
