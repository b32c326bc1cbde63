// SQLite, with our errors: kDataLoss, reason DATABASE_DAMAGED, where the file is no database any
// more; kResourceExhausted, reason DISK_FULL; kUnavailable, reason TOOK_TOO_LONG, for what was
// limited, and DATABASE_IO, for whatever else a disk may do. Threads: thread-compatible.
// Source: sqlite.org/c3ref
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "hypnos/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace hypnos {

// One statement, to be run as often as one likes. Ends before its database.
class SqlStatement {
 public:
  SqlStatement(SqlStatement&&) = default;
  SqlStatement& operator=(SqlStatement&&) = default;

  // Places count from 1. Texts must outlive the run.
  SqlStatement& Bind(int place, int64_t value);
  SqlStatement& Bind(int place, double value);
  SqlStatement& Bind(int place, std::string_view value);

  // The next row; false: there is none, and it can be bound and run again.
  Result<bool> Next();
  // Runs it to its end.
  Status Run();
  // Of a row; columns count from 0.
  int64_t Integer(int column) const;
  double Real(int column) const;
  std::string Text(int column) const;

 private:
  friend class SqlDatabase;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  SqlStatement(sqlite3* database, sqlite3_stmt* statement);
  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class SqlDatabase {
 public:
  enum class Mode { kRead, kWrite };
  // For writing it is made where it is not there. `vfs`: see HistoryOptions.
  static Result<SqlDatabase> Open(const std::string& path, Mode mode, const std::string& vfs);

  // One statement or several.
  Status Execute(const std::string& sql);
  Result<SqlStatement> Prepare(std::string_view sql);
  // What a statement gives whose answer is one number.
  Result<int64_t> Number(std::string_view sql);
  // From now on statements fail (TOOK_TOO_LONG) after so many steps of SQLite's machine, or when
  // `stop`, which outlives it, is set.
  void LimitSteps(int64_t steps, const std::atomic<bool>& stop);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  explicit SqlDatabase(sqlite3* database) : database_(database) {}
  struct Limit {
    Limit(int64_t steps, const std::atomic<bool>& flag) : steps_left(steps), stop(flag) {}
    int64_t steps_left;
    const std::atomic<bool>& stop;
  };
  static int CountDown(void* limit);

  std::unique_ptr<Limit> limit_;
  std::unique_ptr<sqlite3, Close> database_;
};

// All that is done while it lives is done when Commit has returned OK, or not at all.
class SqlTransaction {
 public:
  static Result<SqlTransaction> Begin(SqlDatabase& database);
  ~SqlTransaction();
  SqlTransaction(SqlTransaction&& other) noexcept;
  SqlTransaction& operator=(SqlTransaction&&) = delete;
  Status Commit();

 private:
  explicit SqlTransaction(SqlDatabase& database) : database_(&database) {}
  SqlDatabase* database_;  // null: it is over
};

}  // namespace hypnos
