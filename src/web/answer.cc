#include "web/answer.h"

#include <google/protobuf/util/json_util.h>

#include <utility>

#include "hypnos/control/history_csv.h"

namespace hypnos {
namespace {

namespace http = boost::beast::http;

boost::beast::string_view ToBeast(std::string_view text) { return {text.data(), text.size()}; }

HttpResponse NewAnswer(unsigned status, std::string_view content_type, std::string body) {
  HttpResponse answer;
  answer.result(status);
  Secure(&answer);
  answer.set(http::field::content_type, ToBeast(content_type));
  // What is shown is of this moment.
  answer.set(http::field::cache_control, "no-store");
  answer.body() = std::move(body);
  return answer;
}

unsigned StatusOf(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
    case Code::kOutOfRange:
      return 400;
    case Code::kUnauthenticated:
      return 401;
    case Code::kPermissionDenied:
      return 403;
    case Code::kNotFound:
      return 404;
    case Code::kFailedPrecondition:
      return 409;
    case Code::kResourceExhausted:
      return 429;
    case Code::kUnimplemented:
      return 501;
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
      return 503;
    default:
      return 500;
  }
}

}  // namespace

void Secure(http::fields* headers) {
  headers->set("Content-Security-Policy",
               "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: "
               "data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action "
               "'none'");
  headers->set("X-Content-Type-Options", "nosniff");
  headers->set("X-Frame-Options", "DENY");
  headers->set("Referrer-Policy", "no-referrer");
  headers->set("Cross-Origin-Opener-Policy", "same-origin");
  headers->set("Cross-Origin-Embedder-Policy", "require-corp");
  headers->set("Cross-Origin-Resource-Policy", "same-origin");
  headers->set("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
}

HttpResponse TextAnswer(unsigned status, std::string_view text) {
  HttpResponse answer = NewAnswer(status, "text/plain; charset=utf-8", std::string(text));
  if (status == 405) answer.set(http::field::allow, "GET, HEAD");
  if (status == 426) answer.set(http::field::upgrade, "websocket");
  return answer;
}

HttpResponse AssetAnswer(const Asset& asset, std::string_view if_none_match) {
  const bool known = if_none_match.find(asset.etag) != std::string_view::npos;
  HttpResponse answer = known ? NewAnswer(304, asset.content_type, "")
                              : NewAnswer(200, asset.content_type, std::string(asset.bytes));
  // A browser keeps it, and asks each time whether it is still the same.
  answer.set(http::field::cache_control, "no-cache");
  answer.set(http::field::etag, ToBeast(asset.etag));
  return answer;
}

HttpResponse MetricsAnswer(std::string metrics) {
  return NewAnswer(200, "text/plain; version=0.0.4; charset=utf-8", std::move(metrics));
}

HttpResponse StatusAnswer(const control::StatusResponse& status) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(status, &json, options).ok()) {
    return TextAnswer(500, "the status cannot be written as JSON\n");
  }
  return NewAnswer(200, "application/json", std::move(json));
}

HttpResponse HistoryAnswer(const control::QueryHistoryResponse& history) {
  HttpResponse answer = NewAnswer(200, "text/csv; charset=utf-8", HistoryCsv(history));
  answer.set(http::field::content_disposition, "attachment; filename=\"hypnos-history.csv\"");
  return answer;
}

HttpResponse PictureAnswer(const control::EventPictureResponse& picture) {
  return NewAnswer(200, "image/jpeg", picture.jpeg());
}

HttpResponse ErrorAnswer(const Error& error) {
  HttpResponse answer = TextAnswer(StatusOf(error.code), error.message + "\n");
  if (answer.result_int() == 401) answer.set(http::field::www_authenticate, "Bearer");
  return answer;
}

}  // namespace hypnos
