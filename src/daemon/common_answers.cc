#include "daemon/common_answers.h"

#include "daemon/answer.h"
#include "hypnos/base/log.h"

namespace hypnos {
namespace {

namespace pb = control;
using pb::Request;

const google::protobuf::FieldDescriptor* KindOf(const Request& request) {
  return Request::descriptor()->FindFieldByNumber(request.kind_case());
}

// A shutdown that comes twice is told so, instead.
bool Changes(const Request& request) {
  const auto* field = KindOf(request);
  return field != nullptr && field->options().GetExtension(pb::access) != pb::VIEW &&
         !request.has_shutdown();
}

std::optional<log::Level> LevelOf(pb::SetLogLevelRequest::Level level) {
  switch (level) {
    case pb::SetLogLevelRequest::DEBUG:
      return log::Level::kDebug;
    case pb::SetLogLevelRequest::INFO:
      return log::Level::kInfo;
    case pb::SetLogLevelRequest::WARNING:
      return log::Level::kWarning;
    case pb::SetLogLevelRequest::ERROR:
      return log::Level::kError;
    default:
      return std::nullopt;
  }
}

pb::SetLogLevelRequest::Level LevelOf(log::Level level) {
  switch (level) {
    case log::Level::kDebug:
      return pb::SetLogLevelRequest::DEBUG;
    case log::Level::kInfo:
      return pb::SetLogLevelRequest::INFO;
    case log::Level::kWarning:
      return pb::SetLogLevelRequest::WARNING;
    default:
      return pb::SetLogLevelRequest::ERROR;
  }
}

}  // namespace

std::optional<Error> WhyRefused(const Request& request, bool stopping, bool replaying) {
  if (Changes(request) && stopping) return StoppingError();
  // What changes nothing that is learned may go on.
  if (Changes(request) && replaying && !request.has_set_log_level()) {
    return Error{Code::kFailedPrecondition, "REPLAYING",
                 "this daemon replays a session, and must come to the same weights: it can be "
                 "looked at and shut down, and nothing else"};
  }
  return std::nullopt;
}

std::string SourceNamedBy(const Request& request) {
  const auto* kind = KindOf(request);
  if (kind == nullptr) return "";
  const auto& message = Request::GetReflection()->GetMessage(request, kind);
  const auto* source = message.GetDescriptor()->FindFieldByName("source");
  return source == nullptr ? "" : message.GetReflection()->GetString(message, source);
}

bool IsAboutOneView(const Request& request) {
  switch (request.kind_case()) {
    case Request::kSetLabel:
    case Request::kInspectLayer:
    case Request::kDream:
    case Request::kPredict:
    case Request::kSnapshot:
    case Request::kQueryEvents:
      return true;
    default:
      return false;
  }
}

Result<pb::Response> AnswerEvents(const SharedEvents& events, const Request& request) {
  const SystemClock clock;
  EventBook none(clock);
  EventBook& book = events == nullptr ? none : *events;
  pb::Response response;
  if (request.has_query_events()) {
    HYPNOS_ASSIGN_OR_RETURN(*response.mutable_query_events(), book.Query(request.query_events()));
  } else if (request.has_event_picture()) {
    HYPNOS_ASSIGN_OR_RETURN(*response.mutable_event_picture()->mutable_jpeg(),
                            book.Picture(request.event_picture().id()));
  } else {
    HYPNOS_ASSIGN_OR_RETURN(*response.mutable_resolve_event()->mutable_event(),
                            book.Resolve(request.resolve_event()));
  }
  return response;
}

Result<pb::Response> SetLogLevel(const pb::SetLogLevelRequest& request) {
  const auto level = LevelOf(request.level());
  if (!level) {
    return Error{Code::kInvalidArgument, "NO_LEVEL",
                 "say which level: debug, info, warning or error"};
  }
  pb::Response response;
  response.mutable_set_log_level()->set_before(LevelOf(log::CurrentLevel()));
  log::SetLevel(*level);
  return response;
}

}  // namespace hypnos
