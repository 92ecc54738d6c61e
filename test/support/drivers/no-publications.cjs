/** Can't write that a page is published. */
module.exports = (Driver) =>
  class extends Driver {
    prepare(sql) {
      const statement = super.prepare(sql);
      if (/^\s*(INSERT|REPLACE)\b[^(]*\bpublications\b/i.test(sql))
        statement.run = () => {
          throw new Error('no such thing');
        };
      return statement;
    }
  };
