// Values as people write them, and back: percentages, durations, amounts of tokens.

import { formatUnits, parseUnits } from "ethers";

export const WAD = 10n ** 18n;
export const UNLIMITED = 2n ** 256n - 1n;

const SECONDS: Record<string, number> = { s: 1, min: 60, h: 3_600, d: 86_400 };

/** `"75 %"` in WAD; nothing if it is no percentage. */
export function percentage(text: string): bigint | undefined {
  const match = /^(\d+(?:\.\d{1,16})?) ?%$/.exec(text);
  return match?.[1] === undefined ? undefined : parseUnits(match[1], 16);
}

/** `"2 h"` in seconds. */
export function duration(text: string): bigint | undefined {
  const match = /^(\d+) ?(s|min|h|d)$/.exec(text);
  const unit = SECONDS[match?.[2] ?? ""];
  return match?.[1] === undefined || unit === undefined ? undefined : BigInt(match[1]) * BigInt(unit);
}

/** A decimal number without sign. */
export function isDecimal(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text);
}

export function inPercent(wad: bigint): string {
  return `${trimmed(formatUnits(wad, 16))} %`;
}

export function inTime(seconds: bigint): string {
  for (const [unit, length] of [["d", 86_400n], ["h", 3_600n], ["min", 60n]] as const) {
    if (seconds !== 0n && seconds % length === 0n) return `${seconds / length} ${unit}`;
  }
  return `${seconds} s`;
}

/** An amount of a token, with separators of thousands, and at most `places` decimal places. */
export function amount(value: bigint, decimals: number, places = 6): string {
  const [whole = "0", fraction = ""] = formatUnits(value, decimals).split(".");
  const cut = fraction.slice(0, places).replace(/0+$/, "");
  const separated = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return cut === "" ? separated : `${separated}.${cut}`;
}

export function date(seconds: bigint | number): string {
  return `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function trimmed(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}

/** A table of text, columns as wide as they need to be; the first column is left-aligned. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: string[]): string =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ").trimEnd();
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
