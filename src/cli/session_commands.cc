// session list, verify: need no daemon
#include "cli/figures.h"
#include "cli/groups.h"
#include "cli/json.h"
#include "cli/table.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/record/session_check.h"
#include "proto/session.pb.h"

namespace hypnos::cli {
namespace {

constexpr const char* kUsualFolder = "/var/lib/hypnos/sessions";

double UnixSeconds(WallTime time) { return Seconds(time.time_since_epoch()); }

session::Summary SummaryOf(const SessionFolder& folder) {
  session::Summary summary;
  summary.set_session(folder.name);
  summary.set_path(folder.path);
  summary.set_begun(UnixSeconds(folder.segments.front().begun));
  summary.set_last_begun(UnixSeconds(folder.segments.back().begun));
  summary.set_segments(folder.segments.size());
  summary.set_bytes(folder.bytes());
  summary.set_from_the_start(folder.segments.front().number == 0);
  return summary;
}

Status List(const Session& session) {
  const std::string given = session.values().Text("FOLDER");
  const std::string folder = given.empty() ? kUsualFolder : given;
  const auto sessions = ListSessions(session.surroundings().files, folder);
  if (!sessions.ok()) {
    return Error{sessions.error().code, sessions.error().reason,
                 sessions.error().message + "; give the record.folder of the daemon"};
  }
  session::Sessions list;
  for (const SessionFolder& one : *sessions) *list.add_sessions() = SummaryOf(one);
  if (session.json()) return session.Print(Json(list) + "\n");
  Table table({"session", "begun", "last file begun", ">files", ">size", ""});
  for (const session::Summary& one : list.sessions()) {
    table.Add({Printable(one.session()), Utc(one.begun()), Utc(one.last_begun()),
               Format("{}", one.segments()), Bytes(one.bytes()),
               one.from_the_start() ? "" : "its beginning is no longer there"});
  }
  return session.Print(table.Text(Format("no sessions in {}", Printable(folder))));
}

session::Verdict VerdictOf(const SessionCheck& check) {
  session::Verdict verdict;
  *verdict.mutable_summary() = SummaryOf(check.folder);
  verdict.set_program_version(check.header.program_version());
  verdict.set_configuration_hash(check.header.configuration_hash());
  verdict.set_instruction_set(check.header.instruction_set());
  for (const SegmentCheck& segment : check.segments) {
    session::SegmentVerdict& one = *verdict.add_segments();
    one.set_path(segment.file.path);
    one.set_begun(UnixSeconds(segment.file.begun));
    one.set_bytes(segment.file.bytes);
    one.set_frames(segment.frames);
    one.set_events(segment.events);
    one.set_damage(segment.damage);
  }
  verdict.set_frames(check.frames);
  verdict.set_events(check.events);
  verdict.set_frames_missing(check.frames_missing);
  verdict.set_others_missing(check.events_missing);
  if (check.end) verdict.set_weights(Format("{:016x}", check.end->weights()));
  verdict.set_sound(check.sound());
  for (const std::string& why : check.inexact) verdict.add_inexact(why);
  return verdict;
}

std::string Told(const session::Verdict& verdict) {
  Table table({"begun", ">frames", ">other events", ">size", "file"});
  for (const session::SegmentVerdict& one : verdict.segments()) {
    table.Add({Utc(one.begun()), Format("{}", one.frames()),
               Format("{}", one.events() - one.frames()), Bytes(one.bytes()),
               one.damage().empty() ? "sound" : Printable(one.damage())});
  }
  Facts facts;
  facts.Add("recorded by", "hypnosd " + Printable(verdict.program_version()));
  facts.Add("configuration", Format("xxh3 {:016x}", verdict.configuration_hash()));
  facts.Add("frames", Format("{}", verdict.frames()));
  facts.Add("weights at the end", verdict.has_weights() ? "xxh3 " + verdict.weights() : "-");
  for (const std::string& why : verdict.inexact()) facts.Add("not exact", Printable(why));
  return table.Text("") + "\n" + facts.Text() +
         (verdict.inexact().empty() ? "hypnosd --replay comes to the same weights\n" : "");
}

Status Verify(const Session& session) {
  HYPNOS_ASSIGN_OR_RETURN(const SessionCheck check, CheckSession(session.surroundings().files,
                                                                 session.values().Text("PATH")));
  const session::Verdict verdict = VerdictOf(check);
  HYPNOS_RETURN_IF_ERROR(session.Print(session.json() ? Json(verdict) + "\n" : Told(verdict)));
  if (check.sound()) return {};
  return Error{Code::kDataLoss, "SESSION_DAMAGED",
               Format("'{}' is damaged; what can be read of it is told above",
                      Printable(check.folder.path))};
}

}  // namespace

std::vector<Command> SessionCommands() {
  return {{.words = "session list",
           .summary = "Lists what was recorded: from when to when, and how much",
           .example = "session list",
           .parameters = {{.name = "FOLDER",
                           .help = "The daemon's record.folder; /var/lib/hypnos/sessions if not "
                                   "given",
                           .kind = Parameter::Kind::kFolder}},
           .run = List,
           .offline = true},
          {.words = "session verify",
           .summary = "Reads all of a session, and says whether each file is sound and whether "
                      "hypnosd --replay can come to the same weights",
           .example = "session verify /var/lib/hypnos/sessions/20261126T031500Z",
           .parameters = {{.name = "PATH",
                           .help = "The session's folder",
                           .kind = Parameter::Kind::kFolder,
                           .needed = true}},
           .run = Verify,
           .offline = true}};
}

}  // namespace hypnos::cli
