import { rmSync } from 'node:fs';
import { Database, type BindValues, type Statement } from 'node-sqlite3-wasm';

/** What a column or parameter can hold here. */
export type SqlValue = string | number | null;

/** A row as SQLite returns it. */
export type SqlRow = Record<string, SqlValue>;

/** The SQLite connection: keeps prepared statements, since preparing costs more than running here. */
export class Connection {
  private readonly database: Database;
  private readonly statements = new Map<string, Statement>();

  constructor(file?: string) {
    // The driver locks by a directory that outlives a killed process.
    if (file !== undefined) rmSync(`${file}.lock`, { recursive: true, force: true });
    this.database = new Database(file ?? ':memory:');
    this.database.exec('PRAGMA synchronous = OFF; PRAGMA case_sensitive_like = ON;');
  }

  /** Runs a fixed statement. */
  run(sql: string, values: BindValues = []): number {
    return Number(this.prepared(sql).run(values).lastInsertRowid);
  }

  /** First row of a fixed query. */
  get<Row extends SqlRow>(sql: string, values: BindValues = []): Row | undefined {
    return (this.prepared(sql).get(values) ?? undefined) as Row | undefined;
  }

  /** All rows of a fixed query. */
  all<Row extends SqlRow>(sql: string, values: BindValues = []): Row[] {
    return this.prepared(sql).all(values) as Row[];
  }

  /** All rows of a query that is built per call; nothing of it is kept. */
  query<Row extends SqlRow>(sql: string, values: BindValues): Row[] {
    return this.database.all(sql, values) as Row[];
  }

  /** Runs a script of several statements. */
  script(sql: string): void {
    this.database.exec(sql);
  }

  /** Makes a function available in SQL. */
  define(name: string, implementation: (value: SqlValue) => SqlValue): void {
    this.database.function(name, (value) => implementation(value as SqlValue), { deterministic: true });
  }

  /** All or nothing. Nested calls belong to the outer transaction. */
  transaction<Result>(work: () => Result): Result {
    if (this.database.inTransaction) return work();
    this.database.exec('BEGIN');
    try {
      const result = work();
      this.database.exec('COMMIT');
      return result;
    } catch (error) {
      this.database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Frees the statements and closes the file. */
  close(): void {
    for (const statement of this.statements.values()) statement.finalize();
    this.statements.clear();
    this.database.close();
  }

  private prepared(sql: string): Statement {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }
}
