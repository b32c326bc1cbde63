#include "cluster/nats_words.h"

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

const char* KnownSentence(natsStatus status) {
  switch (status) {
    case NATS_NO_SERVER:
    case NATS_IO_ERROR:
      return "nobody answers there";
    case NATS_TIMEOUT:
      return "it does not answer in time";
    case NATS_CONNECTION_CLOSED:
    case NATS_CONNECTION_DISCONNECTED:
      return "the connection is gone";
    case NATS_STALE_CONNECTION:
      return "it has answered nothing for too long";
    case NATS_CONNECTION_AUTH_FAILED:
      return "it refuses this login: check credentials_file, or what stands before the '@' of the "
             "URL";
    case NATS_SECURE_CONNECTION_REQUIRED:
      return "it wants TLS: begin the URL with tls://";
    case NATS_SECURE_CONNECTION_WANTED:
      return "it has no TLS, which the configuration asks for";
    case NATS_NOT_PERMITTED:
      return "it does not permit that to this login";
    case NATS_SSL_ERROR:
      return "TLS failed";
    case NATS_PROTOCOL_ERROR:
      return "what answers there is no NATS server";
    default:
      return natsStatus_GetText(status);
  }
}

// What the library adds says no more.
bool IsSaidAlready(natsStatus status) {
  return status == NATS_NO_SERVER || status == NATS_TIMEOUT || status == NATS_CONNECTION_CLOSED ||
         status == NATS_STALE_CONNECTION;
}

// "(conn.c:733): SSL handshake error" -> "SSL handshake error"
std::string_view WithoutPlace(std::string_view words) {
  const size_t end = words.find("): ");
  return words.starts_with('(') && end != std::string_view::npos ? words.substr(end + 3) : words;
}

}  // namespace

std::string SentenceOf(natsStatus status, std::string_view words) {
  const char* const sentence = KnownSentence(status);
  if (words.empty() || IsSaidAlready(status)) return sentence;
  return Format("{} ({})", sentence, WithoutPlace(words));
}

Error ErrorOf(natsStatus status, std::string_view words) {
  switch (status) {
    case NATS_CONNECTION_AUTH_FAILED:
      return {Code::kUnauthenticated, "LOGIN_REFUSED", SentenceOf(status, "")};
    case NATS_SECURE_CONNECTION_REQUIRED:
    case NATS_SECURE_CONNECTION_WANTED:
      return {Code::kFailedPrecondition, "TLS", SentenceOf(status, "")};
    case NATS_SSL_ERROR:
      return {Code::kFailedPrecondition, "TLS", SentenceOf(status, words)};
    default:
      return {Code::kUnavailable, "NO_ANSWER", SentenceOf(status, words)};
  }
}

std::string HostOf(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const size_t login = url.rfind('@');
  if (login != std::string_view::npos) url.remove_prefix(login + 1);
  if (url.starts_with('[')) return std::string(url.substr(1, url.find(']') - 1));
  return std::string(url.substr(0, url.find_first_of(":/")));
}

}  // namespace hypnos
