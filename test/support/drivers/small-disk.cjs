/** Finds the disk full when the log's database has grown to some 900 KiB. */
module.exports = (Driver) =>
  class extends Driver {
    pragma(text, options) {
      const answer = super.pragma(text, options);
      if (text.startsWith('synchronous')) super.pragma('max_page_count = 110');
      return answer;
    }
  };
