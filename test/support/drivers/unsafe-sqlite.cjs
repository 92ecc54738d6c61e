/** Brings a SQLite that damages a write-ahead log which two processes check-point. */
module.exports = (Driver) =>
  class extends Driver {
    prepare(sql) {
      return super.prepare(sql.replace('sqlite_version()', `'3.51.2'`));
    }
  };
