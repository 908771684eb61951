/** A Markdown table with right-aligned numbers. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const numeric = header.map((_, column) => column > 0 && rows.every(row => /^[-+<≤]?[\d.,]+( |×|%|$)|^–/.test(String(row[column]))));
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(header), `|${numeric.map(right => (right ? '---:|' : '---|')).join('')}`, ...rows.map(line)].join('\n');
}

/** With thousands separators. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function fixed(value: number, digits = 1): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** `2.5×` */
export function ratio(of: number, to: number): string {
  const quotient = of / to;
  return `${fixed(quotient, quotient < 10 ? 2 : 0)}×`;
}

export function seconds(value: number): string {
  return value < 120 ? `${fixed(value)} s` : `${fixed(value / 60)} min`;
}
