/** Says on stderr how far the disk is waited for, whenever the log's database is written to. */
module.exports = (Driver) =>
  class extends Driver {
    prepare(sql) {
      const statement = super.prepare(sql);
      if (!this.name.endsWith('/db.sqlite') || statement.readonly) return statement;
      for (const name of ['run', 'get']) {
        const original = statement[name].bind(statement);
        statement[name] = (...values) => {
          const how = super.pragma('main.synchronous', { simple: true });
          process.stderr.write(`synchronous ${how}: ${sql.trim().split(/\s+/, 3).join(' ')}\n`);
          return original(...values);
        };
      }
      return statement;
    }
  };
