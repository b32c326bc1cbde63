#include "cluster/nats_store.h"

#include <algorithm>
#include <utility>

#include "cluster/nats_words.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

// For an answer.
constexpr int64_t kPatienceMilliseconds = 2000;

struct FreeEntry {
  void operator()(kvEntry* entry) const { kvEntry_Destroy(entry); }
};

Error ErrorOfStore(const std::string& bucket, natsStatus status) {
  // Of an answer that does not come the library cannot say why: rights that are missing look so.
  const char* const hint =
      status == NATS_TIMEOUT || status == NATS_NO_RESPONDERS || status == NATS_ERR
          ? "; it needs `jetstream`, and rights to use it (deploy/nats/nats-server.conf)"
          : "";
  return {
      Code::kUnavailable, "STORE",
      Format("the broker's store '{}' cannot be used: {}{}", bucket, SentenceOf(status, ""), hint)};
}

}  // namespace

NatsStore::NatsStore(natsConnection* connection, std::string bucket)
    : connection_(connection), bucket_(std::move(bucket)) {}

Result<kvStore*> NatsStore::Open() {
  const std::lock_guard lock(mutex_);
  if (store_ != nullptr) return store_.get();
  if (context_ == nullptr) {
    jsOptions options;
    jsOptions_Init(&options);
    options.Wait = kPatienceMilliseconds;
    jsCtx* context = nullptr;
    const natsStatus made = natsConnection_JetStream(&context, connection_, &options);
    if (made != NATS_OK) return ErrorOfStore(bucket_, made);
    context_.reset(context);
  }
  kvStore* store = nullptr;
  natsStatus found = js_KeyValue(&store, context_.get(), bucket_.c_str());
  if (found == NATS_NOT_FOUND) {
    kvConfig config;
    kvConfig_Init(&config);
    config.Bucket = bucket_.c_str();
    config.History = 1;
    found = js_CreateKeyValue(&store, context_.get(), &config);
  }
  if (found != NATS_OK) return ErrorOfStore(bucket_, found);
  store_.reset(store);
  return store;
}

Result<std::optional<Store::Entry>> NatsStore::Get(const std::string& key) {
  HYPNOS_ASSIGN_OR_RETURN(kvStore * store, Open());
  kvEntry* got = nullptr;
  const natsStatus status = kvStore_Get(&got, store, key.c_str());
  const std::unique_ptr<kvEntry, FreeEntry> entry(got);
  if (status == NATS_NOT_FOUND) return std::optional<Entry>();
  if (status != NATS_OK) return ErrorOfStore(bucket_, status);
  const auto length = static_cast<size_t>(std::max(0, kvEntry_ValueLen(got)));
  const auto* bytes = static_cast<const char*>(kvEntry_Value(got));
  return std::optional(Entry{.bytes = length == 0 ? std::string() : std::string(bytes, length),
                             .revision = kvEntry_Revision(got)});
}

Status NatsStore::Put(const std::string& key, std::string_view bytes) {
  HYPNOS_ASSIGN_OR_RETURN(kvStore * store, Open());
  const natsStatus status =
      kvStore_Put(nullptr, store, key.c_str(), bytes.data(), static_cast<int>(bytes.size()));
  return status == NATS_OK ? Status() : ErrorOfStore(bucket_, status);
}

Result<bool> NatsStore::Replace(const std::string& key, std::string_view bytes, uint64_t revision) {
  HYPNOS_ASSIGN_OR_RETURN(kvStore * store, Open());
  const auto length = static_cast<int>(bytes.size());
  const natsStatus status =
      revision == 0 ? kvStore_Create(nullptr, store, key.c_str(), bytes.data(), length)
                    : kvStore_Update(nullptr, store, key.c_str(), bytes.data(), length, revision);
  if (status == NATS_OK) return true;
  // The library does not say whether somebody was faster; what is there does.
  HYPNOS_ASSIGN_OR_RETURN(const std::optional<Entry> now, Get(key));
  if ((now ? now->revision : 0) != revision) return now && now->bytes == bytes;
  return ErrorOfStore(bucket_, status);
}

size_t NatsStore::most_bytes() const {
  return static_cast<size_t>(std::max<int64_t>(0, natsConnection_GetMaxPayload(connection_)));
}

}  // namespace hypnos
