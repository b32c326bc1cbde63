// history
#include <map>

#include "cli/figures.h"
#include "cli/groups.h"
#include "cli/table.h"
#include "cli/telemetry_text.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/control/history_csv.h"

namespace hypnos::cli {
namespace {

// Rows of a table for people; programs want more.
constexpr uint32_t kRows = 20;

Result<control::Request> Query(const Session& session) {
  control::Request request;
  control::QueryHistoryRequest& query = *request.mutable_query_history();
  const Values& values = session.values();
  const WallTime now = session.surroundings().clock.WallNow();
  for (const std::string& series : values.All("SERIES")) query.add_series(series);
  if (values.Has("--since")) {
    HYPNOS_ASSIGN_OR_RETURN(const double since, ParseTime(values.Text("--since"), now));
    query.set_from(since);
  }
  if (values.Has("--until")) {
    HYPNOS_ASSIGN_OR_RETURN(const double until, ParseTime(values.Text("--until"), now));
    query.set_to(until);
  }
  const bool for_people = !values.Has("--csv") && !session.json();
  query.set_most_points(values.Has("--points") ? static_cast<uint32_t>(values.Count("--points"))
                        : for_people           ? kRows
                                               : 0);
  return request;
}

std::string Whose(const std::string& source) {
  return source.empty() ? "" : Printable(source) + ": ";
}

// The mean of each series, a row for each bucket in which there is any.
std::string FiguresText(const control::QueryHistoryResponse& history) {
  std::vector<std::string> headings = {"from"};
  for (const auto& series : history.series()) headings.push_back(">" + Printable(series.name()));
  std::map<uint32_t, std::vector<std::string>> rows;
  for (int s = 0; s < history.series_size(); ++s) {
    const control::HistorySeries& series = history.series(s);
    for (int i = 0; i < CompleteBuckets(series); ++i) {
      auto& row = rows[series.bucket(i)];
      row.resize(headings.size(), "-");
      row[static_cast<size_t>(s) + 1] = Format("{:.4g}", series.mean(i));
    }
  }
  Table table(headings);
  for (auto& [bucket, row] : rows) {
    row[0] = Utc(history.from() + bucket * history.bucket_seconds());
    table.Add(std::move(row));
  }
  return table.Text("no figures of that name and time; `hypnosctl history` lists the names");
}

std::string PhasesText(const control::QueryHistoryResponse& history) {
  Table table({"from", ">for", "phase", "why"});
  for (const control::PhaseInterval& phase : history.phases()) {
    table.Add({Utc(phase.from()), Span(phase.to() - phase.from()),
               Whose(phase.source()) + StateWord(phase.state()), Printable(phase.cause())});
  }
  return table.empty() ? "" : "\n" + table.Text("");
}

std::string MarksText(const control::QueryHistoryResponse& history) {
  std::string text;
  for (const control::HistoryMark& mark : history.marks()) {
    text +=
        Format("\n{}  guard: {}{}", Utc(mark.time()), Whose(mark.source()), Printable(mark.text()));
  }
  return text.empty() ? "" : text + "\n";
}

std::string NamesText(const control::QueryHistoryResponse& history) {
  std::string text;
  for (const std::string& name : history.names()) text += Printable(name) + "\n";
  return text.empty() ? "no series yet\n" : text;
}

std::string Show(const Session& session, const control::Response& response) {
  const control::QueryHistoryResponse& history = response.query_history();
  if (session.values().Has("--csv")) return HistoryCsv(history);
  const std::string only_recent =
      history.incomplete().empty()
          ? ""
          : Format("of the last hour at most, as the disk does not tell: {}\n\n",
                   Printable(history.incomplete()));
  if (session.values().All("SERIES").empty()) return only_recent + NamesText(history);
  return only_recent + FiguresText(history) + PhasesText(history) + MarksText(history);
}

}  // namespace

std::vector<Command> HistoryCommands() {
  return {{.words = "history",
           .summary = "How figures went over time; without a name, which there are",
           .example = "history 'goodness_*' --since 3d",
           .parameters = {{.name = "SERIES",
                           .help = "Which; * stands for anything, ? for one character",
                           .many = true},
                          {.name = "--since",
                           .help = "From when on: 90s, 10m, 2h, 3d ago, or 2026-11-25T07:30 in "
                                   "UTC; an hour if not given",
                           .value = "TIME"},
                          {.name = "--until", .help = "Until when, likewise", .value = "TIME"},
                          {.name = "--points",
                           .help = "Into so many parts the time is divided; 20, with --csv or "
                                   "--json 500 if not given",
                           .kind = Parameter::Kind::kCount,
                           .value = "COUNT",
                           .least = 1,
                           .most = 10000},
                          {.name = "--csv",
                           .help = "Prints time, series, least, mean and largest value as CSV"}},
           .request = control::Request::kQueryHistory,
           .ask = Query,
           .show = Show}};
}

}  // namespace hypnos::cli
