/** Waits five minutes for whoever has locked a database, where the program waits for some seconds. */
module.exports = (Driver) =>
  class extends Driver {
    constructor(file, options = {}) {
      super(file, options.timeout >= 1000 ? { ...options, timeout: 300_000 } : options);
    }
  };
