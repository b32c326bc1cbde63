#include "telemetry/sqlite.h"

#include <sqlite3.h>

#include <utility>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

constexpr int kBusyMilliseconds = 2000;
constexpr int kStepsAtOnce = 1000;

Error ErrorOf(sqlite3* database) {
  const char* file = sqlite3_db_filename(database, "main");
  const std::string message =
      Format("'{}': {}", file == nullptr ? "" : file, sqlite3_errmsg(database));
  switch (sqlite3_errcode(database) & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Code::kDataLoss, "DATABASE_DAMAGED", message};
    case SQLITE_FULL:
      return {Code::kResourceExhausted, "DISK_FULL", message};
    case SQLITE_INTERRUPT:
      return {Code::kUnavailable, "TOOK_TOO_LONG",
              "it took too long: ask for a shorter time, or for fewer series"};
    case SQLITE_NOMEM:
      return {Code::kResourceExhausted, "OUT_OF_MEMORY", message};
    default:
      return {Code::kUnavailable, "DATABASE_IO", message};
  }
}

}  // namespace

void SqlStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqlStatement::SqlStatement(sqlite3* database, sqlite3_stmt* statement)
    : database_(database), statement_(statement) {}

SqlStatement& SqlStatement::Bind(int place, int64_t value) {
  sqlite3_bind_int64(statement_.get(), place, value);
  return *this;
}

SqlStatement& SqlStatement::Bind(int place, double value) {
  sqlite3_bind_double(statement_.get(), place, value);
  return *this;
}

SqlStatement& SqlStatement::Bind(int place, std::string_view value) {
  sqlite3_bind_text(statement_.get(), place, value.data(), static_cast<int>(value.size()),
                    SQLITE_STATIC);
  return *this;
}

Result<bool> SqlStatement::Next() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(statement_.get());
    return false;
  }
  const Error error = ErrorOf(database_);
  sqlite3_reset(statement_.get());
  return error;
}

Status SqlStatement::Run() {
  while (true) {
    HYPNOS_ASSIGN_OR_RETURN(const bool more, Next());
    if (!more) return {};
  }
}

int64_t SqlStatement::Integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double SqlStatement::Real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string SqlStatement::Text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  if (text == nullptr) return "";
  const auto size = static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column));
  return {reinterpret_cast<const char*>(text), size};
}

void SqlDatabase::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

Result<SqlDatabase> SqlDatabase::Open(const std::string& path, Mode mode, const std::string& vfs) {
  sqlite3* raw = nullptr;
  const int access =
      mode == Mode::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path.c_str(), &raw, access | SQLITE_OPEN_NOMUTEX,
                                   vfs.empty() ? nullptr : vfs.c_str());
  SqlDatabase database(raw);
  if (raw == nullptr) {
    return Error{Code::kResourceExhausted, "OUT_OF_MEMORY", "there is no memory for a database"};
  }
  if (code != SQLITE_OK) return ErrorOf(raw);
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  return database;
}

Status SqlDatabase::Execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return ErrorOf(database_.get());
}

Result<SqlStatement> SqlDatabase::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      &statement, nullptr);
  if (code != SQLITE_OK) return ErrorOf(database_.get());
  return SqlStatement(database_.get(), statement);
}

Result<int64_t> SqlDatabase::Number(std::string_view sql) {
  HYPNOS_ASSIGN_OR_RETURN(SqlStatement statement, Prepare(sql));
  HYPNOS_ASSIGN_OR_RETURN(const bool found, statement.Next());
  return found ? statement.Integer(0) : 0;
}

int SqlDatabase::CountDown(void* limit) {
  auto& [steps_left, stop] = *static_cast<Limit*>(limit);
  steps_left -= kStepsAtOnce;
  return steps_left < 0 || stop ? 1 : 0;
}

void SqlDatabase::LimitSteps(int64_t steps, const std::atomic<bool>& stop) {
  limit_ = std::make_unique<Limit>(steps, stop);
  sqlite3_progress_handler(database_.get(), kStepsAtOnce, CountDown, limit_.get());
}

Result<SqlTransaction> SqlTransaction::Begin(SqlDatabase& database) {
  HYPNOS_RETURN_IF_ERROR(database.Execute("BEGIN IMMEDIATE"));
  return SqlTransaction(database);
}

SqlTransaction::SqlTransaction(SqlTransaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

SqlTransaction::~SqlTransaction() {
  // Some errors have ended it already, and then this is one more that nobody needs to know of.
  if (database_ != nullptr) (void)database_->Execute("ROLLBACK");
}

Status SqlTransaction::Commit() {
  HYPNOS_RETURN_IF_ERROR(database_->Execute("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace hypnos
