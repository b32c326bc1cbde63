#include "hypnos/sinks/http_post.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "hypnos/base/check.h"

namespace hypnos {
namespace {

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, FreeHandle>;
using List = std::unique_ptr<curl_slist, FreeList>;

// Whatever somebody writes there. As newer versions of curl cap it by themselves (Debian 13 has
// one).
constexpr curl_off_t kMostRetryAfterSeconds = 6 * 60 * 60;

// Of an answer that goes on for ever the rest is not waited for.
constexpr curl_off_t kMostAnswerBytes = 1 << 20;

struct Progress {
  const std::atomic<bool>& stop;
};

int Continues(void* progress, curl_off_t, curl_off_t received, curl_off_t, curl_off_t) {
  const bool stop = static_cast<const Progress*>(progress)->stop;
  return stop || received > kMostAnswerBytes ? 1 : 0;
}

size_t Forget(char*, size_t size, size_t count, void*) { return size * count; }

List ListOf(const std::vector<std::string>& headers) {
  List list;
  for (const std::string& header : headers) {
    curl_slist* longer = curl_slist_append(list.get(), header.c_str());
    HYPNOS_CHECK(longer != nullptr);
    (void)list.release();
    list.reset(longer);
  }
  return list;
}

class CurlPoster final : public HttpPoster {
 public:
  explicit CurlPoster(HttpOptions options) : options_(std::move(options)) {
    static std::once_flag once;
    std::call_once(once, [] { HYPNOS_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
    handle_.reset(curl_easy_init());
    HYPNOS_CHECK(handle_ != nullptr);
  }

  Result<HttpResponse> Post(const HttpRequest& request, const std::atomic<bool>& stop) override {
    const List headers = ListOf(request.headers);
    Progress progress = {stop};
    Prepare(request, headers.get(), progress);
    words_[0] = 0;
    Set(CURLOPT_ERRORBUFFER, words_.data());
    const CURLcode code = curl_easy_perform(handle_.get());
    // Who has said that he has it has it, whatever became of the rest.
    const HttpResponse answer = Answer();
    if (code == CURLE_OK || answer.status >= 200) return answer;
    if (stop) return Error{Code::kCancelled, "STOPPED", "it was stopped"};
    return Error{Code::kUnavailable, "NO_ANSWER",
                 words_[0] != 0 ? words_.data() : curl_easy_strerror(code)};
  }

 private:
  template <class Value>
  void Set(CURLoption option, Value value) {
    HYPNOS_CHECK(curl_easy_setopt(handle_.get(), option, value) == CURLE_OK);
  }

  void Prepare(const HttpRequest& request, curl_slist* headers, Progress& progress) {
    curl_easy_reset(handle_.get());
    Set(CURLOPT_URL, request.url.c_str());
    Set(CURLOPT_PROTOCOLS_STR, "http,https");
    Set(CURLOPT_HTTPHEADER, headers);
    Set(CURLOPT_POSTFIELDS, request.body.data());
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    Set(CURLOPT_WRITEFUNCTION, &Forget);
    Set(CURLOPT_XFERINFOFUNCTION, &Continues);
    Set(CURLOPT_XFERINFODATA, &progress);
    Set(CURLOPT_NOPROGRESS, 0L);
    // Signals are the daemon's.
    Set(CURLOPT_NOSIGNAL, 1L);
    // A name that is being looked up must not hold up the end.
    Set(CURLOPT_QUICK_EXIT, 1L);
    Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(options_.timeout);
    Set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    if (!options_.ca_file.empty()) Set(CURLOPT_CAINFO, options_.ca_file.c_str());
  }

  HttpResponse Answer() {
    long status = 0;
    curl_off_t seconds = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(handle_.get(), CURLINFO_RETRY_AFTER, &seconds);
    HttpResponse response = {.status = static_cast<int>(status), .retry_after = {}};
    if (seconds > 0) {
      response.retry_after = std::chrono::seconds(std::min(seconds, kMostRetryAfterSeconds));
    }
    return response;
  }

  HttpOptions options_;
  // Before the handle, which may write into it until its end.
  std::array<char, CURL_ERROR_SIZE> words_{};
  Handle handle_;
};

}  // namespace

std::unique_ptr<HttpPoster> NewHttpPoster(HttpOptions options) {
  return std::make_unique<CurlPoster>(std::move(options));
}

}  // namespace hypnos
