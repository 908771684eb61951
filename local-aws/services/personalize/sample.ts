import type { Row } from './records';
import type { DatasetType } from '../../wire';

const USERS = 60;
const ITEMS = 40;
const ROWS: Record<DatasetType, number> = { INTERACTIONS: 1000, ITEMS, USERS, ACTIONS: 10, ACTION_INTERACTIONS: 100 };
/** 2026-01-01T00:00:00Z */
const START = 1767225600;

/** Made-up records with these columns, always the same ones. */
export function sampleRows(type: DatasetType, columns: string[]): Row[] {
  const random = numbers(type.length);
  return Array.from({ length: ROWS[type] }, (_, index) =>
    Object.fromEntries(columns.map(column => [column, value(type, column, index, random)])));
}

function value(type: DatasetType, column: string, index: number, random: () => number): string {
  switch (column) {
    case 'USER_ID': return `user-${type === 'USERS' ? index + 1 : 1 + Math.floor(random() * USERS)}`;
    case 'ITEM_ID': return `item-${type === 'ITEMS' ? index + 1 : 1 + Math.floor(random() * ITEMS)}`;
    // ten minutes apart, so that no two interactions are equal
    case 'TIMESTAMP': case 'CREATION_TIMESTAMP': return String(START + index * 600);
    case 'EVENT_TYPE': return ['watch', 'click', 'purchase'][Math.floor(random() * 3)];
    case 'GENRES': return ['Drama', 'Comedy|Romance', 'Action, "and" more'][Math.floor(random() * 3)];
    default: return String(Math.floor(random() * 100));
  }
}

/** A linear congruential generator: the same numbers on every machine. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
